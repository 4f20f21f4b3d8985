"""What every table of rollups must do; PostgreSQL and the in-memory twin run the same tests."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import sql

from shared.clock import SystemClock
from shared.errors import StoreUnavailableError
from shared.metrics.histogram import bucket_of
from shared.metrics.memory import JobFacts, MemoryMetrics
from shared.metrics.port import EVENT_RETENTION_DAYS, Metrics, Rollup, SeenEvent
from shared.metrics.postgres import PostgresMetrics
from shared.persistence.postgres import PostgresJobStore

_EVENTS = int(os.environ.get("METRIC_EVENTS", "400"))
#: A full hour, in the past, and not too far away.
HOUR = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=3)

_JOB = """
INSERT INTO huntaze_workers.jobs
    (job_id, job_type, creator_id, body, properties, payload_hash, state, epoch, attempt, fence, claims,
     deadline_ms, deadline_at, created_at, result)
VALUES (%(job)s, 'chat.suggest', '101', '', '{}', '', 'completed', 0, 0, 1, 1, 1000,
        %(asked)s::timestamptz + interval '1 second', %(asked)s::timestamptz + interval '0.2 second',
        %(result)s)
"""
_HISTORY = """
INSERT INTO huntaze_workers.job_history (job_id, epoch, attempt, fence, state, at)
VALUES (%(job)s, 0, 0, 1, 'running', %(asked)s), (%(job)s, 0, 0, 1, 'completed', %(ended)s)
"""
_CALL = """
INSERT INTO huntaze_workers.ai_calls
    (job_id, epoch, attempt, creator_id, task, role, deployment, input_tokens, output_tokens,
     reasoning_tokens, cost_usd_micros)
VALUES (%(job)s, %(epoch)s, 0, '101', 'chat', 'generation', 'm', 300, 50, 5, 570)
"""


_OLD = (
    "UPDATE huntaze_workers.metric_minutes SET minute = minute - interval '401 days'",
    "UPDATE huntaze_workers.metric_events SET counted_at = now() - interval '38 days'",
)
_EMPTY = """
TRUNCATE huntaze_workers.metric_events, huntaze_workers.metric_minutes, huntaze_workers.metric_latencies,
    huntaze_workers.jobs, huntaze_workers.job_history, huntaze_workers.ai_calls
"""


@dataclass(frozen=True, kw_only=True)
class World:
    metrics: Metrics
    #: Makes a job known: when it was asked for, how long it took, how often a model was paid.
    job: Callable[..., Awaitable[None]]


@pytest.fixture(scope="module")
def one_database(postgres_url: str, migrated_template: str) -> str:
    """A database for all: to make one takes longer than any of these tests."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE rollups TEMPLATE {}").format(sql.Identifier(migrated_template))
        )
    return f"{postgres_url.rpartition('/')[0]}/rollups"


@pytest.fixture
def database_url(one_database: str) -> str:
    """The same, empty."""
    with psycopg.connect(one_database, autocommit=True) as connection:
        connection.execute(_EMPTY)
    return one_database


