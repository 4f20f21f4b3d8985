"""The port to the rollups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from shared.metrics.histogram import percentile_ms

#: An event that is older is not counted: nobody would remember whether it had been.
EVENT_RETENTION_DAYS = 35
#: A year, and the month to compare it with.
ROLLUP_RETENTION_DAYS = 400


@dataclass(frozen=True, kw_only=True)
class SeenEvent:
    """The end of a job, or a part of its result that came later, as its event tells it."""

    message_id: str
    #: The job that did the work; for a part that came later, the one that made it.
    job_id: str
    #: Of that job; `None` if the message does not tell.
    epoch: int | None
    job_type: str
    #: `completed`, `failed`, `timeout` or `enriched`.
    status: str
    at: datetime
    #: How the answer was had; `None`: the event does not tell.
    cached: bool | None = None
    from_bank: bool | None = None
    superseded: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Counted:
    """An event that was counted now, for the first time."""

    job_type: str
    status: str
    #: From when the creator began to wait; `None` if that is not known.
    latency_ms: float | None
    cached: bool
    cost_usd_micros: int


@dataclass(frozen=True, kw_only=True)
class Rollup:
    """What happened in a stretch of time, of one type of job and one way to end."""

    start: datetime
    job_type: str
    status: str
    jobs: int
    model_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    cost_usd_micros: int = 0
    cached: int = 0
    from_bank: int = 0
    superseded: int = 0
    #: Jobs whose latency is known, and the sum of these latencies.
    timed_jobs: int = 0
    latency_ms: int = 0
    #: How many jobs' latency fell into which bucket; see `shared.metrics.histogram`.
    latencies: Mapping[int, int] = field(default_factory=dict)

    def percentile_ms(self, percent: float) -> float | None:
        """Return the latency that so many per cent of the jobs were not above."""
        return percentile_ms(self.latencies, percent)


class Metrics(Protocol):
    """Keeps rollups. Each method is one transaction.

    Raises:
        StoreUnavailableError: from each, when the database is away.
    """

    async def count(self, events: Sequence[SeenEvent]) -> Sequence[Counted]:
        """Count the events that were not counted before, and return these."""
        ...

    async def rollups(self, start: datetime, end: datetime, *, step_seconds: int = 60) -> Sequence[Rollup]:
        """Return what happened from `start` until before `end`, in order of time.

        Args:
            start: the first minute.
            end: the minute after the last.
            step_seconds: how long each stretch is, a multiple of 60; they begin at multiples of it.
        """
        ...

    async def forget(self, *, limit: int) -> int:
        """Delete what is older than its retention, so much at the most of each; return how much."""
        ...
