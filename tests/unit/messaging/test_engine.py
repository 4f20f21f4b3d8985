"""The life of a job, against the stores' and senders' twins."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NoReturn

import pytest

from shared.ai.port import ModelCall, Role, Usage
from shared.clock import iso_milliseconds
from shared.contracts import Topic
from shared.errors import (
    BrokerUnavailableError,
    ContentFilteredError,
    JobFailedError,
    JobTimeoutError,
    RateLimitError,
    StoreUnavailableError,
)
from shared.messaging.delivery import Delivery
from shared.messaging.engine import Limits
from shared.messaging.points import Point
from shared.messaging.worker import JobContext
from shared.persistence.port import JobState
from tests.unit.messaging.bench import Bench, Greeted, Greeting, delivery, greet, plain, raw_delivery
from tests.virtual_time import in_virtual_time

CALL = ModelCall(
    task="chat.suggest",
    role=Role.GENERATION,
    deployment="DeepSeek-V3",
    usage=Usage(input_tokens=300, output_tokens=50),
    cost_usd_micros=570,
)


async def test_a_job_is_done_recorded_and_announced(bench: Bench) -> None:
    """The happy path, with the event's documented shape and properties."""
    await bench.engine.deliver(delivery(), bench.worker())
    job = await bench.store.job("job_1")
    assert job
    assert (job.state, job.result) == (JobState.COMPLETED, {"text": "Hello Léa"})
    [message] = bench.sender.sent
    assert message.topic is Topic.EVENTS
    assert plain(message.properties) == {
        "jobId": "job_1",
        "jobType": "chat.suggest",
        "creatorId": "123",
        "status": "completed",
        "eventType": "job.completed",
    }
    assert json.loads(message.body) == {
        "eventType": "job.completed",
        "jobId": "job_1",
        "jobType": "chat.suggest",
        "creatorId": "123",
        "status": "completed",
        "progress": 100,
        "message": "The job is completed.",
        "result": {"text": "Hello Léa"},
        "updatedAt": "2026-01-01T00:00:00.000Z",
        "version": 228,
    }


async def test_the_points_are_passed_in_order(bench: Bench) -> None:
    """The outcome is durable before anything is sent; all is sent before the message is settled."""
    await bench.engine.deliver(delivery(), bench.worker())
    assert bench.points == [
        Point.RECEIVED,
        Point.DECODED,
        Point.CLAIMED,
        Point.HANDLING,
        Point.HANDLED,
        Point.RECORDED,
        Point.SENDING,
        Point.SENT,
        Point.MARKED,
        Point.SETTLING,
    ]


async def test_a_duplicate_changes_nothing(bench: Bench) -> None:
    """The second delivery of a finished job runs nothing and announces nothing."""
    await bench.engine.deliver(delivery(), bench.worker())
    await bench.engine.deliver(delivery(), bench.worker())
    assert (len(bench.runs), len(bench.sender.sent)) == (1, 1)


async def test_a_duplicate_of_a_running_job_is_completed(bench: Bench) -> None:
    """The second delivery returns at once; the first one goes on."""
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def slow(context: JobContext, payload: Greeting) -> Greeted:
        entered.set()
        await go_on.wait()
        return await greet(context, payload)

    first = asyncio.create_task(bench.engine.deliver(delivery(), bench.worker(slow)))
    await entered.wait()
    await bench.engine.deliver(delivery(), bench.worker())
    go_on.set()
    await first
    assert (len(bench.runs), len(bench.events())) == (1, 1)


async def test_a_duplicate_sends_what_its_original_could_not(bench: Bench) -> None:
    """The broker was away when the job ended; the next delivery brings the event."""
    bench.sender.unavailable = True
    await bench.engine.deliver(delivery(), bench.worker())
    bench.sender.unavailable = False
    await bench.engine.deliver(delivery(), bench.worker())
    assert [event["status"] for event in bench.events()] == ["completed"]
    assert len(bench.runs) == 1


async def test_the_sweep_sends_what_the_worker_could_not(bench: Bench) -> None:
    """The event is not lost when nobody delivers the job again."""
    bench.sender.unavailable = True
    await bench.engine.deliver(delivery(), bench.worker())
    bench.sender.unavailable = False
    await bench.sweep.run()
    assert bench.events() == []  # the worker still has its time
    bench.clock.advance(11)
    await bench.sweep.run()
    await bench.sweep.run()
    assert [event["status"] for event in bench.events()] == ["completed"]


