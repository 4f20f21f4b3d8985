"""Asking the models about a video: each question once for the same upload, with one try at repair."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel

from shared.ai.port import ChatModel, ModelCall, ModelRequest
from shared.ai.repairing import Answered, answered
from shared.messaging.worker import JobContext
from workers.video_analysis.answer import SynthesisAnswer, VisionAnswer, read_synthesis, read_vision
from workers.video_analysis.messages import Transcript
from workers.video_analysis.prompt import (
    SYNTHESIS,
    VISION,
    synthesis_limits,
    synthesis_request,
    vision_request,
)
from workers.video_analysis.subject import Subject

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

    async def see(self, sheets: Callable[[], Awaitable[Sequence[bytes]]]) -> Seen:
        """Return what the contact sheets show.

        Args:
            sheets: yields their JPEGs; asked for only if nobody has seen them before, since after a crash, or
                for the same upload again, the video would have to be inspected once more for them.

        Raises:
            JobError: see `ChatModel.complete`.
        """
        cells = len(self.subject.inspection.key_frames)

        async def work() -> Seen:
            request = vision_request(self.context, self.subject, await sheets())
            found = await self._ask(request, lambda text: read_vision(text, cells=cells))
            return Seen(answer=found.answer, model=found.reply.deployment)

        key = self._key(VISION.prompt_version, vision_request(self.context, self.subject, ()))
        return await self.context.checkpointed(VISION.name, key, Seen, work)

    async def advise(self, seen: Seen | None, transcript: Transcript | None) -> Written:
        """Return what to make of the video.

        What was written before the words were there holds for the same upload again: its advice is not paid
        for twice because they have come since. Who wants them in it asks for them at once, which is told to
        the model, and so is another question.

        Raises:
            JobError: see `ChatModel.complete`.
        """
        limits = synthesis_limits(self.subject)
        answer = seen.answer if seen else None
        request = synthesis_request(self.context, self.subject, answer, transcript)

        async def work() -> Written:
            found = await self._ask(request, lambda text: read_synthesis(text, **limits))
            return Written(answer=found.answer, model=found.reply.deployment)

        wordless = synthesis_request(self.context, self.subject, answer, None)
        key = self._key(SYNTHESIS.prompt_version, wordless)
        return await self.context.checkpointed(SYNTHESIS.name, key, Written, work)

    def _key(self, prompt_version: int, request: ModelRequest) -> str:
        """Name a question by what is asked about which file: another caption makes it another question.

        The pictures are not in it: they come of the file and of the times that the text tells, and taking
        them again may change a byte.
        """
        asked = hashlib.sha256("\0".join(message.text for message in request.messages).encode())
        return f"{self.content_hash}:{prompt_version}:{request.task.role}:{asked.hexdigest()[:32]}"

    async def _ask(self, request: ModelRequest, read: Callable[[str], A]) -> Answered[A]:
        request = request.but(deadline=self.deadline, spent=self._spent)
        return await answered(self.model, request, read, job_id=self.context.job_id)

    def _spent(self, call: ModelCall) -> None:
        self.context.spent(call)
        self.paid.append(call)
