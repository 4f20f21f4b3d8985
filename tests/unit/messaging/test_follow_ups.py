"""Jobs that jobs ask for, and what they add to the result of the one that asked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from pydantic import BaseModel

from shared.contracts import JobType, Topic
from shared.errors import (
    JobError,
    JobFailedError,
    StoreUnavailableError,
    TranscriptPendingError,
    UnsupportedMediaError,
)
from shared.messaging.delivery import Delivery
from shared.messaging.outcomes import MAX_ENRICHMENT_BYTES
from shared.messaging.policy import POLICIES
from shared.messaging.worker import Enriches, JobContext, Worker
from shared.persistence.port import JobState, OutboxMessage
from tests.unit.messaging.bench import Bench, Greeted, Greeting, delivery, raw_delivery

ID = "job_1.transcript"


class Wanted(BaseModel):
    """What a transcript is made from."""

    audio: str


class Words(BaseModel):
    """What it adds."""

    transcript: str


class Nothing(BaseModel):
    """A result that may be empty."""

    copy_url: str | None = None


@dataclass
class Video:
    """A video that wants a transcript, and the transcript's worker, which may go wrong."""

    bench: Bench
    audio: str = "a.flac"
    delay_seconds: float = 60.0
    words: str = "Hello from the beach!"
    errors: list[Exception] = field(default_factory=list)
    runs: list[JobContext] = field(default_factory=list)

    @property
    def asking(self) -> Worker[Greeting, Greeted]:
        """Return the worker that asks."""

        async def handle(context: JobContext, _payload: Greeting) -> Greeted:
            payload = {"audio": self.audio}
            context.follow_up(JobType.VIDEO_TRANSCRIPT, "transcript", payload, self.delay_seconds)
            return Greeted(text="A beach.")

        return replace(self.bench.worker(handle), job_type=JobType.VIDEO_ANALYSIS)

    @property
    def following(self) -> Worker[Wanted, Words]:
        """Return the worker that follows."""

        async def handle(context: JobContext, payload: Wanted) -> Words:
            self.runs.append(context)
            if self.errors:
                raise self.errors.pop(0)
            await context.report(50, "Nobody hears this.")
            return Words(transcript=f"{payload.audio}: {self.words}")

        def fallback(_payload: Wanted, error: JobError) -> Words:
            return Words(transcript=f"none, {error.code}")

        return Worker(
            job_type=JobType.VIDEO_TRANSCRIPT,
            payload=Wanted,
            result=Words,
            handle=handle,
            enriches=Enriches(
                parent=JobType.VIDEO_ANALYSIS, message="The transcript is ready.", fallback=fallback
            ),
        )

    async def analyse(self, **properties: object) -> None:
        """Do the video."""
        video = delivery(jobType="video.analysis")
        await self.bench.engine.deliver(replace(video, properties=properties), self.asking)

    async def follow(self, number: int = -1) -> None:
        """Deliver one of the messages that ask for the transcript, the last one unless told."""
        await self.bench.engine.deliver(self.bench.deliveries()[number], self.following)

    async def result(self) -> Any:
        """Return the video's result."""
        job = await self.bench.store.job("job_1")
        assert job
        return job.result

    async def state(self) -> JobState:
        """Return the transcript's state."""
        job = await self.bench.store.job(ID)
        assert job
        return job.state


@pytest.fixture
def video(bench: Bench) -> Video:
    """A video not yet analysed."""
    return Video(bench)


async def test_the_message_is_an_ordinary_jobs(bench: Bench, video: Video) -> None:
    """Routed by its properties, later, under an id made from its parent's."""
    await video.analyse(epoch=4)
    asked = next(message for message in bench.sender.sent if message.topic is Topic.JOBS)
    assert (asked.message_id, asked.delay_seconds) == (f"{ID}:4:0:0", 60.0)
    assert asked.properties == {
        "jobId": ID,
        "jobType": "video.transcript",
        "creatorId": "123",
        "epoch": 4,
    }
    assert json.loads(asked.body) == {
        "jobId": ID,
        "jobType": "video.transcript",
        "creatorId": "123",
        "payload": {"audio": "a.flac"},
        "attempt": 0,
        "createdAt": "2026-01-01T00:00:00.000Z",
    }


