"""NCRONTAB: the six-field schedules of timer triggers, seconds first, in UTC.

Fields are second, minute, hour, day of the month, month and day of the week (Sunday is 0); five fields mean
second 0. A field is `*`, a number, a name (`jan`, `monday`), a range `a-b`, any of them with a step (`*/10`,
`5-20/5`, `5/10`), or a list of those. A time must match *every* field: unlike cron, day of the month and day
of the week are not alternatives.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

#: The 29th of February may be eight years away, around a century that is no leap year.
_HORIZON_DAYS = 8 * 366
_MONTHS = "january february march april may june july august september october november december"
_WEEKDAYS = "sunday monday tuesday wednesday thursday friday saturday"
_SHORTEST_NAME = 3


@dataclass(frozen=True, kw_only=True)
class _Field:
    name: str
    first: int
    last: int
    names: tuple[str, ...] = ()


_FIELDS = (
    _Field(name="second", first=0, last=59),
    _Field(name="minute", first=0, last=59),
    _Field(name="hour", first=0, last=23),
    _Field(name="day", first=1, last=31),
    _Field(name="month", first=1, last=12, names=tuple(_MONTHS.split())),
    _Field(name="day of week", first=0, last=6, names=tuple(_WEEKDAYS.split())),
)


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """The times that an expression stands for."""

    seconds: frozenset[int]
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]

    def after(self, moment: datetime) -> datetime:
        """Return the first time of the schedule that is later than `moment`.

        Raises:
            ValueError: no date ever matches, e.g. the 31st of February.
        """
        moment = moment.astimezone(UTC)
        earliest = (moment.hour, moment.minute, moment.second + 1)
        for offset in range(_HORIZON_DAYS):
            day = moment.date() + timedelta(days=offset)
            if self._has(day) and (at := self._time_from(earliest)):
                return datetime.combine(day, at, tzinfo=UTC)
            earliest = (0, 0, 0)
        raise ValueError("The schedule never occurs.")

    def _time_from(self, earliest: tuple[int, int, int]) -> time | None:
        """Return the day's first time that is not before `earliest`, whose second may be 60."""
        for hour in sorted(self.hours):
            for minute in sorted(self.minutes):
                if (hour, minute) < earliest[:2]:
                    continue
                for second in sorted(self.seconds):
                    if (hour, minute, second) >= earliest:
                        return time(hour, minute, second)
        return None

    def _has(self, day: date) -> bool:
        return day.month in self.months and day.day in self.days and day.isoweekday() % 7 in self.weekdays


def parse(expression: str) -> Schedule:
    """Read a schedule.

    Raises:
        ValueError: it is none; the message says which field is wrong.
    """
    parts = expression.split()
    if len(parts) == len(_FIELDS) - 1:
        parts = ["0", *parts]
    if len(parts) != len(_FIELDS):
        raise ValueError(f"{expression!r} has {len(parts)} fields; a schedule has six.")
    seconds, minutes, hours, days, months, weekdays = (
        _values(field, part) for field, part in zip(_FIELDS, parts, strict=True)
    )
    return Schedule(
        seconds=seconds, minutes=minutes, hours=hours, days=days, months=months, weekdays=weekdays
    )


def _values(field: _Field, text: str) -> frozenset[int]:
    return frozenset(value for part in text.split(",") for value in _range(field, part))


def _range(field: _Field, text: str) -> range:
    span, slash, step_text = text.partition("/")
    step = _number(field, step_text) if slash else 1
    if step < 1:
        raise _wrong(field, text)
    low, dash, high = span.partition("-")
    if span == "*":
        first, last = field.first, field.last
    elif dash:
        first, last = _value(field, low), _value(field, high)
    else:
        first = _value(field, span)
        last = field.last if slash else first
    if first > last:
        raise _wrong(field, text)
    return range(first, last + 1, step)


def _value(field: _Field, text: str) -> int:
    name = text.lower()
    if field.names and len(name) >= _SHORTEST_NAME:
        for value, full_name in enumerate(field.names, start=field.first):
            if full_name.startswith(name):
                return value
    value = _number(field, text)
    if not field.first <= value <= field.last:
        raise _wrong(field, text)
    return value


def _number(field: _Field, text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise _wrong(field, text)
    return int(text)


def _wrong(field: _Field, text: str) -> ValueError:
    return ValueError(f"{text!r} is not a valid {field.name} of a schedule.")
