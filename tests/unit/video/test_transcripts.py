"""The job `video.transcript`: paid once, fetched later, and nothing left behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.ai.port import ModelCall
from shared.clock import ManualClock
from shared.contracts import JobType
from shared.errors import BudgetExceededError, NetworkError, RateLimitError, TranscriptPendingError
from shared.messaging.ledger import UnwrittenCalls
from shared.messaging.steps import Steps
from shared.messaging.worker import JobContext
from shared.persistence.checkpoints import Payment
from shared.persistence.memory import MemoryJobStore
from shared.persistence.memory_checkpoints import MemoryCheckpoints
from shared.speech.memory import MemoryBatchTranscriber
from shared.speech.paying import BudgetedSpeech, SpeechPurse
from shared.speech.port import SpokenPhrase, SpokenText, TranscriptionFailedError, Way
from shared.storage.memory_staging import MemoryStagingArea
from workers.video_analysis.messages import Transcript, TranscriptStatus
from workers.video_analysis.transcripts import (
    STAGED_SECONDS,
    TranscriptPayload,
    TranscriptResult,
    staged_name,
    sweep_staged,
    transcribe,
    transcript_of,
    unavailable,
)

JOB, OTHER = "job_1.transcript", "job_2.transcript"


class World:
    """A creator with one video, whose sound is staged."""

    def __init__(self, directory: Path) -> None:
        self.clock = ManualClock()
        self.store = MemoryJobStore(self.clock)
        self.checkpoints = MemoryCheckpoints(self.store, self.clock)
        self.batches = MemoryBatchTranscriber()
        self.staging = MemoryStagingArea(self.clock)
        self.speech = BudgetedSpeech(SpeechPurse(clock=self.clock), batches=self.batches)
        self.sound = directory / "sound.flac"
        self.sound.write_bytes(b"fLaC")
        self.attempts = 0

    def payload(self, creator_id: str = "123") -> TranscriptPayload:
        """The video's payload."""
        return TranscriptPayload(
            staged_name=staged_name(creator_id, "sha256"), content_key="sha256", audio_seconds=60
        )

    async def stage(self, creator_id: str = "123") -> None:
        """Stage its sound."""
        name = self.payload(creator_id).staged_name
        await self.staging.stage(name, self.sound, content_type="audio/flac", readable_seconds=1)

    def context(self, job_id: str = JOB, *, epoch: int = 0, creator_id: str = "123") -> JobContext:
        """One attempt's context."""
        self.attempts += 1
        calls: list[ModelCall] = []
        key = {"job_id": job_id, "epoch": epoch, "attempt": self.attempts, "creator_id": creator_id}
        steps = Steps(
            checkpoints=self.checkpoints,
            unwritten=UnwrittenCalls(calls, f"{job_id}:{self.attempts}"),
            payer=Payment(**key),  # type: ignore[arg-type]  # as the engine names them
        )
        return JobContext(
            **key,  # type: ignore[arg-type]  # as above
            job_type=JobType.VIDEO_TRANSCRIPT,
            deadline=60.0,
            calls=calls,
            steps=steps,
        )

    async def run(self, job_id: str = JOB, *, epoch: int = 0, creator_id: str = "123") -> Transcript:
        """Run one attempt."""
        context = self.context(job_id, epoch=epoch, creator_id=creator_id)
        payload = self.payload(creator_id)
        result = await transcribe(context, payload, speech=self.speech, staging=self.staging)
        return result.transcript

    async def pend(self, job_id: str = JOB, *, epoch: int = 0) -> None:
        """Run one attempt that finds nothing ready."""
        with pytest.raises(TranscriptPendingError):
            await self.run(job_id, epoch=epoch)

    @property
    def paid_usd_micros(self) -> int:
        """What the ledger has."""
        return sum(call.cost_usd_micros for call in self.store.calls)

    @property
    def only(self) -> str:
        """The one transcription there is."""
        (found,) = self.batches.names
        return found


@pytest.fixture
async def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    await made.stage()
    return made


async def test_words_are_ordered_once_and_fetched_later(world: World) -> None:
    await world.pend()
    await world.pend()
    assert world.batches.paid == [JOB]
    assert world.payload().staged_name in world.batches.transcriptions[world.only].sound_url
    world.batches.finish(world.only)
    transcript = await world.run()
    assert transcript.status is TranscriptStatus.READY
    assert "(simulated)" in transcript.text
    assert (world.batches.names, world.staging.staged) == ({}, {})
    assert world.paid_usd_micros == 3_000


async def test_a_crash_before_the_note_pays_once(world: World) -> None:
    """The order was placed, the checkpoint was not kept, and the ledger knows of neither."""
    await world.batches.submit(JOB, "https://x/y", seconds=60, languages=())
    await world.pend()
    assert world.batches.paid == [JOB]
    assert world.paid_usd_micros == 3_000


