"""Where a month's money leads: a pure function, by table."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from shared.persistence.spending_report import SpendingReport, Spent
from workers.operations.costs import CostsAsked, costs, forecast_usd_micros

NOVEMBER = date(2026, 11, 1)


def _spent(name: str, usd_micros: int, *, jobs: int = 1, calls: int = 1) -> Spent:
    return Spent(
        name=name,
        calls=calls,
        jobs=jobs,
        input_tokens=0,
        output_tokens=0,
        reasoning_tokens=0,
        usd_micros=usd_micros,
    )


def _days(**usd_micros: int) -> list[Spent]:
    return [_spent(f"2026-11-{name[1:]}", usd) for name, usd in usd_micros.items()]


@pytest.mark.parametrize(
    ("days", "now", "forecast"),
    [
        pytest.param(_days(), datetime(2026, 11, 15, tzinfo=UTC), 0, id="nothing was spent"),
        pytest.param(_days(), datetime(2026, 11, 1, tzinfo=UTC), 0, id="the month's first moment"),
        pytest.param(
            _days(d01=500), datetime(2026, 11, 1, 12, tzinfo=UTC), 500 + 29_500, id="half of the first day"
        ),
        pytest.param(
            _days(**{f"d{day:02}": 1_000 for day in range(1, 16)}),
            datetime(2026, 11, 16, tzinfo=UTC),
            30_000,
            id="an even half of the month",
        ),
        pytest.param(
            _days(d01=100_000, **{f"d{day:02}": 1_000 for day in range(9, 16)}),
            datetime(2026, 11, 16, tzinfo=UTC),
            107_000 + 15_000,
            id="a dear first day does not come again",
        ),
        pytest.param(_days(d01=7), datetime(2026, 12, 3, tzinfo=UTC), 7, id="a month that is over"),
        pytest.param(_days(), datetime(2026, 10, 3, tzinfo=UTC), 0, id="a month that has not begun"),
        pytest.param(
            _days(d30=1_000), datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC), 1_000, id="its last second"
        ),
    ],
)
def test_the_rest_of_the_month_goes_on_as_the_last_seven_days(
    days: list[Spent], now: datetime, forecast: int
) -> None:
    assert forecast_usd_micros(days, NOVEMBER, now) == pytest.approx(forecast, abs=2)


def test_what_was_spared_is_priced_as_a_paid_job_of_its_type() -> None:
    report = SpendingReport(
        month="2026-11",
        days=_days(d01=3_000),
        models=[],
        job_types=[_spent("chat.suggest", 3_000, jobs=2, calls=3)],
        creators=[],
        spared={"chat.suggest": 4, "content.suggest": 1},
    )
    told = costs(report, first_day=NOVEMBER, now=datetime(2026, 12, 1, tzinfo=UTC), budget_usd_micros=12_000)
    assert told["spared"] == {"answers": 5, "usdMicros": 6_000}
    assert (told["spentUsdMicros"], told["budgetPercent"], told["forecastPercent"]) == (3_000, 25.0, 25.0)


def test_without_a_budget_there_is_no_share_of_it() -> None:
    report = SpendingReport(month="2026-11", days=[], models=[], job_types=[], creators=[], spared={})
    told = costs(report, first_day=NOVEMBER, now=datetime(2026, 11, 5, tzinfo=UTC), budget_usd_micros=None)
    assert (told["budgetUsdMicros"], told["budgetPercent"]) == (None, None)


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "1926-01", "november", "2026-11-01"])
def test_a_month_without_sense_is_refused(month: str) -> None:
    with pytest.raises(ValueError, match="month"):
        CostsAsked(month=month)
