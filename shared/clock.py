"""Time and identity as a port, so that policies can be tested without waiting.

Leases and due times are compared with the *database's* clock, never with this one; this clock measures
durations inside one process and stamps what leaves it.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What the rest of the code may know of time."""

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never go backwards, for durations."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never go backwards, for durations."""
        return time.monotonic()


class ManualClock:
    """A clock that moves only when told to: the twin for tests."""

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._now = start
        self._monotonic = 0.0

    def now(self) -> datetime:
        """Return the time as set."""
        return self._now

    def monotonic(self) -> float:
        """Return the seconds advanced so far."""
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Move both clocks on."""
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds


def iso_milliseconds(moment: datetime) -> str:
    """Format a moment as the front end does: `2026-11-24T10:00:00.000Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
