"""Jobs of several paid steps and with a follow-up, on a real store, while engines die at any point."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import psycopg
import pytest
from pydantic import BaseModel

from shared.ai.port import ModelCall, Role, Usage
from shared.clock import SystemClock
from shared.contracts import JobType, Topic
from shared.errors import JobError, JobFailedError, UnsupportedMediaError
from shared.messaging.delivery import Delivery
from shared.messaging.engine import Engine, Limits
from shared.messaging.points import Point
from shared.messaging.sender import MemorySender
from shared.messaging.sweep import Sweep
from shared.messaging.worker import Enriches, JobContext, Worker
from shared.persistence.postgres import PostgresJobStore
from shared.persistence.postgres_checkpoints import PostgresCheckpoints
from tests.chaos.checker import Findings, judge, recorded
from tests.integration.engine.proxy import Cut, Proxy

#: Soon over when its engine dies …
LEASE_SECONDS = 0.4
#: … and not for a long answer's sake.
PATIENT_LEASE_SECONDS = 10.0
VIDEO, TRANSCRIPT = "job_1", "job_1.transcript"


class DeathError(BaseException):
    """The process is gone: nothing of it may be caught."""


class Asked(BaseModel):
    """A payload."""

    url: str


class Found(BaseModel):
    """A result."""

    summary: str | None = None
    transcript: str | None = None


@dataclass
class World:
    """A store that outlives engines, a broker that delivers what it is sent, and what was done in between."""

    store: PostgresJobStore
    database_url: str
    sender: MemorySender = field(default_factory=MemorySender)
    #: How often each paid step was made.
    made: Counter[str] = field(default_factory=Counter)
    lease_seconds: float = LEASE_SECONDS
    #: Set: the transcript fails for good.
    hopeless: bool = False
    _delivered: int = 0

    def engine(self, death: Point | None = None, passes: int = 1) -> Engine:
        """Return an engine that dies when it passes a point for the n-th time."""
        passed: Counter[Point] = Counter()

        def probe(point: Point) -> None:
            passed[point] += 1
            if point is death and passed[point] == passes:
                raise DeathError

        return Engine(
            store=self.store,
            sender=self.sender,
            clock=SystemClock(),
            functions_url="http://localhost",
            checkpoints=PostgresCheckpoints(self.store.database),
            limits=Limits(
                lease_seconds=self.lease_seconds, sweep_after_seconds=0.0, requeue_grace_seconds=0.2
            ),
            probe=probe,
        )

    async def deliver(self, engine: Engine, delivery: Delivery) -> None:
        """Deliver to the worker that it is for; a failed job is a dead letter."""
        internal = delivery.properties["jobType"] == JobType.VIDEO_TRANSCRIPT
        with suppress(JobFailedError):
            await engine.deliver(delivery, self.transcribing if internal else self.analysing)

    async def live(self, engine: Engine) -> None:
        """Do the video, and all that follows."""
        await self.deliver(engine, video())
        await self.settle(engine)

    async def settle(self, engine: Engine) -> None:
        """Sweep and deliver until there is nothing left to do."""
        sweep = Sweep(
            store=self.store, sender=self.sender, requeue_grace_seconds=0.2, sweep_after_seconds=0.0
        )
        while self._unsettled():
            await sweep.run()
            asked = [message for message in self.sender.sent if message.topic is Topic.JOBS]
            for message in asked[self._delivered :]:
                await self.deliver(engine, delivery(json.loads(message.body), message.properties))
            self._delivered = len(asked)
            await asyncio.sleep(0.05)

    @property
    def analysing(self) -> Worker[Asked, Found]:
        """Return the worker of videos: two paid steps and a follow-up."""

        async def handle(context: JobContext, payload: Asked) -> Found:
            seen = await context.checkpointed("look", payload.url, Found, self._paid(context, "look"))
            await context.report(50, "Half-way.")
            said = await context.checkpointed("write", payload.url, Found, self._paid(context, "write"))
            context.follow_up(JobType.VIDEO_TRANSCRIPT, "transcript", {"url": payload.url})
            return Found(summary=f"{seen.summary} {said.summary}")

        return Worker(job_type=JobType.VIDEO_ANALYSIS, payload=Asked, result=Found, handle=handle)

    @property
    def transcribing(self) -> Worker[Asked, Found]:
        """Return the worker of transcripts."""

        async def handle(context: JobContext, payload: Asked) -> Found:
            if self.hopeless:
                raise UnsupportedMediaError
            await context.checkpointed("listen", payload.url, Found, self._paid(context, "listen"))
            return Found(transcript="Hello")

        def fallback(_payload: Asked, error: JobError) -> Found:
            return Found(transcript=error.code)

        return Worker(
            job_type=JobType.VIDEO_TRANSCRIPT,
            payload=Asked,
            result=Found,
            handle=handle,
            enriches=Enriches(parent=JobType.VIDEO_ANALYSIS, message="Ready.", fallback=fallback),
        )

    def findings(self) -> Findings:
        """Return what an independent checker says."""
        events = [message for message in self.sender.sent if message.topic is Topic.EVENTS]
        said = []
        for event in events:
            kind = event.properties["eventType"]
            if kind == "job.enriched":
                said.append((event.message_id.rsplit(":", 3)[0], event.message_id, "enriched"))
            elif kind != "job.processing":
                said.append((event.properties["jobId"], event.message_id, event.properties["status"]))
        return judge([VIDEO, TRANSCRIPT], recorded(self.database_url), said)

    async def result(self) -> Mapping[str, Any] | None:
        """Return the video's result."""
        job = await self.store.job(VIDEO)
        return job.result if job else None

    def ledger(self) -> Counter[str]:
        """Return what was paid for, as the ledger has it."""
        with psycopg.connect(self.database_url) as connection:
            paid = connection.execute("SELECT deployment FROM huntaze_workers.ai_calls").fetchall()
        return Counter(deployment for (deployment,) in paid)

    def _paid(self, context: JobContext, step: str) -> Callable[[], Awaitable[Found]]:
        return partial(self._pay, context, step)

    async def _pay(self, context: JobContext, step: str) -> Found:
        self.made[step] += 1
        context.spent(
            ModelCall(
                task="video",
                role=Role.VISION,
                deployment=step,
                usage=Usage(input_tokens=1, output_tokens=1),
                cost_usd_micros=1,
            )
        )
        return Found(summary=step)

    def _unsettled(self) -> bool:
        query = """
            SELECT (SELECT count(*) FROM huntaze_workers.jobs WHERE due_at IS NOT NULL)
                 + (SELECT count(*) FROM huntaze_workers.outbox WHERE sent_at IS NULL)
        """
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(query).fetchone() != (0,)


