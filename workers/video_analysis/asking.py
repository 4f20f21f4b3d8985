"""Asking the models about a video: each question once for the same upload, with one try at repair."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from pydantic import BaseModel

from shared.ai.answers import UnusableAnswerError
from shared.ai.port import ChatModel, FinishReason, ModelCall, ModelRequest
from shared.errors import ContentFilteredError, ModelError
from shared.messaging.worker import JobContext
from workers.video_analysis.answer import SynthesisAnswer, VisionAnswer, read_synthesis, read_vision
from workers.video_analysis.messages import Transcript
from workers.video_analysis.prompt import (
    SYNTHESIS,
    VISION,
    repair_request,
    synthesis_limits,
    synthesis_request,
    vision_request,
)
from workers.video_analysis.subject import Subject

logger = logging.getLogger(__name__)

A = TypeVar("A", bound=BaseModel)


class Seen(BaseModel):
    """What the pictures show, and who says so."""

    answer: VisionAnswer
    model: str


class Written(BaseModel):
    """What to make of the video, and who says so."""

    answer: SynthesisAnswer
    model: str


@dataclass(frozen=True, kw_only=True)
class _Reply(Generic[A]):
    answer: A
    model: str


@dataclass(frozen=True, kw_only=True)
class Questions:
    """The questions of one job about one video."""

    model: ChatModel
    context: JobContext
    subject: Subject
    #: SHA-256 of the file.
    content_hash: str
    #: Monotonic seconds after which no answer is wanted.
    deadline: float
    #: The calls that were paid in this job, in order.
    paid: list[ModelCall] = field(default_factory=list)

    async def see(self, sheets: Sequence[bytes]) -> Seen:
        """Return what the contact sheets show.

        Raises:
            JobError: see `ChatModel.complete`.
        """
        cells = len(self.subject.inspection.key_frames)
        request = vision_request(self.context, self.subject, sheets)

        async def work() -> Seen:
            reply = await self._ask(request, lambda text: read_vision(text, cells=cells))
            return Seen(answer=reply.answer, model=reply.model)

        key = self._key(VISION.prompt_version, request)
        return await self.context.checkpointed(VISION.name, key, Seen, work)

    async def advise(self, seen: Seen | None, transcript: Transcript | None) -> Written:
        """Return what to make of the video.

        Raises:
            JobError: see `ChatModel.complete`.
        """
        limits = synthesis_limits(self.subject)
        request = synthesis_request(self.context, self.subject, seen.answer if seen else None, transcript)

        async def work() -> Written:
            reply = await self._ask(request, lambda text: read_synthesis(text, **limits))
            return Written(answer=reply.answer, model=reply.model)

        key = self._key(SYNTHESIS.prompt_version, request)
        return await self.context.checkpointed(SYNTHESIS.name, key, Written, work)

    def _key(self, prompt_version: int, request: ModelRequest) -> str:
        """Name a question by what is asked about which file: another caption makes it another question.

        The pictures are not in it: they come of the file and of the times that the text tells, and taking
        them again may change a byte.
        """
        asked = hashlib.sha256("\0".join(message.text for message in request.messages).encode())
        return f"{self.content_hash}:{prompt_version}:{request.task.role}:{asked.hexdigest()[:32]}"

    async def _ask(self, request: ModelRequest, read: Callable[[str], A]) -> _Reply[A]:
        request = replace(request, deadline=self.deadline, spent=self._spent)
        for _ in range(2):
            reply = await self.model.complete(request)
            if reply.finish_reason is FinishReason.CONTENT_FILTER:
                raise ContentFilteredError
            try:
                return _Reply(answer=read(reply.text), model=reply.deployment)
            except UnusableAnswerError as error:
                logger.warning(
                    "The model's answer is not usable",
                    extra={
                        "jobId": self.context.job_id,
                        "task": request.task.name,
                        "deployment": reply.deployment,
                        "problems": error.problems,
                    },
                )
                request = repair_request(request, error.problems)
        raise ModelError

    def _spent(self, call: ModelCall) -> None:
        self.context.spent(call)
        self.paid.append(call)
