"""What a video is, what is in it, what is said, and what to make of it: the `video.analysis` job.

The video is looked at before it is fetched, inspected in a child process, and shown to a model as one contact
sheet. Only what can't be had without the file fails the job; a model or a speech service that is away leaves
a gap that the result names.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.ai.port import ChatModel
from shared.contracts import JobType
from shared.errors import JobError, JobTimeoutError
from shared.messaging.worker import JobContext
from workers.video_analysis import copies
from workers.video_analysis.asking import Questions, Seen, Written
from workers.video_analysis.footage import COPY_ABOVE_BYTES, Footage, Inspected, Workshop
from workers.video_analysis.hearing import Listener, Wish, hear
from workers.video_analysis.insights import Costs
from workers.video_analysis.messages import (
    CompressedCopy,
    Part,
    Skipped,
    Transcript,
    TranscriptStatus,
    VideoPayload,
    VideoResult,
)
from workers.video_analysis.result import Made, skipped_for, video_result
from workers.video_analysis.subject import Subject

logger = logging.getLogger(__name__)

#: The pictures' description ends this long before the job has to, so that advice can still be written.
_ADVISING_SECONDS = 25.0
#: What recording and telling the result takes.
_TELLING_SECONDS = 4.0


async def analyse(
    context: JobContext, payload: VideoPayload, *, workshop: Workshop, listener: Listener, model: ChatModel
) -> VideoResult:
    """Return what is in a video, what is said in it, and what to make of it.

    Raises:
        ForbiddenUrlError: the URL leads to no bucket of ours.
        VideoNotFoundError: nothing can be read there.
        UnsupportedMediaError: it is no video that we analyse; the message says why.
        JobError: the storage is away, or inspecting took too long.
    """
    pinned = await workshop.objects.look_up(workshop.locate(payload.video_url))
    await context.report(2, "The video was found.")
    async with workshop.directories.directory(context.job_id) as directory:
        footage = Footage(workshop, context, pinned, directory)
        inspected = await footage.inspected()
        await context.report(60, "Looking at what the frames show.")
        made = await _Analysis(context, payload, footage, inspected, listener, model).made()
    if inspected.copy_later:
        copy = copies.copy_payload(payload.video_url, pinned, made.skipped)
        context.follow_up(JobType.VIDEO_COMPRESS, copies.FOLLOW_UP, copy.model_dump(by_alias=True))
    return video_result(made)


@dataclass
class _Gaps:
    """What is missing from the result, and why."""

    skipped: list[Skipped] = field(default_factory=list)

    def note(self, context: JobContext, error: JobError, *parts: Part) -> None:
        logger.warning(
            "A part of the analysis is missing",
            extra={"action": "part_skipped", "jobId": context.job_id, "part": parts[0], "code": error.code},
        )
        self.skipped += skipped_for(error, *parts)


class _Analysis:
    """One inspected video."""

    def __init__(
        self,
        context: JobContext,
        payload: VideoPayload,
        footage: Footage,
        inspected: Inspected,
        listener: Listener,
        model: ChatModel,
    ) -> None:
        self._context = context
        self._footage = footage
        self._inspected = inspected
        self._listener = listener
        self._subject = Subject(inspection=inspected.inspection, payload=payload)
        self._questions = Questions(
            model=model,
            context=context,
            subject=self._subject,
            content_hash=inspected.content_hash,
            deadline=context.deadline - _TELLING_SECONDS,
        )
        self._gaps = _Gaps()

    async def made(self) -> Made:
        """Return all that comes of the video."""
        seen, transcript = await asyncio.gather(self._seen(), self._heard())
        await self._context.report(85, "Writing advice.")
        written = await self._written(seen, transcript)
        copy = self._copy()
        if copy is None and (reason := self._why_no_copy()):
            self._gaps.skipped.append(Skipped(part=Part.COMPRESSED_COPY, reason=reason))
        return Made(
            subject=self._subject,
            urls=self._inspected.urls,
            vision=seen.answer if seen else None,
            vision_model=seen.model if seen else None,
            synthesis=written.answer if written else None,
            synthesis_model=written.model if written else None,
            transcript=transcript,
            compressed_copy=copy,
            skipped=self._gaps.skipped,
            costs=self._costs(),
        )

    def _copy(self) -> CompressedCopy | None:
        copy, urls = self._inspected.inspection.copy_made, self._inspected.urls
        if copy is None or copy.file not in urls:
            return None
        return CompressedCopy(
            url=urls[copy.file], size_bytes=copy.size_bytes, width=copy.width, height=copy.height
        )

    def _why_no_copy(self) -> str | None:
        """Return why a large video comes without a copy; `None` for one that is small enough."""
        inspection = self._inspected.inspection
        if self._inspected.copy_later:
            return "A smaller copy follows in an event job.enriched."
        if inspection.copy_made is not None:
            return "The smaller copy could not be kept."
        if inspection.probe.size_bytes > COPY_ABOVE_BYTES:
            return copies.NOT_WORTH_IT
        return None

    async def _seen(self) -> Seen | None:
        if not self._inspected.inspection.contact_sheets:
            reason = "No picture could be taken from the video."
            self._gaps.skipped += [Skipped(part=part, reason=reason) for part in (Part.VISION, Part.OBJECTS)]
            return None
        try:
            async with asyncio.timeout(self._seconds_for_seeing()):
                return await self._questions.see(self._sheets)
        except TimeoutError:
            self._gaps.note(self._context, JobTimeoutError(), Part.VISION, Part.OBJECTS)
        except JobError as error:
            self._gaps.note(self._context, error, Part.VISION, Part.OBJECTS)
        return None

    async def _sheets(self) -> Sequence[bytes]:
        sheets = self._inspected.inspection.contact_sheets
        paths = [await self._footage.file(sheet.file) for sheet in sheets]
        return await asyncio.to_thread(lambda: [path.read_bytes() for path in paths])

    async def _heard(self) -> Transcript:
        wish = Wish(at_once=self._subject.wants_words_at_once, languages=self._subject.spoken_languages)
        transcript, reason = await hear(self._listener, self._context, self._footage, self._inspected, wish)
        if transcript.status is TranscriptStatus.UNAVAILABLE and reason:
            self._gaps.skipped.append(Skipped(part=Part.TRANSCRIPT, reason=reason[:300]))
        return transcript

    async def _written(self, seen: Seen | None, transcript: Transcript) -> Written | None:
        try:
            return await self._questions.advise(seen, transcript)
        except JobError as error:
            self._gaps.note(self._context, error, Part.SYNTHESIS, Part.ADVICE)
            return None

    def _seconds_for_seeing(self) -> float:
        left = self._context.deadline - self._listener.clock.monotonic()
        return max(left - _ADVISING_SECONDS, left / 2)

    def _costs(self) -> Costs:
        usage, paid = self._context.usage, self._questions.paid
        return Costs(
            input_tokens=sum(call.usage.input_tokens for call in paid),
            output_tokens=sum(call.usage.output_tokens for call in paid),
            audio_seconds=usage.get("audio_seconds", 0.0),
            downloaded_bytes=int(usage.get("downloaded_bytes", 0.0)),
            cpu_seconds=round(usage.get("cpu_seconds", 0.0), 3),
        )
