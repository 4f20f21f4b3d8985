"""What the monitor reads: figures, and nothing of anybody's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """How many wait, and how long the oldest has."""

    count: int
    oldest_seconds: float


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How many jobs ended lately, and how many of them badly; those that were called off do not count."""

    failed: int
    finished: int


@dataclass(frozen=True, kw_only=True)
class Readings:
    """Everything that was read at one moment; `None`: it could not be read."""

    #: Messages by topic and subscription, counted up to `MOST_COUNTED`.
    dead_letters: Mapping[tuple[str, str], int] | None = None
    #: By job type: jobs that are over their deadline, or were due, and have not ended.
    stuck: Mapping[str, Waiting] | None = None
    #: By topic: messages that are recorded and should be sent.
    unsent: Mapping[str, Waiting] | None = None
    #: By job type, of the last quarter of an hour.
    ended: Mapping[str, Ended] | None = None
    spent_usd_micros: int | None = None
    #: `None`: nobody has said.
    budget_usd_micros: int | None = None


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What the database says at one moment."""

    stuck: Mapping[str, Waiting] = field(default_factory=dict)
    unsent: Mapping[str, Waiting] = field(default_factory=dict)
    ended: Mapping[str, Ended] = field(default_factory=dict)
    spent_usd_micros: int = 0


class Gauges(Protocol):
    """Reads the database."""

    async def read(self) -> Figures:
        """Return its figures; raises `StoreUnavailableError` if it is away."""
        ...