async def test_what_it_finds_joins_its_parents_result(bench: Bench, video: Video) -> None:
    """And is announced once, under the parent's id; of the job itself nobody hears."""
    await video.analyse()
    await video.follow()
    assert await video.result() == {"text": "A beach.", "transcript": "a.flac: Hello from the beach!"}
    assert await video.state() is JobState.COMPLETED
    completed, enriched = bench.events()
    assert completed["eventType"] == "job.completed"
    assert enriched == {
        "eventType": "job.enriched",
        "jobId": "job_1",
        "jobType": "video.analysis",
        "creatorId": "123",
        "status": "completed",
        "progress": 100,
        "message": "The transcript is ready.",
        "result": {"transcript": "a.flac: Hello from the beach!"},
        "updatedAt": "2026-01-01T00:00:00.000Z",
        "version": enriched["version"],
    }
    assert enriched["version"] > completed["version"]
    assert bench.sender.sent[-1].properties["jobId"] == "job_1"


async def test_a_redelivery_adds_and_announces_nothing_more(bench: Bench, video: Video) -> None:
    """Of the video or of its transcript."""
    await video.analyse()
    for _ in range(3):
        await video.follow()
        await video.analyse()
    assert len(video.runs) == 1
    assert [event["eventType"] for event in bench.events()] == ["job.completed", "job.enriched"]
    assert len(bench.deliveries()) == 1


async def test_what_is_not_ready_is_asked_for_again(bench: Bench, video: Video) -> None:
    """Each attempt has its whole deadline, however late it comes; nothing is announced meanwhile."""
    video.errors = [TranscriptPendingError() for _ in range(153)]
    await video.analyse()
    waits = []
    while video.errors:
        await video.follow()
        waits.append(bench.sender.sent[-1].delay_seconds)
        bench.clock.advance(waits[-1] + 250)
    assert waits == list(POLICIES[JobType.VIDEO_TRANSCRIPT].retry_delays_seconds)
    assert sum(waits) == 86_400
    await video.follow()
    assert [event["eventType"] for event in bench.events()] == ["job.completed", "job.enriched"]
    assert {run.deadline - bench.clock.monotonic() for run in video.runs[-1:]} == {60}


@pytest.mark.parametrize(
    ("errors", "state", "code"),
    [
        ([UnsupportedMediaError()], JobState.FAILED, "UNSUPPORTED_MEDIA"),
        ([TranscriptPendingError() for _ in range(154)], JobState.TIMEOUT, "TIMEOUT"),
    ],
    ids=["for good", "in the end"],
)
async def test_its_failure_is_a_part_of_its_parents_result(
    bench: Bench, video: Video, errors: Sequence[Exception], state: JobState, code: str
) -> None:
    """The fallback takes the fields' place; the message is dead-lettered as any failed job's."""
    video.errors = [*errors]
    await video.analyse()
    for _ in errors[1:]:
        await video.follow()
        bench.clock.advance(1)
    with pytest.raises(JobFailedError):
        await video.follow()
    assert await video.state() is state
    assert await video.result() == {"text": "A beach.", "transcript": f"none, {code}"}
    events = bench.events()
    assert [event["eventType"] for event in events] == ["job.completed", "job.enriched"]
    assert (events[1]["status"], events[1]["message"]) == ("completed", errors[-1].args[0])
    with pytest.raises(JobFailedError):
        await video.follow()
    assert len(bench.events()) == 2


async def test_a_poisonous_one_falls_back_too(bench: Bench, video: Video) -> None:
    """It has stopped its worker too often to be tried again."""
    await video.analyse()

    async def die(_context: JobContext, _payload: Wanted) -> Words:
        raise Death

    class Death(BaseException):
        pass

    for _ in range(bench.limits.max_claims):
        with pytest.raises(Death):
            await bench.engine.deliver(bench.deliveries()[-1], replace(video.following, handle=die))
        bench.clock.advance(31)
    with pytest.raises(JobFailedError):
        await video.follow()
    assert await video.result() == {"text": "A beach.", "transcript": "none, POISON_MESSAGE"}


async def test_a_fallback_that_fails_leaves_the_parent_alone(bench: Bench, video: Video) -> None:
    """The job has ended all the same."""
    video.errors = [UnsupportedMediaError()]
    await video.analyse()

    def broken(_payload: Wanted, _error: JobError) -> Words:
        raise KeyError

    worker = video.following
    assert worker.enriches
    worker = replace(worker, enriches=replace(worker.enriches, fallback=broken))
    with pytest.raises(JobFailedError):
        await bench.engine.deliver(bench.deliveries()[-1], worker)
    assert await video.state() is JobState.FAILED
    assert [event["eventType"] for event in bench.events()] == ["job.completed"]


