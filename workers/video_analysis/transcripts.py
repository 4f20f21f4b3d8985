"""The job `video.transcript`: the words of a video, ordered once and fetched when they are ready.

It follows up a `video.analysis` job. Its first attempt orders a batch transcription of the staged sound; each
further one, on the engine's schedule or woken by the service's webhook, asks whether it is ready. In the end
the sound and the transcription are deleted; whatever a crash or an outage leaves behind goes with the sweep
and with the service's own time to live.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Annotated

from pydantic import BaseModel, Field

from shared.contracts import WireModel
from shared.errors import JobError, PermanentError, TranscriptPendingError
from shared.messaging.worker import JobContext
from shared.observability.failures import whereabouts
from shared.speech.port import BatchTranscriber, Payer, Speech, SpokenText, TranscriptionFailedError
from shared.storage.port import StagingArea
from workers.video_analysis.messages import Transcript, TranscriptPhrase, TranscriptStatus, TranscriptWay

logger = logging.getLogger(__name__)

#: The service may fetch the sound a day after it was ordered.
LINK_SECONDS = 30 * 3_600.0
#: No job waits for its transcript any more by then.
STAGED_SECONDS = 36 * 3_600.0
#: The steps, kept by the sound's content: the words also by those who had them at once.
SUBMITTED, WORDS = "video.transcript.submitted/1", "video.transcript.words/1"


class TranscriptPayload(WireModel):
    """The payload of a `video.transcript` job."""

    #: The sound in the staging area, see `staged_name`.
    staged_name: Annotated[str, Field(min_length=1, max_length=200)]
    #: Names the sound's content: the same upload again is not paid again.
    content_key: Annotated[str, Field(min_length=1, max_length=200)]
    audio_seconds: Annotated[float, Field(gt=0)]
    #: BCP 47 candidates, the likeliest first.
    languages: Sequence[str] = ()


class TranscriptResult(WireModel):
    """What the job adds to its parent's result."""

    transcript: Transcript


class Submission(BaseModel):
    """A transcription that was ordered, and by which run of which job."""

    transcription_id: str
    run: str


class _NeverSubmittedError(Exception):
    """Nothing was ordered under this key."""


async def transcribe(
    context: JobContext, payload: TranscriptPayload, *, speech: Speech, staging: StagingArea
) -> TranscriptResult:
    """Order or fetch a video's words.

    Raises:
        TranscriptPendingError: they are not ready; to be asked again.
        TranscriptionFailedError: there will be none.
        JobError: see `BatchTranscriber` and `StagingArea`; `BudgetExceededError`, too.
    """
    batches = speech.batches(Payer(creator_id=context.creator_id, spent=context.spent))
    ordering = _Ordering(context, payload, batches, staging)
    try:
        words = await context.checkpointed(WORDS, payload.content_key, Transcript, ordering.words)
    except PermanentError:
        await ordering.clean_up()
        raise
    await ordering.clean_up()
    return TranscriptResult(transcript=words)


def unavailable(payload: TranscriptPayload, error: JobError) -> TranscriptResult:
    """Return what the parent's result says when there will be no words: the worker's fallback."""
    del payload, error
    return TranscriptResult(transcript=Transcript(status=TranscriptStatus.UNAVAILABLE))


def transcript_of(spoken: SpokenText) -> Transcript:
    """Return what is said as the result shows it."""
    if not spoken.text.strip():
        return Transcript(status=TranscriptStatus.NO_SPEECH, language=spoken.language)
    phrases = [
        TranscriptPhrase(start_seconds=phrase.start_seconds, end_seconds=phrase.end_seconds, text=phrase.text)
        for phrase in spoken.phrases
    ]
    return Transcript(
        status=TranscriptStatus.READY,
        language=spoken.language,
        text=spoken.text,
        phrases=phrases,
        way=TranscriptWay(spoken.way.value),
    )


def staged_name(creator_id: str, content_key: str, suffix: str = ".flac") -> str:
    """Return what a sound is called while it waits: the same for the same content, of one creator alone."""
    owner = hashlib.sha256(creator_id.encode()).hexdigest()[:16]
    content = hashlib.sha256(f"{creator_id}\0{content_key}".encode()).hexdigest()[:32]
    return f"{owner}/{content}{suffix}"


async def sweep_staged(staging: StagingArea, *, older_than_seconds: float = STAGED_SECONDS) -> int:
    """Delete sound that nobody waits for any more, and return how much there was.

    Raises:
        JobError: the storage is away; the next sweep goes on.
    """
    names = [name async for name in staging.staged_before(older_than_seconds)]
    for name in names:
        await staging.remove(name)
    if names:
        logger.info("Deleted staged sound", extra={"action": "staged_swept", "count": len(names)})
    return len(names)


class _Ordering:
    """One attempt at one video's words."""

    def __init__(
        self,
        context: JobContext,
        payload: TranscriptPayload,
        batches: BatchTranscriber,
        staging: StagingArea,
    ) -> None:
        self._context = context
        self._payload = payload
        self._batches = batches
        self._staging = staging
        self._run = f"{context.job_id}:{context.epoch}"

    async def words(self) -> Transcript:
        """Return the words if they are ready, of a transcription that is ordered if none was.

        An order of the same sound by another job, or by an earlier run of this one, is as good as ours. Only
        if it failed, or is gone, do we place our own.
        """
        key = self._payload.content_key
        submission = await self._submission(key)
        try:
            return await self._fetched(submission)
        except TranscriptionFailedError:
            if submission.run == self._run:
                raise
        return await self._fetched(await self._submission(self._own_key))

    async def clean_up(self) -> None:
        """Delete the sound and the transcription; what can't be deleted now is swept later."""
        await self._attempt(partial(self._staging.remove, self._payload.staged_name))
        for key in (self._payload.content_key, self._own_key):
            await self._attempt(partial(self._forget, key))

    @property
    def _own_key(self) -> str:
        return f"{self._payload.content_key}:{self._run}"

    async def _submission(self, key: str) -> Submission:
        return await self._context.checkpointed(SUBMITTED, key, Submission, self._submit)

    async def _submit(self) -> Submission:
        url = await self._staging.link(self._payload.staged_name, readable_seconds=LINK_SECONDS)
        seconds = self._payload.audio_seconds
        submitted = await self._batches.submit(
            # A crash before the step is kept finds the order again by this name, and so does the webhook.
            self._context.job_id,
            url,
            seconds=seconds,
            languages=self._payload.languages,
        )
        self._context.used("audio_seconds", seconds)
        return Submission(transcription_id=submitted, run=self._run)

    async def _fetched(self, submission: Submission) -> Transcript:
        spoken = await self._batches.result(submission.transcription_id)
        if spoken is None:
            raise TranscriptPendingError
        return transcript_of(spoken)

    async def _forget(self, key: str) -> None:
        try:
            submission = await self._context.checkpointed(SUBMITTED, key, Submission, _never_submitted)
        except _NeverSubmittedError:
            return
        await self._batches.forget(submission.transcription_id)

    async def _attempt(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except JobError as error:
            logger.warning(
                "What a transcript leaves behind could not be deleted",
                extra={
                    "action": "clean_up_failed",
                    "jobId": self._context.job_id,
                    "cause": whereabouts(error),
                },
            )


async def _never_submitted() -> Submission:
    raise _NeverSubmittedError
