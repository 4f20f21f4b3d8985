"""A month's money as it is told over HTTP: what was spent, where it leads, and what was spared."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from shared.persistence.spending_report import SpendingReport, Spent

#: How many creators are told, the dearest first.
MOST_CREATORS = 50
#: The pace of the last days is where a month is going; one day alone may be a Sunday.
_PACE_DAYS = 7
_DAY_SECONDS = 86_400


class CostsAsked(BaseModel):
    """The query of the costs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    #: `2026-11`; this month if none is named.
    month: Annotated[str, Field(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")] | None = None

    def first_day(self, now: datetime) -> date:
        """Return the month's first day."""
        return date.fromisoformat(f"{self.month or f'{now:%Y-%m}'}-01")


def forecast_usd_micros(days: Sequence[Spent], first_day: date, now: datetime) -> int:
    """Return what the month comes to: what is spent, and the rest of it at the pace of the last seven days.

    Args:
        days: the month's days on which something was spent, by name (`2026-11-24`).
        first_day: the month's.
        now: in UTC; a month that is over is what it was.
    """
    spent = {day.name: day.usd_micros for day in days}
    total, today = sum(spent.values()), now.date()
    last_day = first_day + timedelta(days=monthrange(first_day.year, first_day.month)[1] - 1)
    if today > last_day or today < first_day:
        return total
    today_share = (now.hour * 3600 + now.minute * 60 + now.second) / _DAY_SECONDS
    first_of_pace = max(first_day, today - timedelta(days=_PACE_DAYS))
    paced = sum(usd for name, usd in spent.items() if date.fromisoformat(name) >= first_of_pace)
    elapsed_days = (today - first_of_pace).days + today_share
    left_days = (last_day - today).days + 1 - today_share
    return total + round(paced / elapsed_days * left_days) if elapsed_days else total


def costs(
    report: SpendingReport, *, first_day: date, now: datetime, budget_usd_micros: int | None
) -> dict[str, Any]:
    """Return a month in dollars as whole micro-dollars, which no reader rounds by accident."""
    forecast = forecast_usd_micros(report.days, first_day, now)
    return {
        "month": report.month,
        "spentUsdMicros": report.usd_micros,
        "budgetUsdMicros": budget_usd_micros,
        "forecastUsdMicros": forecast,
        "budgetPercent": _percent(report.usd_micros, budget_usd_micros),
        "forecastPercent": _percent(forecast, budget_usd_micros),
        "days": [_row("day", each) for each in report.days],
        "models": [_row("deployment", each) for each in report.models],
        "workers": [_row("jobType", each) for each in report.job_types],
        "creators": [_row("creatorId", each) for each in report.creators],
        "spared": _spared(report),
    }


def _spared(report: SpendingReport) -> dict[str, Any]:
    """Price the answers without a model as what a paid job of their type cost this month."""
    paid = {each.name: each.usd_micros / each.jobs for each in report.job_types if each.jobs}
    usd_micros = sum(count * paid.get(job_type, 0) for job_type, count in report.spared.items())
    return {"answers": sum(report.spared.values()), "usdMicros": round(usd_micros)}


def _row(name: str, spent: Spent) -> dict[str, Any]:
    return {
        name: spent.name,
        "usdMicros": spent.usd_micros,
        "calls": spent.calls,
        "jobs": spent.jobs,
        "inputTokens": spent.input_tokens,
        "outputTokens": spent.output_tokens,
        "reasoningTokens": spent.reasoning_tokens,
    }


def _percent(usd_micros: int, budget_usd_micros: int | None) -> float | None:
    return round(usd_micros * 100 / budget_usd_micros, 1) if budget_usd_micros else None