async def test_a_permanent_failure_ends_the_job(bench: Bench) -> None:
    """It is recorded, announced, and raised so that its message dead-letters."""

    async def refused(_context: JobContext, _payload: Greeting) -> NoReturn:
        raise ContentFilteredError

    with pytest.raises(JobFailedError, match="CONTENT_FILTERED"):
        await bench.engine.deliver(delivery(), bench.worker(refused))
    [event] = bench.events()
    assert (event["status"], event["eventType"]) == ("failed", "job.failed")
    assert event["error"] == {
        "code": "CONTENT_FILTERED",
        "message": "The AI provider's content filter refused this content.",
    }
    with pytest.raises(JobFailedError):
        await bench.engine.deliver(delivery(), bench.worker(refused))
    assert (len(bench.runs), len(bench.events())) == (1, 1)


async def test_a_transient_failure_is_tried_again_later(bench: Bench) -> None:
    """A delayed copy goes out with the next attempt; it completes the job."""
    failing = True

    async def flaky(context: JobContext, payload: Greeting) -> Greeted:
        if failing:
            raise RateLimitError
        return await greet(context, payload)

    await bench.engine.deliver(delivery(extra="kept"), bench.worker(flaky))
    [retry] = bench.sender.sent
    assert (retry.topic, retry.delay_seconds) == (Topic.JOBS, 3)
    assert retry.properties == {"jobType": "chat.suggest"}
    assert json.loads(retry.body) == json.loads(delivery(extra="kept", attempt=1).body)
    failing = False
    await bench.engine.deliver(delivery(extra="kept"), bench.worker(flaky))  # a late duplicate of the first
    await bench.engine.deliver(bench.deliveries()[0], bench.worker(flaky))
    assert [context.attempt for context in bench.runs] == [0, 1]
    assert [event["status"] for event in bench.events()] == ["completed"]


async def test_attempts_are_used_up(bench: Bench) -> None:
    """After the last delay the job has failed, with the last error's code."""

    async def limited(_context: JobContext, _payload: Greeting) -> NoReturn:
        raise RateLimitError

    message = delivery()
    for count in range(1, 5):
        await bench.engine.deliver(message, bench.worker(limited))
        message = bench.deliveries()[-1]
        assert len(bench.deliveries()) == count
    with pytest.raises(JobFailedError, match="RATE_LIMIT"):
        await bench.engine.deliver(message, bench.worker(limited))
    assert [m.delay_seconds for m in bench.sender.sent if m.topic is Topic.JOBS] == [3, 10, 30, 120]
    assert [event["status"] for event in bench.events()] == ["failed"]


async def test_a_handler_is_stopped_at_its_deadline(bench: Bench) -> None:
    """It is cancelled; the attempt has timed out, and another follows."""
    cleaned_up = asyncio.Event()

    async def endless(_context: JobContext, _payload: Greeting) -> Greeted:
        try:
            await asyncio.sleep(60)
        finally:
            cleaned_up.set()
        return Greeted(text="never")

    await bench.engine.deliver(delivery(deadlineMs=50), bench.worker(endless))
    assert cleaned_up.is_set()
    job = await bench.store.job("job_1")
    assert job
    assert (job.state, job.error_code) == (JobState.RETRY_WAIT, "TIMEOUT")


async def test_a_job_that_times_out_at_its_last_attempt_is_a_timeout(bench: Bench) -> None:
    """Its status says so, and its message dead-letters."""

    async def late(_context: JobContext, _payload: Greeting) -> NoReturn:
        raise JobTimeoutError

    with pytest.raises(JobFailedError, match="TIMEOUT"):
        await bench.engine.deliver(delivery(attempt=4), bench.worker(late))
    assert [event["eventType"] for event in bench.events()] == ["job.timeout"]


async def test_a_job_past_its_deadline_is_not_started(bench: Bench) -> None:
    """No model is asked for an answer that nobody waits for."""
    created = bench.clock.now() - timedelta(seconds=91)
    with pytest.raises(JobFailedError, match="TIMEOUT"):
        await bench.engine.deliver(delivery(createdAt=iso_milliseconds(created)), bench.worker())
    assert bench.runs == []
    assert [event["status"] for event in bench.events()] == ["timeout"]


async def test_a_message_that_keeps_killing_its_worker_is_poison(bench: Bench) -> None:
    """Crashes count as claims; the fifth start is refused."""
    worker = bench.worker()
    for _ in range(bench.limits.max_claims):
        await _claim_and_crash(bench)
    with pytest.raises(JobFailedError, match="POISON_MESSAGE"):
        await bench.engine.deliver(delivery(deadlineMs=500_000), worker)
    assert bench.runs == []
    assert bench.events()[0]["error"]["code"] == "POISON_MESSAGE"


async def _claim_and_crash(bench: Bench) -> None:
    """Die as a killed process does: after the claim, without another word."""
    entered = asyncio.Event()

    async def crash(context: JobContext, payload: Greeting) -> Greeted:
        entered.set()
        await asyncio.Event().wait()
        return await greet(context, payload)

    task = asyncio.create_task(
        bench.engine.deliver(delivery(deadlineMs=500_000), bench.worker(crash)), name="crash"
    )
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    bench.runs.clear()
    bench.clock.advance(bench.limits.lease_seconds + 1)