async def test_a_crash_before_the_clean_up_cleans_up_later(world: World) -> None:
    await world.pend()
    kept = dict(world.batches.transcriptions)
    world.batches.finish(world.only)
    await world.run()
    # As if the process had ended between the words and the deletions.
    await world.stage()
    world.batches.transcriptions |= kept
    assert (await world.run()).status is TranscriptStatus.READY
    assert (world.batches.names, world.staging.staged) == ({}, {})
    assert world.paid_usd_micros == 3_000


async def test_the_same_upload_again_is_not_paid_again(world: World) -> None:
    await world.pend()
    await world.pend(OTHER)  # while the first one still runs
    world.batches.finish(world.only)
    first = await world.run()
    await world.stage()
    assert await world.run(OTHER) == first
    assert (world.batches.paid, world.staging.staged) == ([JOB], {})
    assert world.paid_usd_micros == 3_000


async def test_no_creator_is_served_anothers_words(world: World) -> None:
    await world.pend()
    world.batches.finish(world.only)
    await world.run()
    await world.stage("456")
    with pytest.raises(TranscriptPendingError):
        await world.run(OTHER, creator_id="456")
    assert world.batches.paid == [JOB, OTHER]
    assert staged_name("123", "sha256") != staged_name("456", "sha256")


async def test_a_failure_leaves_nothing_behind(world: World) -> None:
    await world.pend()
    world.batches.fail(world.only)
    with pytest.raises(TranscriptionFailedError):
        await world.run()
    assert (world.batches.names, world.staging.staged) == ({}, {})


async def test_a_failed_upload_may_be_tried_again(world: World) -> None:
    """By another upload, and by a replay; each time it is a new order."""
    await world.pend()
    world.batches.fail(world.only)
    with pytest.raises(TranscriptionFailedError):
        await world.run()
    await world.stage()
    await world.pend(OTHER)
    world.batches.fail(world.only)
    with pytest.raises(TranscriptionFailedError):
        await world.run(OTHER)
    await world.stage()
    await world.pend(epoch=1)
    world.batches.finish(world.only)
    assert (await world.run(epoch=1)).status is TranscriptStatus.READY
    assert world.batches.paid == [JOB, OTHER, JOB]
    assert (world.batches.names, world.staging.staged) == ({}, {})


async def test_an_outage_while_cleaning_up_does_not_lose_the_words(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def away(_: str) -> None:
        raise NetworkError

    await world.pend()
    world.batches.finish(world.only)
    monkeypatch.setattr(world.batches, "forget", away)
    monkeypatch.setattr(world.staging, "remove", away)
    assert (await world.run()).status is TranscriptStatus.READY
    assert [record.__dict__["action"] for record in caplog.records] == ["clean_up_failed"] * 2


@pytest.mark.parametrize(
    "error", [RateLimitError(retry_after_seconds=5), NetworkError(), BudgetExceededError()]
)
async def test_what_passes_is_left_to_the_engine(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def refuse(*_: object, **__: object) -> str:
        raise error

    with monkeypatch.context() as refusing:
        refusing.setattr(world.batches, "submit", refuse)
        with pytest.raises(type(error)):
            await world.run()
    assert (world.paid_usd_micros, len(world.staging.staged)) == (0, 1)
    await world.pend()


async def test_sound_is_counted_once(world: World) -> None:
    context = world.context()
    with pytest.raises(TranscriptPendingError):
        await transcribe(context, world.payload(), speech=world.speech, staging=world.staging)
    assert context.usage == {"audio_seconds": 60}
    again = world.context()
    with pytest.raises(TranscriptPendingError):
        await transcribe(again, world.payload(), speech=world.speech, staging=world.staging)
    assert again.usage == {}


async def test_old_sound_is_swept(world: World) -> None:
    await world.stage("456")
    assert await sweep_staged(world.staging) == 0
    world.clock.advance(STAGED_SECONDS + 1)
    await world.stage("789")
    assert await sweep_staged(world.staging) == 2
    assert list(world.staging.staged) == [staged_name("789", "sha256")]


def test_the_fallback_says_that_there_are_no_words() -> None:
    payload = TranscriptPayload(staged_name="x", content_key="x", audio_seconds=1)
    patch = unavailable(payload, TranscriptionFailedError())
    assert patch == TranscriptResult(transcript=Transcript(status=TranscriptStatus.UNAVAILABLE))


def test_words_and_silence_in_the_result() -> None:
    phrase = SpokenPhrase(start_seconds=1, end_seconds=2, text="Hi.", language="en-US")
    spoken = SpokenText(text="Hi.", phrases=(phrase,), language="en-US", audio_seconds=3, way=Way.FAST)
    transcript = transcript_of(spoken)
    assert (transcript.status, transcript.language, transcript.text) == (
        TranscriptStatus.READY,
        "en-US",
        "Hi.",
    )
    assert [(phrase.start_seconds, phrase.text) for phrase in transcript.phrases] == [(1, "Hi.")]
    silence = SpokenText(text=" ", audio_seconds=3, way=Way.FAST)
    assert transcript_of(silence).status is TranscriptStatus.NO_SPEECH
