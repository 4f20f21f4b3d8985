"""Histograms, and what of a batch is counted."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from shared.clock import ManualClock
from shared.metrics.histogram import LAST, bound_ms, bucket_of, percentile_ms
from shared.metrics.measures import JobMeasures
from shared.metrics.memory import JobFacts, MemoryMetrics
from shared.metrics.port import EVENT_RETENTION_DAYS, Rollup
from workers.metrics.handler import Delivered, count

NOW = datetime(2026, 11, 24, 10, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("latency_ms", [0, 0.3, 1, 1.001, 2, 3, 999.9, 1_000, 90_000, 86_400_000, 1e300])
def test_a_bucket_holds_its_latency(latency_ms: float) -> None:
    bucket = bucket_of(latency_ms)
    assert 0 <= bucket <= LAST
    assert latency_ms <= bound_ms(bucket) * 1.0000001 or bucket == LAST
    assert bucket == 0 or latency_ms > bound_ms(bucket - 1) * 0.9999999


def test_a_percentile_is_off_by_a_tenth_at_most() -> None:
    latencies = [1.5 * 1.07**n for n in range(150)]
    buckets: dict[int, int] = {}
    for each in latencies:
        buckets[bucket_of(each)] = buckets.get(bucket_of(each), 0) + 1
    for percent in (1, 25, 50, 75, 90, 95, 99, 100):
        exact = latencies[max(0, -(-len(latencies) * percent // 100) - 1)]
        told = percentile_ms(buckets, percent)
        assert told is not None
        assert abs(told - exact) / exact < 0.1
    assert percentile_ms({}, 50) is None


def message(number: int, message_id: str | None = None, **changes: Any) -> Delivered:
    event = {
        "eventType": "job.completed",
        "jobId": f"job_{number}",
        "jobType": "chat.suggest",
        "creatorId": "101",
        "status": "completed",
        "progress": 100,
        "message": "over",
        "result": {"cached": True},
        "updatedAt": "2026-11-24T10:00:00.000Z",
        **changes,
    }
    return Delivered(message_id=message_id or f"job_{number}:0:1:0", body=json.dumps(event).encode())


class Counting:
    def __init__(self) -> None:
        self.metrics = MemoryMetrics(
            ManualClock(NOW), lambda _event: JobFacts(latency_ms=800, cost_usd_micros=7)
        )
        self._reader = InMemoryMetricReader()
        self._provider = MeterProvider([self._reader], shutdown_on_exit=False)
        self._measures = JobMeasures(self._provider.get_meter("test"))

    async def count(self, *messages: Delivered) -> None:
        await count(messages, metrics=self.metrics, measures=self._measures)

    async def rollups(self) -> list[Rollup]:
        return list(await self.metrics.rollups(NOW - timedelta(days=40), NOW + timedelta(days=1)))

    def told(self) -> dict[str, float]:
        data = self._reader.get_metrics_data()
        self._provider.shutdown()
        if data is None:
            return {}
        found: dict[str, Any] = {
            metric.name: metric.data.data_points[0]
            for metric in data.resource_metrics[0].scope_metrics[0].metrics
        }
        return {"jobs": found["huntaze.jobs"].value, "seconds": found["huntaze.job.duration"].sum}


async def test_a_batch_is_counted_once_however_often_it_comes() -> None:
    counting = Counting()
    batch = [message(1), message(2), message(1)]
    await counting.count(*batch)
    await counting.count(*batch, message(3))
    (rollup,) = await counting.rollups()
    assert (rollup.jobs, rollup.cached, rollup.cost_usd_micros) == (3, 3, 21)
    assert counting.told() == {"jobs": 3, "seconds": pytest.approx(2.4)}


async def test_what_is_no_event_does_not_harm_its_neighbours() -> None:
    counting = Counting()
    bad = Delivered(message_id="x", body=b"\xff")
    await counting.count(bad, message(1), Delivered(message_id="y", body=b"{}"))
    (rollup,) = await counting.rollups()
    assert rollup.jobs == 1


async def test_what_has_not_ended_is_not_counted() -> None:
    counting = Counting()
    await counting.count(message(1, eventType="job.processing", status="processing"))
    await counting.count(message(1, eventType="job.unheard_of"))
    assert await counting.rollups() == []


async def test_the_message_s_name_tells_the_job_and_its_epoch() -> None:
    """A part that came later is announced under its parent's id, and was paid for by the follow-up."""
    seen = []

    def facts(event: Any) -> JobFacts:
        seen.append((event.job_id, event.epoch, event.status))
        return JobFacts()

    metrics = MemoryMetrics(ManualClock(NOW), facts)
    measures = JobMeasures(MeterProvider(shutdown_on_exit=False).get_meter("test"))
    messages = (
        message(1, "a:b_1.transcript:2:7:0", eventType="job.enriched"),
        message(2, "job_2:0:3:0"),
        message(3, "somebody's own"),
    )
    await count(messages, metrics=metrics, measures=measures)
    assert seen == [
        ("a:b_1.transcript", 2, "enriched"),
        ("job_2", 0, "completed"),
        ("job_3", None, "completed"),
    ]


async def test_an_event_that_is_too_old_is_not_counted() -> None:
    """Whether it had been is forgotten by then."""
    counting = Counting()
    old = NOW - timedelta(days=EVENT_RETENTION_DAYS)
    await counting.count(message(1, updatedAt=old.isoformat()))
    assert await counting.rollups() == []


@pytest.mark.parametrize("moment", ["yesterday", "2026-11-24T09:59:59"])
async def test_a_time_that_nobody_can_read_is_now(moment: str) -> None:
    metrics = MemoryMetrics(ManualClock(NOW), lambda _event: JobFacts())
    await count(
        [message(1, updatedAt=moment)],
        metrics=metrics,
        measures=JobMeasures(MeterProvider(shutdown_on_exit=False).get_meter("test")),
    )
    far = timedelta(days=100_000)
    assert len(await metrics.rollups(NOW - far, NOW + far)) == 1
