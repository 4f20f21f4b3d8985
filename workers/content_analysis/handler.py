"""What works in a piece of content and what to change: the `content.analyze` job.

Texts are judged by the cheapest model that can; pictures, and a video's key frames, are looked at first.
Only where the rules find it worth its price is the judgement a reasoning model's. A model that is away leaves
a gap that the result names; only what can't be had without it (the judgement of a mere text) fails the job.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack

from shared.ai.port import ChatModel, Role
from shared.errors import (
    BudgetExceededError,
    ContentFilteredError,
    InvalidPayloadError,
    JobError,
    JobTimeoutError,
)
from shared.messaging.worker import JobContext
from shared.persistence.creators import Creators
from workers.content_analysis.asking import Judgement, Look, Questions
from workers.content_analysis.depth import deserves_depth
from workers.content_analysis.findings import ContentKind, Costs, Part, Skipped
from workers.content_analysis.material import Material, Studio, material_at
from workers.content_analysis.messages import ContentAnalysisPayload, ContentAnalysisResult
from workers.content_analysis.result import Made, is_worth_telling, result_of
from workers.content_analysis.subject import Subject

logger = logging.getLogger(__name__)

#: The pictures' description ends this long before the job has to, so that it can still be judged.
_JUDGING_SECONDS = 30.0
#: What recording and telling the result takes.
_TELLING_SECONDS = 4.0
#: Thinking at length ends this long before the job has to, so that a shorter judgement can be had.
_SHORT_JUDGING_SECONDS = 12.0
#: After these another model would not be asked either, or refuse as well.
_FINAL = (BudgetExceededError, ContentFilteredError)


async def analyse(
    context: JobContext,
    payload: ContentAnalysisPayload,
    *,
    studio: Studio,
    creators: Creators,
    model: ChatModel,
) -> ContentAnalysisResult:
    """Return what works in a piece of content, what does not, and what to change.

    Raises:
        InvalidPayloadError: the job names neither a URL nor a text.
        ForbiddenUrlError: the URL leads neither to a bucket of ours nor to a listed host.
        VideoNotFoundError: nothing can be read there.
        UnsupportedMediaError: it is nothing that is analysed; the message says why.
        JobError: the storage is away, or no model judges a text.
    """
    _check(payload)
    profile = await creators.profile(context.creator_id)
    async with AsyncExitStack() as stack:
        material: Material | None = None
        if payload.content_url is not None:
            await context.report(2, "Fetching the content.")
            directory = await stack.enter_async_context(studio.directories.directory(context.job_id))
            material = await material_at(studio, context, payload.content_url, directory)
    subject = Subject(payload=payload, profile=profile, material=material)
    return await _Analysis(context, subject, studio, model).result()


def _check(payload: ContentAnalysisPayload) -> None:
    texts = (payload.text, payload.caption)
    if payload.content_url is None and not any(text and text.strip() for text in texts):
        raise InvalidPayloadError("A contentUrl, a text or a caption is needed.")


class _Analysis:
    """One piece of content, at hand."""

    def __init__(self, context: JobContext, subject: Subject, studio: Studio, model: ChatModel) -> None:
        self._context = context
        self._subject = subject
        self._clock = studio.clock
        self._questions = Questions(
            model=model, context=context, subject=subject, deadline=context.deadline - _TELLING_SECONDS
        )
        self._skipped: list[Skipped] = []

    async def result(self) -> ContentAnalysisResult:
        """Return all that comes of it."""
        look = await self._look()
        await self._context.report(60, "Judging the content.")
        judgement, deep = await self._judged(look)
        return result_of(
            Made(
                subject=self._subject,
                look=look,
                judgement=judgement,
                deep=deep,
                skipped=self._skipped,
                costs=self._costs(),
            )
        )

    async def _look(self) -> Look | None:
        material = self._subject.material
        if material is None or material.kind is ContentKind.TEXT:
            return None
        if not material.pictures:
            reason = "No picture could be taken from the content."
            self._skipped.append(Skipped(part=Part.VISION, reason=reason))
            return None
        await self._context.report(30, "Looking at what it shows.")
        try:
            async with asyncio.timeout(self._seconds_until(_JUDGING_SECONDS)):
                return await self._questions.look()
        except TimeoutError:
            self._note(JobTimeoutError(), Part.VISION)
        except JobError as error:
            self._note(error, Part.VISION)
        return None

    async def _judged(self, look: Look | None) -> tuple[Judgement | None, bool]:
        """Return the judgement, and whether it was thought through at length."""
        deep = deserves_depth(self._subject.circumstances)
        first = Role.REASONING if deep else Role.CLASSIFICATION
        second = Role.CLASSIFICATION if deep else Role.GENERATION
        try:
            async with asyncio.timeout(self._seconds_until(_SHORT_JUDGING_SECONDS)):
                return await self._questions.judge(look, first), deep
        except TimeoutError:
            error: JobError = JobTimeoutError()
        except _FINAL as refused:
            self._go_without(refused)
            return None, False
        except JobError as failed:
            error = failed
        if deep:
            self._note(error, Part.DEPTH)
        try:
            return await self._questions.judge(look, second), False
        except JobError as failed:
            self._go_without(failed)
            return None, False

    def _go_without(self, error: JobError) -> None:
        """Note that there is no judgement, if there is something to tell without one.

        Raises:
            JobError: there is nothing: a text was not judged.
        """
        if not is_worth_telling(self._subject):
            raise error
        self._note(error, Part.JUDGEMENT)

    def _note(self, error: JobError, part: Part) -> None:
        logger.warning(
            "A part of the analysis is missing",
            extra={
                "action": "part_skipped",
                "jobId": self._context.job_id,
                "part": part,
                "code": error.code,
            },
        )
        self._skipped.append(Skipped(part=part, reason=error.message[:300]))

    def _seconds_until(self, margin_seconds: float) -> float:
        left = self._context.deadline - self._clock.monotonic()
        return max(left - margin_seconds, left / 2)

    def _costs(self) -> Costs:
        usage, paid = self._context.usage, self._questions.paid
        return Costs(
            input_tokens=sum(call.usage.input_tokens for call in paid),
            output_tokens=sum(call.usage.output_tokens for call in paid),
            downloaded_bytes=int(usage.get("downloaded_bytes", 0.0)),
            cpu_seconds=round(usage.get("cpu_seconds", 0.0), 3),
        )