@pytest.mark.parametrize("error", [None, UnsupportedMediaError()])
async def test_nothing_to_add_is_nothing_to_tell(bench: Bench, video: Video, error: JobError | None) -> None:
    """A copy that is not worth having, for instance."""
    await video.analyse()

    async def find_nothing(_context: JobContext, _payload: Wanted) -> Nothing:
        if error:
            raise error
        return Nothing()

    worker: Worker[Wanted, Nothing] = Worker(
        job_type=JobType.VIDEO_TRANSCRIPT,
        payload=Wanted,
        result=Nothing,
        handle=find_nothing,
        enriches=Enriches(
            parent=JobType.VIDEO_ANALYSIS, message="Never said.", fallback=lambda _payload, _error: Nothing()
        ),
    )
    with suppress(JobFailedError):
        await bench.engine.deliver(bench.deliveries()[-1], worker)
    assert await video.state() is (JobState.FAILED if error else JobState.COMPLETED)
    assert [event["eventType"] for event in bench.events()] == ["job.completed"]


async def test_more_words_than_an_event_holds_are_left_to_be_fetched(bench: Bench, video: Video) -> None:
    """At the parent's address."""
    video.words = "word " * 60_000
    await video.analyse()
    await video.follow()
    enriched = bench.events()[-1]
    assert "result" not in enriched
    assert enriched["resultUrl"] == "https://workers.example/api/jobs/job_1"


async def test_more_words_than_a_result_holds_are_a_failure(video: Video) -> None:
    """A row has its limits, too."""
    video.words = "x" * MAX_ENRICHMENT_BYTES
    await video.analyse()
    with pytest.raises(JobFailedError):
        await video.follow()
    assert await video.result() == {"text": "A beach.", "transcript": "none, INTERNAL_ERROR"}


async def test_nobody_elses_job_is_enriched(
    bench: Bench, video: Video, caplog: pytest.LogCaptureFixture
) -> None:
    """A follow-up that was replayed by itself, say, belongs to no run of its parent."""
    await video.analyse()
    asked = bench.deliveries()[-1]
    raised = replace(asked, properties={**asked.properties, "epoch": 1})
    await bench.engine.deliver(raised, video.following)
    assert await video.result() == {"text": "A beach."}
    assert [event["eventType"] for event in bench.events()] == ["job.completed"]
    assert "There was no completed job to enrich." in caplog.messages


@pytest.mark.parametrize("job_id", [ID, "job_1.other", "elsewhere"])
async def test_a_follow_up_that_no_job_has_asked_for_is_refused(
    bench: Bench, video: Video, job_id: str
) -> None:
    """Also if its id is guessed beforehand: it takes nobody's place, and reaches nobody's result."""
    body = {"jobId": job_id, "jobType": "video.transcript", "creatorId": "123"}
    forged = raw_delivery(json.dumps({**body, "payload": {"audio": "x"}}).encode(), jobId=job_id)
    with pytest.raises(JobFailedError, match="no job has asked"):
        await bench.engine.deliver(forged, video.following)
    assert (await bench.store.job(job_id), bench.events(), len(bench.store.rejections)) == (None, [], 1)
    await video.analyse()
    await video.follow()
    assert await video.result() == {"text": "A beach.", "transcript": "a.flac: Hello from the beach!"}


async def test_a_replay_of_the_parent_asks_again(bench: Bench, video: Video) -> None:
    """The follow-up has the parent's epoch; what the older one still finds is not of this run."""
    await video.analyse()
    older = bench.deliveries()[-1]
    job = bench.store._jobs["job_1"]
    job.state = JobState.QUEUED
    video.audio = "b.flac"
    await video.analyse(epoch=1)
    with pytest.raises(JobFailedError):
        await bench.engine.deliver(older, video.following)
    await video.follow()
    assert await video.result() == {"text": "A beach.", "transcript": "b.flac: Hello from the beach!"}


async def test_the_last_of_two_with_one_suffix_is_meant(bench: Bench) -> None:
    """One id is one job."""

    async def handle(context: JobContext, _payload: Greeting) -> Greeted:
        for audio in ("a", "b"):
            context.follow_up(JobType.VIDEO_TRANSCRIPT, "transcript", {"audio": audio})
        context.follow_up(JobType.VIDEO_COMPRESS, "compress", {})
        return Greeted(text="Hi")

    await bench.engine.deliver(delivery(), bench.worker(handle))
    asked = {json.loads(each.body)["jobId"]: json.loads(each.body) for each in bench.deliveries()}
    assert set(asked) == {"job_1.transcript", "job_1.compress"}
    assert asked["job_1.transcript"]["payload"] == {"audio": "b"}