async def test_a_crashed_job_is_found_by_the_sweep(bench: Bench) -> None:
    """No delivery is left, only the due time in the store."""
    await _claim_and_crash(bench)
    await bench.sweep.run()
    [message] = bench.deliveries()
    await bench.engine.deliver(message, bench.worker())
    assert [event["status"] for event in bench.events()] == ["completed"]


@pytest.mark.parametrize(
    "ending",
    [
        ValueError("fan text"),
        KeyError("fan text"),
        SystemExit(3),
        KeyboardInterrupt(),
        asyncio.CancelledError(),
    ],
    ids=lambda ending: type(ending).__name__,
)
async def test_whatever_a_handler_raises_is_a_transient_failure(
    bench: Bench, ending: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    """A bug, an exit and a stray cancellation are tried again; nothing of their text is kept or logged."""

    async def broken(_context: JobContext, _payload: Greeting) -> NoReturn:
        raise ending

    with caplog.at_level(logging.DEBUG):
        await bench.engine.deliver(delivery(), bench.worker(broken))
    job = await bench.store.job("job_1")
    assert job
    assert (job.state, job.error_code) == (JobState.RETRY_WAIT, "INTERNAL_ERROR")
    assert "fan text" not in repr([vars(record) for record in caplog.records])


async def test_sys_exit_in_a_handler_leaves_its_neighbours_alone(bench: Bench) -> None:
    """Another job on the same loop completes."""

    async def leaving(_context: JobContext, _payload: Greeting) -> NoReturn:
        sys.exit("bye")

    await asyncio.gather(
        bench.engine.deliver(delivery(jobId="job_2"), bench.worker(leaving)),
        bench.engine.deliver(delivery(), bench.worker()),
    )
    assert [event["jobId"] for event in bench.events()] == ["job_1"]


async def test_a_result_that_cannot_be_stored_is_the_workers_fault(bench: Bench) -> None:
    """The creator's message is not blamed for it."""

    class Odd(Greeted):
        nested: object = None

    deep: object = None
    for _ in range(100):
        deep = [deep]

    async def nesting(_context: JobContext, _payload: Greeting) -> Greeted:
        return Odd(text="x", nested=deep)

    await bench.engine.deliver(delivery(), bench.worker(nesting))
    job = await bench.store.job("job_1")
    assert job
    assert job.error_code == "INTERNAL_ERROR"


async def test_a_result_is_cleaned_before_it_is_stored(bench: Bench) -> None:
    """NUL and half an emoji would break the database; NaN would break every JSON reader."""

    async def dirty(_context: JobContext, _payload: Greeting) -> Greeted:
        return Greeted.model_construct(text="a\x00b")

    await bench.engine.deliver(delivery(), bench.worker(dirty))
    job = await bench.store.job("job_1")
    assert job
    assert job.result == {"text": "a\ufffdb"}


async def test_a_large_result_is_announced_by_reference(bench: Bench) -> None:
    """It does not fit into a message; the event says where to fetch it."""

    async def long_winded(_context: JobContext, _payload: Greeting) -> Greeted:
        return Greeted(text="é" * 150_000)

    await bench.engine.deliver(delivery(), bench.worker(long_winded))
    [event] = bench.events()
    assert "result" not in event
    assert event["resultUrl"] == "https://workers.example/api/jobs/job_1"
    assert len(bench.sender.sent[0].body) < 1024


async def test_a_lost_lease_stops_the_work(bench: Bench) -> None:
    """Somebody else owns the job: the handler is stopped, its cost is counted, and nothing is written."""
    bench = Bench(limits=replace(Limits(), lease_seconds=0.06))
    stopped = asyncio.Event()

    async def slow(context: JobContext, _payload: Greeting) -> Greeted:
        context.spent(CALL)
        bench.clock.advance(1)
        await bench.store.requeue_due(limit=1, grace_seconds=60)
        try:
            await asyncio.sleep(60)
        finally:
            stopped.set()
        return Greeted(text="never")

    await bench.engine.deliver(delivery(), bench.worker(slow))
    assert stopped.is_set()
    job = await bench.store.job("job_1")
    assert job
    assert job.state is JobState.QUEUED
    assert bench.store.calls == [CALL]
    assert bench.sender.sent == []


@in_virtual_time
async def test_a_heartbeat_keeps_a_long_job(bench: Bench) -> None:
    """The lease is extended while the handler works."""
    bench = Bench(limits=replace(Limits(), lease_seconds=0.06))

    async def long(context: JobContext, payload: Greeting) -> Greeted:
        await asyncio.sleep(0.15)
        return await greet(context, payload)

    await bench.engine.deliver(delivery(), bench.worker(long))
    assert bench.points.count(Point.EXTENDED) >= 3
    assert [event["status"] for event in bench.events()] == ["completed"]


async def test_costs_of_a_failed_run_are_counted(bench: Bench) -> None:
    """The money is gone, whatever became of the job."""

    async def paid_for_nothing(context: JobContext, _payload: Greeting) -> NoReturn:
        context.spent(CALL)
        raise RateLimitError

    await bench.engine.deliver(delivery(), bench.worker(paid_for_nothing))
    assert bench.store.calls == [CALL]


@in_virtual_time
async def test_a_handler_that_ignores_its_cancellation_is_left_behind(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    """The engine waits a second for it, not for ever."""
    release = asyncio.Event()

    async def stubborn(_context: JobContext, _payload: Greeting) -> Greeted:
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue
        return Greeted(text="late")

    await bench.engine.deliver(delivery(deadlineMs=20), bench.worker(stubborn))
    assert "A stopped handler goes on." in caplog.messages
    release.set()
    await asyncio.sleep(0.01)


async def test_the_same_id_with_another_payload_is_refused(bench: Bench) -> None:
    """The first job's result stays; the intruder is quarantined and dead-lettered."""
    await bench.engine.deliver(delivery(), bench.worker())
    with pytest.raises(JobFailedError, match="INVALID_PAYLOAD"):
        await bench.engine.deliver(delivery(payload={"name": "Max"}), bench.worker())
    assert len(bench.store.rejections) == 1
    assert (len(bench.runs), len(bench.events())) == (1, 1)
    job = await bench.store.job("job_1")
    assert job
    assert job.state is JobState.COMPLETED


async def test_a_message_that_is_no_job_is_quarantined_and_announced(bench: Bench) -> None:
    """At its first delivery, with its bytes as they came; a redelivery announces nothing new."""
    broken = raw_delivery(b"{nonsense", jobId="job_9", creatorId="77")
    for _ in range(2):
        with pytest.raises(JobFailedError, match="INVALID_PAYLOAD"):
            await bench.engine.deliver(broken, bench.worker())
    [rejection] = bench.store.rejections.values()
    assert rejection.body == b"{nonsense"
    [event] = bench.events()
    assert (event["jobId"], event["creatorId"], event["status"]) == ("job_9", "77", "failed")
    assert event["error"] == {"code": "INVALID_PAYLOAD", "message": "The message is not valid JSON."}


async def test_a_message_without_an_id_is_quarantined(bench: Bench) -> None:
    """There is nobody to tell."""
    with pytest.raises(JobFailedError):
        await bench.engine.deliver(raw_delivery(b"\xff\xfe"), bench.worker())
    assert len(bench.store.rejections) == 1
    assert bench.sender.sent == []


class AbsentStore:
    """A database that does not answer."""

    def __getattr__(self, _name: str) -> object:
        async def unavailable(*_args: object, **_kwargs: object) -> NoReturn:
            raise StoreUnavailableError

        return unavailable


@pytest.mark.parametrize("message", [delivery(), raw_delivery(b"{")], ids=["job", "no job"])
async def test_without_a_database_messages_are_put_aside(
    bench: Bench, message: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scheduled copy keeps the message and its age; the broker's few deliveries are kept for crashes."""
    enqueued_at = datetime(2026, 1, 1, tzinfo=UTC)
    monkeypatch.setattr(bench.engine, "_store", AbsentStore())
    await bench.engine.deliver(replace(message, enqueued_at=enqueued_at), bench.worker())
    [parked] = bench.sender.sent
    assert (parked.topic, parked.delay_seconds) == (Topic.JOBS, 60)
    assert parked.properties == {
        "jobType": "chat.suggest",
        "firstEnqueuedAt": "2026-01-01T00:00:00.000Z",
    }


async def test_without_a_database_and_a_broker_the_delivery_is_given_back(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The host abandons it."""
    monkeypatch.setattr(bench.engine, "_store", AbsentStore())
    bench.sender.unavailable = True
    with pytest.raises(BrokerUnavailableError):
        await bench.engine.deliver(delivery(), bench.worker())


async def test_a_parked_message_has_aged(bench: Bench) -> None:
    """Its deadline counts from when it first came."""
    first = iso_milliseconds(bench.clock.now() - timedelta(seconds=100))
    parked = replace(delivery(), properties={"firstEnqueuedAt": first})
    with pytest.raises(JobFailedError, match="TIMEOUT"):
        await bench.engine.deliver(parked, bench.worker())


async def test_a_message_that_asks_for_another_worker_is_refused(bench: Bench) -> None:
    """A subscription with a wrong filter must not run jobs under the wrong policy."""
    with pytest.raises(JobFailedError, match=r"takes chat\.suggest jobs only"):
        await bench.engine.deliver(delivery(jobType="video.analysis"), bench.worker())
