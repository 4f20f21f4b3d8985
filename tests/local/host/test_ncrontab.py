"""NCRONTAB schedules against a table."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from infra.local.host import ncrontab

FROM = datetime(2026, 11, 25, 9, 30, 15, 400_000, tzinfo=UTC)  # a Wednesday


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("* * * * * *", "2026-11-25 09:30:16"),
        ("*/10 * * * * *", "2026-11-25 09:30:20"),
        ("0 * * * * *", "2026-11-25 09:31:00"),
        ("0 */5 * * * *", "2026-11-25 09:35:00"),
        ("*/5 * * * *", "2026-11-25 09:35:00"),
        ("15 30 9 * * *", "2026-11-26 09:30:15"),
        ("16 30 9 * * *", "2026-11-25 09:30:16"),
        ("0 0 9-17 * * *", "2026-11-25 10:00:00"),
        ("0 0 6,18 * * *", "2026-11-25 18:00:00"),
        ("30 5/20 * * * *", "2026-11-25 09:45:30"),
        ("0 10-20/5 * * * *", "2026-11-25 10:10:00"),
        ("0 0 0 1 * *", "2026-12-01 00:00:00"),
        ("0 0 0 1 jan *", "2027-01-01 00:00:00"),
        ("0 0 0 * March *", "2027-03-01 00:00:00"),
        ("0 0 8 * * mon-fri", "2026-11-26 08:00:00"),
        ("0 0 8 * * Sunday", "2026-11-29 08:00:00"),
        ("0 0 8 * * 0,6", "2026-11-28 08:00:00"),
        ("0 0 0 13 * 5", "2027-08-13 00:00:00"),
        ("0 0 0 29 2 *", "2028-02-29 00:00:00"),
        ("0 0 0 31 * *", "2026-12-31 00:00:00"),
        ("59 59 23 * * *", "2026-11-25 23:59:59"),
        ("0 0 0 * * *", "2026-11-26 00:00:00"),
    ],
)
def test_next_occurrence(expression: str, expected: str) -> None:
    """Each expression occurs next at the stated second."""
    assert ncrontab.parse(expression).after(FROM) == datetime.fromisoformat(f"{expected}+00:00")


def test_a_time_is_never_its_own_next_occurrence() -> None:
    """Running on the dot does not run twice."""
    schedule = ncrontab.parse("*/10 * * * * *")
    first = schedule.after(FROM)
    assert schedule.after(first) == first + timedelta(seconds=10)
    assert schedule.after(first - timedelta(microseconds=1)) == first


def test_other_time_zones_are_converted() -> None:
    """Schedules are in UTC, whatever zone the moment is in."""
    moment = FROM.astimezone(timezone(timedelta(hours=-5)))
    assert ncrontab.parse("0 0 10 * * *").after(moment) == datetime(2026, 11, 25, 10, tzinfo=UTC)


def test_leap_day_across_a_century_without_one() -> None:
    """2096 is followed by 2104."""
    moment = datetime(2096, 3, 1, tzinfo=UTC)
    assert ncrontab.parse("0 0 0 29 2 *").after(moment) == datetime(2104, 2, 29, tzinfo=UTC)


def test_a_date_that_never_comes() -> None:
    """The 31st of February is valid to read, and has no next occurrence."""
    with pytest.raises(ValueError, match="never"):
        ncrontab.parse("0 0 0 31 2 *").after(FROM)


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "* * * *",
        "* * * * * * *",
        "60 * * * * *",
        "* 60 * * * *",
        "* * 24 * * *",
        "* * * 0 * *",
        "* * * 32 * *",
        "* * * * 13 *",
        "* * * * * 7",
        "*/0 * * * * *",
        "*/x * * * * *",
        "5-1 * * * * *",
        "1- * * * * *",
        "-1 * * * * *",
        "1,,2 * * * * *",
        "* * * * feb-jan *",
        "* * * * ja *",
        "² * * * * *",
    ],
)
def test_what_is_no_schedule_is_refused(expression: str) -> None:
    """Every field is checked while reading, not at three in the morning."""
    with pytest.raises(ValueError, match="schedule"):
        ncrontab.parse(expression)