def delivery(body: Mapping[str, Any], properties: Mapping[str, Any]) -> Delivery:
    """Return a delivery of a job's message."""
    return Delivery(
        body=json.dumps(body).encode(), subscription="video", message_id="m", properties=properties
    )


def video(**properties: object) -> Delivery:
    """Return the front end's message."""
    body = {"jobId": VIDEO, "jobType": "video.analysis", "creatorId": "1", "payload": {"url": "u"}}
    return delivery(body, {"jobType": JobType.VIDEO_ANALYSIS, **properties})


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    """Nothing has happened yet."""
    store = PostgresJobStore(database_url, pool_size=4, timeout_seconds=5, patience_seconds=5)
    await store.open()
    yield World(store, database_url)
    await store.close()


#: How often an engine that does the video and then its transcript passes a point.
DEATHS = [
    (point, passes)
    for point, times in {
        Point.CLAIMED: 2,
        Point.HANDLING: 2,
        Point.KEPT: 3,
        Point.HANDLED: 2,
        Point.RECORDED: 2,
        Point.SENDING: 2,
        Point.SENT: 2,
        Point.MARKED: 2,
        Point.SETTLING: 2,
    }.items()
    for passes in range(1, times + 1)
]


@pytest.mark.parametrize(("point", "passes"), DEATHS)
async def test_no_death_pays_a_step_twice_or_loses_a_follow_up(
    world: World, point: Point, passes: int
) -> None:
    """Nor doubles one: wherever the process dies, another one ends what it began."""
    engine = world.engine(point, passes)
    with pytest.raises(DeathError):
        await world.live(engine)
    successor = world.engine()
    await asyncio.sleep(LEASE_SECONDS)
    await world.live(successor)
    assert world.findings() == Findings()
    assert world.made == world.ledger() == {"look": 1, "write": 1, "listen": 1}
    assert await world.result() == {"summary": "look write", "transcript": "Hello"}


#: What only the request has that keeps a step, completes the video, or ends the transcript.
REQUESTS = {
    "keep": b'"ledger_key":"job_1',
    "complete": b'"message_id":"job_1.transcript:0:0:0"',
    "enrich": b'"parent_id":"job_1"',
}


@pytest.mark.parametrize("cut", Cut)
@pytest.mark.parametrize("asked", REQUESTS)
async def test_a_commit_that_breaks_off_pays_and_asks_once(database_url: str, asked: str, cut: Cut) -> None:
    """Whether it was durable or not: its client can't tell."""
    async with Proxy(f"{database_url}?sslmode=disable").listening() as proxy:
        proxy.victims = REQUESTS[asked]
        proxy.cuts.append(cut)
        store = PostgresJobStore(proxy.url, pool_size=2, timeout_seconds=5, patience_seconds=5)
        await store.open()
        world = World(store, database_url, lease_seconds=PATIENT_LEASE_SECONDS)
        await world.live(world.engine())
        assert not proxy.cuts
        assert world.findings() == Findings()
        assert world.made == world.ledger() == {"look": 1, "write": 1, "listen": 1}
        assert await world.result() == {"summary": "look write", "transcript": "Hello"}
        await store.close()


async def test_a_hopeless_follow_up_says_so_once(world: World) -> None:
    """Delivered again and again, it changes nothing more."""
    world.hopeless = True
    engine = world.engine()
    for _ in range(3):
        await world.live(engine)
    assert world.findings() == Findings()
    assert await world.result() == {"summary": "look write", "transcript": "UNSUPPORTED_MEDIA"}


async def test_of_engines_that_do_the_same_at_once_one_tells(world: World) -> None:
    """Each message is delivered to three of them."""
    engines = [world.engine() for _ in range(3)]
    await asyncio.gather(*(world.deliver(engine, video()) for engine in engines))
    await asyncio.gather(*(world.settle(engine) for engine in engines))
    assert world.findings() == Findings()
    assert await world.result() == {"summary": "look write", "transcript": "Hello"}