@pytest.fixture(params=["memory", "postgres"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    if request.param == "memory":
        known: dict[str, JobFacts] = {}

        async def note(job_id: str, latency_ms: float, calls: int = 0) -> None:
            known[job_id] = JobFacts(
                latency_ms=latency_ms,
                model_calls=calls,
                input_tokens=300 * calls,
                output_tokens=50 * calls,
                reasoning_tokens=5 * calls,
                cost_usd_micros=570 * calls,
            )

        yield World(
            metrics=MemoryMetrics(SystemClock(), lambda event: known.get(event.job_id, JobFacts())), job=note
        )
        return
    url = request.getfixturevalue("database_url")
    jobs = PostgresJobStore(url, pool_size=4, timeout_seconds=10, patience_seconds=10)
    await jobs.open()

    async def keep(job_id: str, latency_ms: float, calls: int = 0) -> None:
        ended = HOUR + timedelta(milliseconds=latency_ms)
        values: dict[str, Any] = {"job": job_id, "asked": HOUR, "ended": ended, "epoch": 0, "result": None}
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            await connection.execute(_JOB, values)
            await connection.execute(_HISTORY, values)
            for _ in range(calls):
                await connection.execute(_CALL, values)
            await connection.execute(_CALL, {**values, "epoch": 1})  # a replay's: counted with its own event

    yield World(metrics=PostgresMetrics(jobs.database), job=keep)
    await jobs.close()


def event(name: str, **changes: Any) -> SeenEvent:
    seen = SeenEvent(
        message_id=f"{name}:0:1:0",
        job_id=name,
        epoch=0,
        job_type="chat.suggest",
        status="completed",
        at=HOUR + timedelta(seconds=30),
    )
    return replace(seen, **changes)


async def _all(metrics: Metrics, **options: Any) -> list[Rollup]:
    return list(await metrics.rollups(HOUR, HOUR + timedelta(hours=1), **options))


async def test_a_job_is_counted_with_what_its_rows_tell(world: World) -> None:
    await world.job("a", latency_ms=700, calls=2)
    (counted,) = await world.metrics.count([event("a", cached=False)])
    assert (counted.job_type, counted.status, counted.cached) == ("chat.suggest", "completed", False)
    assert counted.latency_ms == pytest.approx(700)
    assert counted.cost_usd_micros == 1_140
    (rollup,) = await _all(world.metrics)
    assert rollup == Rollup(
        start=HOUR,
        job_type="chat.suggest",
        status="completed",
        jobs=1,
        model_calls=2,
        input_tokens=600,
        output_tokens=100,
        reasoning_tokens=10,
        cost_usd_micros=1_140,
        timed_jobs=1,
        latency_ms=700,
        latencies={bucket_of(700): 1},
    )


async def test_a_job_that_nobody_knows_is_counted_without_a_latency(world: World) -> None:
    (counted,) = await world.metrics.count([event("a", cached=True, from_bank=True)])
    assert counted.latency_ms is None
    (rollup,) = await _all(world.metrics)
    assert (rollup.jobs, rollup.timed_jobs, rollup.latencies) == (1, 0, {})
    assert (rollup.cached, rollup.from_bank, rollup.superseded) == (1, 1, 0)
    assert rollup.percentile_ms(50) is None


async def test_an_event_is_counted_once(world: World) -> None:
    """Within a batch, in the next one, and in a batch that is half new."""
    assert len(await world.metrics.count([event("a"), event("a")])) == 1
    assert await world.metrics.count([event("a")]) == []
    assert len(await world.metrics.count([event("a"), event("b")])) == 1
    assert [rollup.jobs for rollup in await _all(world.metrics)] == [2]


async def test_an_event_that_is_too_old_is_not_counted(world: World) -> None:
    old = datetime.now(UTC) - timedelta(days=EVENT_RETENTION_DAYS, seconds=60)
    assert await world.metrics.count([event("a", at=old)]) == []


async def test_minutes_are_told_apart_and_added(world: World) -> None:
    for number, latency in enumerate((10, 100, 1_000, 10_000)):
        await world.job(f"j{number}", latency_ms=latency)
    at = [HOUR + timedelta(minutes=minute) for minute in (0, 1, 7, 59)]
    await world.metrics.count([event(f"j{number}", at=moment) for number, moment in enumerate(at)])
    await world.metrics.count([event("late", status="failed", at=at[1])])
    await world.metrics.count([event("elsewhere", at=HOUR + timedelta(hours=1))])
    minutes = await _all(world.metrics)
    assert [(rollup.start, rollup.status) for rollup in minutes] == [
        (at[0], "completed"),
        (at[1], "completed"),
        (at[1], "failed"),
        (at[2], "completed"),
        (at[3], "completed"),
    ]
    hour = await _all(world.metrics, step_seconds=3_600)
    assert [(rollup.start, rollup.status, rollup.jobs) for rollup in hour] == [
        (HOUR, "completed", 4),
        (HOUR, "failed", 1),
    ]
    assert hour[0].latencies == {bucket_of(latency): 1 for latency in (10, 100, 1_000, 10_000)}
    assert hour[0].percentile_ms(75) == pytest.approx(1_000, rel=0.1)


async def test_nothing_young_is_forgotten(world: World) -> None:
    await world.metrics.count([event("a")])
    assert await world.metrics.forget(limit=10) == 0
    assert await world.metrics.count([event("a")]) == []


async def test_many_batches_at_once_add_up(world: World) -> None:
    """Redelivered, overlapping, in any order and side by side: `METRIC_EVENTS=5000` is the full count."""
    chance = random.Random(7)  # noqa: S311 - a test's choice, to be made again
    kinds = [
        (kind, status) for kind in ("chat.suggest", "video.analysis") for status in ("completed", "failed")
    ]
    events = []
    for number in range(_EVENTS):
        kind, status = kinds[number % 4]
        at = HOUR + timedelta(minutes=number % 50)
        events.append(event(f"n{number}", job_type=kind, status=status, at=at, cached=number % 5 == 0))
    delivered = events + chance.sample(events, _EVENTS // 5) + chance.sample(events, _EVENTS // 5)
    chance.shuffle(delivered)
    batches = [delivered[start : start + 37] for start in range(0, len(delivered), 37)]
    answers = await asyncio.gather(*(world.metrics.count(batch) for batch in batches))
    assert sum(map(len, answers)) == _EVENTS
    hour = await _all(world.metrics, step_seconds=3_600)
    assert {(rollup.job_type, rollup.status): rollup.jobs for rollup in hour} == dict.fromkeys(
        kinds, _EVENTS // 4
    )
    assert sum(rollup.cached for rollup in hour) == _EVENTS // 5


async def test_a_batch_that_is_cut_off_anywhere_is_counted_once(database_url: str) -> None:
    """Whether its statement was done or not, nobody knows; the batch comes again, as the broker has it."""
    jobs = PostgresJobStore(database_url, pool_size=4, timeout_seconds=10, patience_seconds=10)
    await jobs.open()
    metrics = PostgresMetrics(jobs.database)
    chance = random.Random(11)  # noqa: S311 - a test's choice, to be made again
    batches = [[event(f"c{batch}-{number}") for number in range(20)] for batch in range(_EVENTS // 20)]
    for batch in batches:
        with suppress(TimeoutError, StoreUnavailableError):
            await asyncio.wait_for(metrics.count(batch), chance.uniform(0, 0.012))
    before = await _counted_in(metrics)
    for batch in batches:
        await metrics.count(batch)
    assert await _counted_in(metrics) == _EVENTS // 20 * 20
    assert before <= _EVENTS
    await jobs.close()


async def _counted_in(metrics: Metrics) -> int:
    return sum(rollup.jobs for rollup in await _all(metrics))


async def test_a_result_of_the_row_tells_what_a_large_event_could_not(database_url: str) -> None:
    """And a result of another shape does no harm."""
    jobs = PostgresJobStore(database_url, pool_size=2, timeout_seconds=10, patience_seconds=10)
    await jobs.open()
    metrics = PostgresMetrics(jobs.database)
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        for name, result in (("a", '{"cached": true}'), ("b", '{"cached": "odd"}'), ("c", "[1]")):
            await connection.execute(_JOB, {"job": name, "asked": HOUR, "result": result})
    counted = await metrics.count([event(name) for name in "abc"])
    assert sorted(each.cached for each in counted) == [False, False, True]
    await jobs.close()


async def test_old_rows_are_forgotten(database_url: str) -> None:
    jobs = PostgresJobStore(database_url, pool_size=2, timeout_seconds=10, patience_seconds=10)
    await jobs.open()
    metrics = PostgresMetrics(jobs.database)
    await metrics.count([event("a")])
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        await connection.execute(
            "UPDATE huntaze_workers.metric_minutes SET minute = minute - interval '401 days'"
        )
        await connection.execute(
            "UPDATE huntaze_workers.metric_events SET counted_at = now() - interval '38 days'"
        )
    assert await metrics.forget(limit=10) == 2
    await jobs.close()