@pytest.mark.parametrize("suffix", ["", "Transcript", "a.b", "twelveletter", "a1"])
def test_a_suffix_is_a_short_word(suffix: str) -> None:
    """It ends up in an id."""
    context = JobContext(
        job_id="j", job_type=JobType.VIDEO_ANALYSIS, creator_id="1", attempt=0, epoch=0, deadline=1.0
    )
    with pytest.raises(ValueError, match="suffix"):
        context.follow_up(JobType.VIDEO_TRANSCRIPT, suffix, {})
    with pytest.raises(ValueError, match="internal"):
        context.follow_up(JobType.CHAT_SUGGEST, "chat", {})


async def test_a_failed_job_asks_for_nothing(bench: Bench) -> None:
    """What it asked for before it failed is forgotten; the retry asks again."""

    async def handle(context: JobContext, _payload: Greeting) -> Greeted:
        context.follow_up(JobType.VIDEO_TRANSCRIPT, "transcript", {"audio": "a"})
        raise UnsupportedMediaError

    with pytest.raises(JobFailedError):
        await bench.engine.deliver(delivery(), bench.worker(handle))
    assert bench.deliveries() == []
    assert await bench.store.job(ID) is None


async def test_too_large_a_wish_fails_its_job(bench: Bench, video: Video) -> None:
    """It fits no message."""
    video.audio = "x" * 260_000
    await video.analyse()
    job = await bench.store.job("job_1")
    assert job
    assert (job.state, job.error_code) == (JobState.RETRY_WAIT, "INTERNAL_ERROR")


async def test_the_broker_may_be_away(bench: Bench, video: Video) -> None:
    """The sweep asks for what was wished, once."""
    bench.sender.unavailable = True
    await video.analyse()
    bench.sender.unavailable = False
    bench.clock.advance(11)
    await bench.sweep.run()
    [asked] = bench.deliveries()
    assert asked.message_id == f"{ID}:0:0:0"
    assert [event["eventType"] for event in bench.events()] == ["job.completed"]


async def test_the_store_may_be_away_after_it_was_told(
    bench: Bench, video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is promised is not known then: the sweep knows."""

    async def away(_job_id: str) -> Sequence[OutboxMessage]:
        raise StoreUnavailableError

    monkeypatch.setattr(bench.store, "unsent_of", away)
    await video.analyse()
    assert bench.sender.sent == []
    bench.clock.advance(11)
    await bench.sweep.run()
    assert len(bench.deliveries()) == len(bench.events()) == 1


@pytest.mark.parametrize("body", [b"{", b'{"jobId": "job_1.transcript"}'])
async def test_the_front_end_has_no_ids_with_a_dot(bench: Bench, video: Video, body: bytes) -> None:
    """They are refused, and take no follow-up's place."""
    mine = delivery(jobId=ID)
    for refused in (mine, replace(mine, body=body, properties={"jobId": ID})):
        with pytest.raises(JobFailedError):
            await bench.engine.deliver(refused, bench.worker())
    assert await bench.store.job(ID) is None
    await video.analyse()
    await video.follow()
    assert len(video.runs) == 1


async def test_a_broken_message_of_a_follow_up_is_not_announced(bench: Bench, video: Video) -> None:
    """Nobody knows the id."""
    broken = Delivery(
        body=b"{", subscription="video-transcripts", message_id="m", properties={"jobId": "v.transcript"}
    )
    with pytest.raises(JobFailedError):
        await bench.engine.deliver(broken, video.following)
    assert bench.events() == []
    assert len(bench.store.rejections) == 1


async def test_a_waiting_job_is_woken(bench: Bench, video: Video) -> None:
    """Its scheduled message, when it comes after all, is one too many."""
    video.errors = [TranscriptPendingError()]
    await video.analyse()
    await video.follow()
    scheduled = bench.deliveries()[-1]
    assert await bench.store.wake(ID)
    bench.clock.advance(0.001)
    await bench.sweep.run()
    await video.follow()
    assert await video.state() is JobState.COMPLETED
    await bench.engine.deliver(scheduled, video.following)
    assert len(video.runs) == 2
