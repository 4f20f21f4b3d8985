"""The .NET time span that host.json writes durations in: `[-][d.]hh:mm:ss[.fffffff]`."""

from __future__ import annotations

import re

_TIMESPAN = re.compile(
    r"(?P<sign>-)?(?:(?P<days>\d+)\.)?(?P<hours>\d{1,2}):(?P<minutes>\d{1,2}):(?P<seconds>\d{1,2}(?:\.\d{1,7})?)"
)
_SECONDS_PER_DAY = 86_400


def seconds(text: str) -> float:
    """Return a time span's length in seconds; negative for the spans that stand for "without end".

    Raises:
        ValueError: it is none, or its minutes or seconds exceed 59.
    """
    match = _TIMESPAN.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a time span like 00:05:00.")
    hours, minutes, rest = int(match["hours"]), int(match["minutes"]), float(match["seconds"])
    if hours >= 24 or minutes >= 60 or rest >= 60:  # noqa: PLR2004 - hours of a day, minutes and seconds
        raise ValueError(f"{text!r} is not a time span like 00:05:00.")
    total = int(match["days"] or 0) * _SECONDS_PER_DAY + hours * 3600 + minutes * 60 + rest
    return -total if match["sign"] else total
