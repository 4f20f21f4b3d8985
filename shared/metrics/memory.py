"""The in-memory twin of the rollups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta

from shared.clock import Clock
from shared.metrics.histogram import bucket_of
from shared.metrics.port import EVENT_RETENTION_DAYS, ROLLUP_RETENTION_DAYS, Counted, Rollup, SeenEvent

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SUMS = tuple(
    each.name for each in fields(Rollup) if each.name not in {"start", "job_type", "status", "latencies"}
)


@dataclass(frozen=True, kw_only=True)
class JobFacts:
    """What the rows of a job would tell."""

    latency_ms: float | None = None
    model_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    cost_usd_micros: int = 0


class MemoryMetrics:
    """Rollups in this process: a `Metrics`.

    Args:
        clock: tells what is too old.
        facts: what is known of an event's job beyond the event.
    """

    def __init__(
        self, clock: Clock, facts: Callable[[SeenEvent], JobFacts] = lambda _event: JobFacts()
    ) -> None:
        self._clock = clock
        self._facts = facts
        self._counted: dict[str, datetime] = {}
        self._minutes: list[Rollup] = []

    async def count(self, events: Sequence[SeenEvent]) -> Sequence[Counted]:
        """See `Metrics.count`."""
        return [counted for event in events if (counted := self._count(event))]

    async def rollups(self, start: datetime, end: datetime, *, step_seconds: int = 60) -> Sequence[Rollup]:
        """See `Metrics.rollups`."""
        step, sums = timedelta(seconds=step_seconds), dict[tuple[datetime, str, str], Rollup]()
        for minute in self._minutes:
            if start <= minute.start < end:
                begin = minute.start - (minute.start - _EPOCH) % step
                key = (begin, minute.job_type, minute.status)
                sums[key] = _added(sums[key], minute) if key in sums else replace(minute, start=begin)
        return [sums[key] for key in sorted(sums)]

    async def forget(self, *, limit: int) -> int:
        """See `Metrics.forget`."""
        now = self._clock.now()
        events = [
            name for name, at in self._counted.items() if at < now - timedelta(days=EVENT_RETENTION_DAYS + 2)
        ]
        for name in events[:limit]:
            del self._counted[name]
        before = len(self._minutes)
        oldest = now - timedelta(days=ROLLUP_RETENTION_DAYS)
        self._minutes = [minute for minute in self._minutes if minute.start >= oldest]
        return len(events[:limit]) + before - len(self._minutes)

    def _count(self, event: SeenEvent) -> Counted | None:
        now = self._clock.now()
        if event.message_id in self._counted or event.at <= now - timedelta(days=EVENT_RETENTION_DAYS):
            return None
        self._counted[event.message_id] = now
        facts = self._facts(event)
        timed = facts.latency_ms is not None
        self._minutes.append(
            Rollup(
                start=event.at.replace(second=0, microsecond=0),
                job_type=event.job_type,
                status=event.status,
                jobs=1,
                model_calls=facts.model_calls,
                input_tokens=facts.input_tokens,
                output_tokens=facts.output_tokens,
                reasoning_tokens=facts.reasoning_tokens,
                cost_usd_micros=facts.cost_usd_micros,
                cached=bool(event.cached),
                from_bank=bool(event.from_bank),
                superseded=bool(event.superseded),
                timed_jobs=timed,
                latency_ms=round(facts.latency_ms or 0),
                latencies={bucket_of(facts.latency_ms): 1} if facts.latency_ms is not None else {},
            )
        )
        return Counted(
            job_type=event.job_type,
            status=event.status,
            latency_ms=facts.latency_ms,
            cached=bool(event.cached),
            cost_usd_micros=facts.cost_usd_micros,
        )


def _added(one: Rollup, other: Rollup) -> Rollup:
    sums = {name: getattr(one, name) + getattr(other, name) for name in _SUMS}
    return replace(one, **sums, latencies=dict(Counter(one.latencies) + Counter(other.latencies)))
