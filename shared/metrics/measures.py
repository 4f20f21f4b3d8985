"""Jobs as OpenTelemetry counts them: for whoever watches without asking the database.

Told after the rollup is durable, for the events that were counted now: a redelivery adds nothing, and a
process that dies in between leaves out what the rollups have. Tokens and money are measured where models are
called, see `shared.ai.measures`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from shared.metrics.port import Counted

if TYPE_CHECKING:
    from opentelemetry.metrics import Meter

#: From a cached chat answer to a video at its deadline.
_SECONDS_BUCKETS = [0.05 * 2**power for power in range(15)]


class JobMeasures:
    """Counts jobs and how long their creators waited. Costs next to nothing while nobody reads the meter."""

    def __init__(self, meter: Meter) -> None:
        self._jobs = meter.create_counter(
            "huntaze.jobs", unit="{job}", description="Jobs that ended, and parts that came later."
        )
        self._seconds = meter.create_histogram(
            "huntaze.job.duration",
            unit="s",
            description="Time from when the creator began to wait until the job ended.",
            explicit_bucket_boundaries_advisory=_SECONDS_BUCKETS,
        )

    def counted(self, events: Iterable[Counted]) -> None:
        """Count what was counted for the first time."""
        for event in events:
            kind = {"huntaze.job.type": event.job_type, "huntaze.job.status": event.status}
            self._jobs.add(1, {**kind, "huntaze.cached": event.cached})
            if event.latency_ms is not None:
                self._seconds.record(event.latency_ms / 1_000, kind)
