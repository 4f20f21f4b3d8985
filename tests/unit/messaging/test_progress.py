"""Telling how far a job is: best effort, forwards only, and never about a job that is over or lost."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

from shared.clock import Clock, ManualClock
from shared.contracts import JobType, Topic
from shared.errors import LeaseLostError, RateLimitError
from shared.messaging.progress import Lease, Progress
from shared.messaging.sender import MemorySender, Sender
from shared.messaging.worker import JobContext
from shared.persistence.port import Claim, JobMessage, JobState, OutboxMessage, Verdict
from tests.unit.messaging.bench import Bench, Greeted, Greeting, delivery, plain
from tests.virtual_time import in_virtual_time

MESSAGE = JobMessage(
    job_id="v",
    job_type="video.analysis",
    creator_id="123",
    body=b"",
    properties={},
    payload_hash=b"",
    epoch=2,
    attempt=0,
    deadline_ms=1,
    asked_at=None,
)
CLAIM = Claim(
    verdict=Verdict.CLAIMED,
    job_id="v",
    epoch=2,
    attempt=0,
    fence=3,
    claims=1,
    remaining_seconds=60,
    unsent=False,
)


def progress(sender: Sender, clock: Clock, lease: Lease | None = None) -> Progress:
    """Return the progress of a job with a fresh lease."""
    return Progress(
        sender=sender, clock=clock, message=MESSAGE, claim=CLAIM, lease=lease or Lease(until=30.0)
    )


def told(sender: MemorySender) -> list[int]:
    """Return the per cents that were sent."""
    return [json.loads(message.body)["progress"] for message in sender.sent]


async def test_the_event_has_its_documented_shape() -> None:
    """And an id that a second sending would share."""
    sender = MemorySender()
    await progress(sender, ManualClock()).report(41.9, "Looking at \x00 the video.")
    [message] = sender.sent
    assert (message.topic, message.message_id, message.delay_seconds) == (Topic.EVENTS, "v:2:3:p41", 0.0)
    assert plain(message.properties) == {
        "jobId": "v",
        "jobType": "video.analysis",
        "creatorId": "123",
        "status": "processing",
        "eventType": "job.processing",
    }
    assert json.loads(message.body) == {
        "eventType": "job.processing",
        "jobId": "v",
        "jobType": "video.analysis",
        "creatorId": "123",
        "status": "processing",
        "progress": 41,
        "message": "Looking at \ufffd the video.",
        "updatedAt": "2026-01-01T00:00:00.000Z",
        "version": 8_589_935_017,
    }


async def test_it_goes_forwards_only() -> None:
    """What says nothing new is not said; the last per cent is the end's."""
    sender = MemorySender()
    subject = progress(sender, ManualClock())
    for percent in (-5, 0, 10, 10, 9.9, 55, 20, 100, 250):
        await subject.report(percent, "On.")
    assert told(sender) == [0, 10, 55, 99]


async def test_nothing_is_said_of_a_job_that_may_be_anothers() -> None:
    """From the lease's end as this process knows it; an extension gives the word back."""
    sender, clock, lease = MemorySender(), ManualClock(), Lease(until=30.0)
    subject = progress(sender, clock, lease)
    await subject.report(10, "On.")
    clock.advance(30)
    await subject.report(20, "On.")
    lease.until = 60.0
    await subject.report(30, "On.")
    subject.close()
    await subject.report(40, "On.")
    assert told(sender) == [10, 30]


async def test_a_broker_that_is_away_is_left_alone_for_a_while() -> None:
    """The job does not fail, and does not try at every per cent."""
    sender, clock = MemorySender(), ManualClock()
    subject = progress(sender, clock)
    sender.unavailable = True
    await subject.report(10, "On.")
    sender.unavailable = False
    await subject.report(20, "On.")
    clock.advance(15)
    await subject.report(30, "On.")
    assert told(sender) == [30]


@in_virtual_time
async def test_a_broker_that_hangs_costs_a_second() -> None:
    """And no more than that for the next reports."""

    class Hanging:
        async def send(self, messages: Sequence[OutboxMessage]) -> None:
            del messages
            await asyncio.sleep(3600)

    subject = progress(Hanging(), ManualClock())
    for percent in range(0, 100, 10):
        await subject.report(percent, "On.")
    assert asyncio.get_running_loop().time() == 1.0


async def test_a_job_reports_while_it_runs(bench: Bench) -> None:
    """In order, before its end, and not at all from what it leaves behind."""
    leftover: list[JobContext] = []

    async def handle(context: JobContext, _payload: Greeting) -> Greeted:
        leftover.append(context)
        await context.report(20, "Begun.")
        await context.report(60, "Going on.")
        return Greeted(text="Hi")

    await bench.engine.deliver(delivery(), bench.worker(handle))
    await leftover[0].report(80, "Still here.")
    assert [(event["eventType"], event["progress"]) for event in bench.events()] == [
        ("job.processing", 20),
        ("job.processing", 60),
        ("job.completed", 100),
    ]


async def test_a_retry_says_nothing_that_was_said(bench: Bench) -> None:
    """What it does again was told; a front end that sends such a field is not believed."""
    errors: list[Exception] = [RateLimitError(), RateLimitError()]

    async def handle(context: JobContext, _payload: Greeting) -> Greeted:
        for percent in (20, 60) if errors else (20, 60, 90):
            await context.report(percent, "On.")
        if errors:
            raise errors.pop()
        return Greeted(text="Hi")

    await bench.engine.deliver(delivery(toldPercent="99"), bench.worker(handle))
    for _ in range(2):
        await bench.engine.deliver(bench.deliveries()[-1], bench.worker(handle))
    assert [event["progress"] for event in bench.events()] == [20, 60, 90, 100]


async def test_a_broker_without_ears_fails_no_job(bench: Bench) -> None:
    """The job ends as it would, and its end is kept for the sweep."""

    async def handle(context: JobContext, _payload: Greeting) -> Greeted:
        bench.sender.unavailable = True
        await context.report(20, "Begun.")
        return Greeted(text="Hi")

    await bench.engine.deliver(delivery(), bench.worker(handle))
    job = await bench.store.job("job_1")
    assert job
    assert job.state is JobState.COMPLETED
    bench.sender.unavailable = False
    bench.clock.advance(11)
    await bench.sweep.run()
    assert [event["eventType"] for event in bench.events()] == ["job.completed"]


async def test_a_lost_job_reports_nothing_more(bench: Bench) -> None:
    """Not even from the handler's clean-up."""

    async def handle(context: JobContext, _payload: Greeting) -> Greeted:
        bench.clock.advance(31)
        await context.report(20, "Begun.")
        raise LeaseLostError

    await bench.engine.deliver(delivery(), bench.worker(handle))
    assert [event for event in bench.events() if event["eventType"] == "job.processing"] == []


async def test_a_handler_without_an_engine_reports_to_nobody() -> None:
    """Handlers are tested alone."""
    context = JobContext(
        job_id="j", job_type=JobType.CHAT_SUGGEST, creator_id="1", attempt=0, epoch=0, deadline=1.0
    )
    await context.report(1, "On.")
