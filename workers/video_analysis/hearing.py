"""What is said in the video: now, later, or not worth asking."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from shared.clock import Clock
from shared.contracts import JobType
from shared.errors import ConfigurationError, JobError
from shared.media.report import SoundKind, SoundReport
from shared.messaging.worker import JobContext
from shared.speech.choosing import Choice, Wanted, choose
from shared.speech.port import Payer, Speech, Way
from shared.storage.port import StagingArea
from workers.video_analysis.footage import Footage, Inspected
from workers.video_analysis.messages import Transcript, TranscriptStatus
from workers.video_analysis.transcripts import (
    LINK_SECONDS,
    WORDS,
    TranscriptPayload,
    staged_name,
    transcript_of,
)

logger = logging.getLogger(__name__)

#: What is kept of the deadline for advice and telling after the words are there.
_REST_SECONDS = 20.0
#: The suffix of the follow-up's id.
FOLLOW_UP = "transcript"


@dataclass(frozen=True, kw_only=True)
class Listener:
    """What turns a video's sound into words."""

    #: `None`: no speech service is configured.
    speech: Speech | None
    #: `None`: nothing can be ordered for later.
    staging: StagingArea | None
    clock: Clock


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the creator wants of the transcript."""

    #: The words are wanted within the job's deadline, at a higher price.
    at_once: bool = False
    #: BCP 47 candidates, the likeliest first.
    languages: Sequence[str] = ()


async def hear(
    listener: Listener, context: JobContext, footage: Footage, inspected: Inspected, wish: Wish
) -> tuple[Transcript, str | None]:
    """Return the transcript as far as it is there, and why it is not if that needs saying.

    A transcript is worth less than the analysis: whatever goes wrong here is told, never raised.
    """
    sound = inspected.inspection.sound
    if sound.kind is not SoundKind.SPEECH or sound.file is None:
        return Transcript(status=TranscriptStatus.NO_SPEECH), None
    hearing = _Hearing(listener, context, footage, inspected.content_hash, sound.file, wish)
    try:
        return await hearing.transcript(sound)
    except (JobError, ConfigurationError) as error:
        logger.warning(
            "A transcript could not be had",
            extra={
                "action": "no_transcript",
                "jobId": context.job_id,
                "code": getattr(error, "code", None),
            },
        )
        reason = error.message if isinstance(error, JobError) else "The speech service is not configured."
        return Transcript(status=TranscriptStatus.UNAVAILABLE), reason


class _UnknownError(Exception):
    """Nobody has asked for these words before."""


class _Hearing:
    """One video's sound."""

    def __init__(
        self,
        listener: Listener,
        context: JobContext,
        footage: Footage,
        content_hash: str,
        file: str,
        wish: Wish,
    ) -> None:
        self._listener = listener
        self._context = context
        self._footage = footage
        self._content_key = f"{content_hash}:{','.join(wish.languages)}"
        self._file = file
        self._wish = wish

    async def transcript(self, sound: SoundReport) -> tuple[Transcript, str | None]:
        """Return the words that are there already, that can be had now, or the promise of later ones."""
        if known := await self._known():
            return known, None
        speech = self._listener.speech
        offered = set(speech.offered) if speech else set()
        failure: JobError | None = None
        while speech and (choice := await self._choice(sound, offered)).way:
            if choice.way is Way.BATCH:
                return await self._later(sound)
            try:
                return await self._now(speech, choice.way, sound), None
            except JobError as error:
                failure = error
                offered.remove(choice.way)
        reason = failure.message if failure else (await self._choice(sound, offered)).reason
        return Transcript(status=TranscriptStatus.UNAVAILABLE), reason

    async def _known(self) -> Transcript | None:
        """Return the words of the same upload before, which are not paid again."""

        async def unknown() -> Transcript:
            raise _UnknownError

        try:
            return await self._context.checkpointed(WORDS, self._content_key, Transcript, unknown)
        except _UnknownError:
            return None

    async def _choice(self, sound: SoundReport, offered: Collection[Way]) -> Choice:
        """Choose among the ways that are left; words that can't be had in time may follow later."""
        path = await self._footage.file(self._file)
        wanted = Wanted(
            seconds=sound.duration_seconds,
            size_bytes=(await asyncio.to_thread(path.stat)).st_size,
            is_wav=path.suffix == ".wav",
            languages=self._wish.languages,
            at_once=self._wish.at_once,
            seconds_left=self._context.deadline - self._listener.clock.monotonic() - _REST_SECONDS,
        )
        choice = choose(wanted, offered)
        return choice if choice.way else choose(replace(wanted, at_once=False), offered)

    async def _now(self, speech: Speech, way: Way, sound: SoundReport) -> Transcript:
        payer = Payer(creator_id=self._context.creator_id, spent=self._context.spent)

        async def words() -> Transcript:
            spoken = await speech.at_once(way, payer).transcribe(
                await self._footage.file(self._file),
                seconds=sound.duration_seconds,
                languages=self._wish.languages,
                deadline=self._context.deadline - _REST_SECONDS,
            )
            self._context.used("audio_seconds", spoken.audio_seconds)
            return transcript_of(spoken)

        return await self._context.checkpointed(WORDS, self._content_key, Transcript, words)

    async def _later(self, sound: SoundReport) -> tuple[Transcript, str | None]:
        if self._listener.staging is None:
            return Transcript(status=TranscriptStatus.UNAVAILABLE), "There is no storage for the sound."
        name = staged_name(self._context.creator_id, self._content_key, Path(self._file).suffix)
        await self._listener.staging.stage(
            name,
            await self._footage.file(self._file),
            content_type="audio/wav" if self._file.endswith(".wav") else "audio/flac",
            readable_seconds=LINK_SECONDS,
        )
        payload = TranscriptPayload(
            staged_name=name,
            content_key=self._content_key,
            audio_seconds=sound.duration_seconds,
            languages=self._wish.languages,
        )
        self._context.follow_up(JobType.VIDEO_TRANSCRIPT, FOLLOW_UP, payload.model_dump(by_alias=True))
        return Transcript(status=TranscriptStatus.PENDING), None
