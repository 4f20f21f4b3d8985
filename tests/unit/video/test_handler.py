"""The job `video.analysis` as a whole, with every port's twin: what it yields, pays, keeps and leaves."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from shared.ai.port import ModelCall
from shared.ai.scripted import ScriptedAnswer, ScriptedChatModel
from shared.clock import ManualClock
from shared.contracts import JobType
from shared.errors import (
    BudgetExceededError,
    ContentFilteredError,
    ForbiddenUrlError,
    JobError,
    NetworkError,
    RateLimitError,
    UnsupportedMediaError,
    VideoNotFoundError,
)
from shared.media.locating import VideoLocator
from shared.media.report import CompressedVideo, Inspection, SoundKind, SoundReport
from shared.media.scripted import ScriptedMedia
from shared.messaging.ledger import UnwrittenCalls
from shared.messaging.steps import Steps
from shared.messaging.worker import JobContext
from shared.persistence.checkpoints import Payment
from shared.persistence.memory import MemoryJobStore
from shared.persistence.memory_checkpoints import MemoryCheckpoints
from shared.speech.memory import MemoryBatchTranscriber, MemoryTranscriber
from shared.speech.paying import BudgetedSpeech, SpeechPurse
from shared.speech.port import Way
from shared.storage.directories import PrivateDirectories
from shared.storage.memory import MemoryObject, MemoryObjects
from shared.storage.memory_staging import MemoryStagingArea
from workers.video_analysis.copies import CopyPayload, compress, without
from workers.video_analysis.footage import COPY_ABOVE_BYTES, Workshop
from workers.video_analysis.handler import analyse
from workers.video_analysis.hearing import Listener
from workers.video_analysis.messages import Part, TranscriptStatus, VideoPayload, VideoResult

BUCKET, KEY = "huntaze-videos", "123/beach.mp4"
URL = f"https://{BUCKET}.s3.us-east-2.amazonaws.com/{KEY}"


def _box(kind: bytes, size: int) -> bytes:
    return struct.pack(">I4s", size + 8, kind) + bytes(size)


def _video(size: int = 2_000) -> bytes:
    """The boxes of a video that the twins never look into."""
    return _box(b"ftyp", 16) + _box(b"moov", 600) + _box(b"mdat", size)


class World:
    """A bucket with one video, and services that do as they are told."""

    def __init__(self, directory: Path, inspection: Inspection) -> None:
        self.clock = ManualClock()
        self.objects = MemoryObjects(output_bucket=BUCKET)
        self.objects.objects[BUCKET, KEY] = MemoryObject(data=_video())
        self.media = ScriptedMedia(inspection=inspection)
        self.temporary = directory
        self.staging = MemoryStagingArea(self.clock)
        self.batches = MemoryBatchTranscriber()
        self.fast = MemoryTranscriber(self.clock)
        self.speech = BudgetedSpeech(
            SpeechPurse(clock=self.clock), transcribers=[self.fast], batches=self.batches
        )
        self.checkpoints = MemoryCheckpoints(MemoryJobStore(self.clock), self.clock)
        self.attempts = 0

    def context(self, creator_id: str = "123", job_id: str = "job_1", seconds: float = 120) -> JobContext:
        """The context of another attempt."""
        self.attempts += 1
        calls: list[ModelCall] = []
        return JobContext(
            job_id=job_id,
            job_type=JobType.VIDEO_ANALYSIS,
            creator_id=creator_id,
            attempt=self.attempts,
            epoch=0,
            deadline=self.clock.monotonic() + seconds,
            calls=calls,
            steps=Steps(
                checkpoints=self.checkpoints,
                unwritten=UnwrittenCalls(calls, f"{job_id}:{self.attempts}"),
                payer=Payment(job_id=job_id, epoch=0, attempt=self.attempts, creator_id=creator_id),
            ),
        )

    @property
    def workshop(self) -> Workshop:
        """What gets at the video."""
        return Workshop(
            locate=VideoLocator(buckets=[BUCKET], region="us-east-2").locate,
            objects=self.objects,
            media=self.media,
            directories=PrivateDirectories(self.temporary),
            clock=self.clock,
        )

    async def analyse(
        self, context: JobContext, model: ScriptedChatModel, url: str = URL, **metadata: Any
    ) -> VideoResult:
        """Run the handler."""
        listener = Listener(speech=self.speech, staging=self.staging, clock=self.clock)
        payload = VideoPayload(video_url=url, metadata=metadata)
        return await analyse(context, payload, workshop=self.workshop, listener=listener, model=model)


@pytest.fixture
def world(tmp_path: Path, inspection: Inspection) -> World:
    return World(tmp_path, inspection)


@pytest.fixture
def answers(seen: dict[str, Any], written: dict[str, Any]) -> list[str]:
    """What the two models say, in their order."""
    return [json.dumps(seen), json.dumps(written)]


def _model(world: World, script: Sequence[str | ScriptedAnswer | JobError]) -> ScriptedChatModel:
    return ScriptedChatModel(script, clock=world.clock)


async def test_a_video_is_seen_heard_later_and_advised_on(world: World, answers: list[str]) -> None:
    context, model = world.context(), _model(world, answers)
    result = await world.analyse(context, model)
    assert [scene.description is not None for scene in result.scenes] == [True, True, True]
    assert result.summary
    assert result.synthesis_model == "scripted"
    assert result.transcript
    assert result.transcript.status is TranscriptStatus.PENDING
    assert [request.job_type for request in context.follow_ups] == [JobType.VIDEO_TRANSCRIPT]
    assert list(world.staging.staged) == [context.follow_ups[0].payload["stagedName"]]
    assert result.skipped == []
    assert result.thumbnail
    assert result.thumbnail.url.startswith("https://huntaze-videos.s3.us-east-2.amazonaws.com/derived/")
    assert result.costs
    assert result.costs.input_tokens == 600
    assert result.costs.downloaded_bytes == len(_video())
    images = [len(request.messages[-1].images) for request in model.requests]
    assert images == [1, 0]  # the sheet is looked at once


async def test_the_files_are_gone_when_the_job_ends(world: World, answers: list[str]) -> None:
    await world.analyse(world.context(), _model(world, answers))
    world.media.failures["inspect"] = UnsupportedMediaError()
    world.objects.objects[BUCKET, KEY] = MemoryObject(data=_video(3_000))
    with pytest.raises(UnsupportedMediaError):
        await world.analyse(world.context(), _model(world, answers))
    assert list(world.temporary.iterdir()) == []


async def test_the_same_upload_is_never_paid_twice(world: World, answers: list[str]) -> None:
    await world.analyse(world.context(), _model(world, answers))
    again = world.context(job_id="job_2")
    result = await world.analyse(again, _model(world, []))
    assert result.summary
    assert again.calls == []
    assert result.costs
    assert result.costs.input_tokens == 0
    assert world.media.asked.count("inspect") == 2  # its sound has to be staged for the words that are due


async def test_another_creator_pays_for_the_same_upload(world: World, answers: list[str]) -> None:
    await world.analyse(world.context(), _model(world, answers))
    other = _model(world, answers)
    await world.analyse(world.context(creator_id="456"), other)
    assert len(other.requests) == 2


async def test_a_crash_after_looking_does_not_pay_for_looking_again(world: World, answers: list[str]) -> None:
    class Crash(BaseException):
        """The process is gone."""

    class Dying(ScriptedChatModel):
        @override
        async def complete(self, request: Any) -> Any:
            if len(self.requests) == 1:
                raise Crash
            return await super().complete(request)

    with pytest.raises(Crash):
        await world.analyse(world.context(), Dying(answers, clock=world.clock))
    resumed = _model(world, answers[1:])
    result = await world.analyse(world.context(), resumed)
    assert [request.task.name for request in resumed.requests] == ["video.synthesis"]
    assert result.people_count == 1


@pytest.mark.parametrize("error", [BudgetExceededError(), RateLimitError(), ContentFilteredError()])
async def test_without_eyes_the_rest_is_told_and_the_gap_named(
    world: World, answers: list[str], error: JobError
) -> None:
    result = await world.analyse(world.context(), _model(world, [error, answers[1]]))
    assert {(each.part, each.reason) for each in result.skipped} == {
        (Part.VISION, error.message),
        (Part.OBJECTS, error.message),
    }
    assert result.summary
    assert result.model is None
    assert result.scenes[0].description is None


async def test_without_any_model_the_measurements_speak(world: World) -> None:
    model = _model(world, [BudgetExceededError(), BudgetExceededError()])
    result = await world.analyse(world.context(), model)
    parts = {each.part for each in result.skipped}
    assert parts == {Part.VISION, Part.OBJECTS, Part.SYNTHESIS, Part.ADVICE}
    assert result.summary == "A vertical video of 12 seconds in 3 scenes, with speech."
    assert result.advice


async def test_an_unusable_answer_is_repaired_once(world: World, answers: list[str]) -> None:
    model = _model(world, ["no JSON", answers[0], answers[1]])
    result = await world.analyse(world.context(), model)
    assert result.model == "scripted"
    assert len(model.requests) == 3


async def test_words_are_had_at_once_by_who_asks_for_them(world: World, answers: list[str]) -> None:
    context, model = world.context(), _model(world, answers)
    result = await world.analyse(context, model, transcript="now", spokenLanguage="fr-FR")
    assert result.transcript
    assert result.transcript.status is TranscriptStatus.READY
    assert result.transcript.language == "fr-FR"
    assert context.follow_ups == []
    assert result.costs
    assert result.costs.audio_seconds == 12.0
    assert len(world.fast.heard) == 1
    assert world.staging.staged == {}


async def test_words_follow_later_where_they_can_not_be_had_at_once(world: World, answers: list[str]) -> None:
    world.fast.error = RateLimitError()
    context = world.context()
    result = await world.analyse(context, _model(world, answers), transcript="now")
    assert result.transcript
    assert result.transcript.status is TranscriptStatus.PENDING
    assert [request.suffix for request in context.follow_ups] == ["transcript"]


@pytest.mark.parametrize(("file", "status"), [("sound.wav", "ready"), ("sound.flac", "unavailable")])
async def test_short_sound_is_streamed_where_fast_transcription_is_not_to_be_had(
    world: World, inspection: Inspection, answers: list[str], file: str, status: str
) -> None:
    """The Speech SDK reads WAV alone."""
    sound = inspection.sound.model_copy(update={"file": file})
    world.media = ScriptedMedia(inspection=inspection.model_copy(update={"sound": sound}))
    world.fast.error = RateLimitError()
    streamed = MemoryTranscriber(world.clock, way=Way.STREAMED)
    world.speech = BudgetedSpeech(SpeechPurse(clock=world.clock), transcribers=[world.fast, streamed])
    result = await world.analyse(world.context(), _model(world, answers), transcript="now")
    assert result.transcript
    assert result.transcript.status == status
    assert [path.name for path in world.fast.heard] == [file]
    assert [path.name for path in streamed.heard] == ([file] if status == "ready" else [])


@pytest.mark.parametrize("kind", [SoundKind.NONE, SoundKind.SILENCE, SoundKind.NO_SPEECH])
async def test_silence_and_music_cost_nothing(
    world: World, inspection: Inspection, answers: list[str], kind: SoundKind
) -> None:
    world.media = ScriptedMedia(inspection=inspection.model_copy(update={"sound": SoundReport(kind=kind)}))
    context = world.context()
    result = await world.analyse(context, _model(world, answers), transcript="now")
    assert result.transcript
    assert result.transcript.status is TranscriptStatus.NO_SPEECH
    assert (context.follow_ups, world.fast.heard, world.staging.staged) == ([], [], {})


async def test_what_is_refused_is_refused_before_the_download(world: World) -> None:
    world.media.failures["probe"] = UnsupportedMediaError("The video is too long.")
    with pytest.raises(UnsupportedMediaError, match="too long"):
        await world.analyse(world.context(), _model(world, []))
    assert world.media.asked == ["probe"]
    assert world.objects.bytes_read <= len(_video())


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("https://elsewhere.s3.us-east-2.amazonaws.com/a.mp4", ForbiddenUrlError),
        ("http://169.254.169.254/latest/meta-data", ForbiddenUrlError),
        (f"https://{BUCKET}.s3.us-east-2.amazonaws.com/gone.mp4", VideoNotFoundError),
    ],
)
async def test_only_what_is_in_our_buckets_is_read(world: World, url: str, error: type[JobError]) -> None:
    with pytest.raises(error):
        await world.analyse(world.context(), _model(world, []), url=url)
    assert world.media.asked == []


async def test_a_copy_that_fits_is_made_at_once_and_one_that_does_not_follows(
    world: World, answers: list[str]
) -> None:
    world.objects.objects[BUCKET, KEY] = MemoryObject(data=_video(COPY_ABOVE_BYTES + 1))
    world.media.smaller_copy = CompressedVideo(
        file="copy.mp4", size_bytes=8_000_000, width=720, height=1280, ssim=0.97, preset="x", cpu_seconds=9
    )
    context = world.context()
    result = await world.analyse(context, _model(world, answers))
    assert result.compressed_copy
    assert result.compressed_copy.url.endswith("/copy.mp4")
    world.objects.objects[BUCKET, KEY] = MemoryObject(data=_video(COPY_ABOVE_BYTES + 2))
    world.media.predicted_seconds = 90.0
    later = world.context(job_id="job_2")
    result = await world.analyse(later, _model(world, answers))
    assert result.compressed_copy is None
    assert JobType.VIDEO_COMPRESS in {request.job_type for request in later.follow_ups}
    assert Part.COMPRESSED_COPY in {each.part for each in result.skipped}


async def test_pictures_that_were_deleted_are_made_again(world: World, answers: list[str]) -> None:
    await world.analyse(world.context(), _model(world, answers))
    for key in list(world.objects.kept("derived/")):
        del world.objects.objects[BUCKET, key]
    result = await world.analyse(world.context(job_id="job_2"), _model(world, answers))
    assert list(world.objects.kept("derived/"))
    assert result.thumbnail


async def test_a_late_copy_leaves_no_word_of_its_absence(world: World, answers: list[str]) -> None:
    """What the parent's result missed beside the copy is still said when the copy joins it."""
    world.objects.objects[BUCKET, KEY] = MemoryObject(data=_video(COPY_ABOVE_BYTES + 3))
    world.media.predicted_seconds = 90.0
    parent = world.context()
    await world.analyse(parent, _model(world, [RateLimitError(), answers[1]]))
    asked = next(each for each in parent.follow_ups if each.job_type is JobType.VIDEO_COMPRESS)
    payload = CopyPayload.model_validate(asked.payload)
    copied = await compress(world.context(job_id="job_1.copy"), payload, workshop=world.workshop)
    assert {each.part for each in copied.skipped} == {Part.VISION, Part.OBJECTS, Part.COMPRESSED_COPY}
    world.media.smaller_copy = CompressedVideo(
        file="copy.mp4", size_bytes=8_000_000, width=720, height=1280, ssim=0.97, preset="x", cpu_seconds=9
    )
    copied = await compress(world.context("456", job_id="job_2.copy"), payload, workshop=world.workshop)
    assert copied.compressed_copy
    assert {each.part for each in copied.skipped} == {Part.VISION, Part.OBJECTS}
    assert "no more" in without(payload, NetworkError("no more")).skipped[-1].reason
