"""Asking the models about content: a question is paid once for the same content, with one try at repair."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel

from shared.ai.port import ChatModel, ModelCall, ModelRequest, Role
from shared.ai.repairing import Answered, answered
from shared.messaging.worker import JobContext
from workers.content_analysis.answer import JudgementAnswer, LookAnswer
from workers.content_analysis.prompt import JUDGEMENT, LOOK, judged, judgement_request, look_request, see
from workers.content_analysis.subject import Subject

A = TypeVar("A", bound=BaseModel)


class Look(BaseModel):
    """What the pictures show, and who says so."""

    answer: LookAnswer
    model: str


class Judgement(BaseModel):
    """What to make of the content, and who says so."""

    answer: JudgementAnswer
    model: str
    cached: bool = False


@dataclass(frozen=True, kw_only=True)
class Questions:
    """The questions of one job about one piece of content."""

    model: ChatModel
    context: JobContext
    subject: Subject
    #: Monotonic seconds after which no answer is wanted.
    deadline: float
    #: The calls that were paid in this job, in order.
    paid: list[ModelCall] = field(default_factory=list)

    async def look(self) -> Look:
        """Return what the pictures show.

        Raises:
            JobError: see `ChatModel.complete`.
        """
        material = self.subject.material
        request = look_request(self.context, self.subject, material.pictures if material else ())

        async def work() -> Look:
            found = await self._ask(request, see)
            return Look(answer=found.answer, model=found.reply.deployment)

        key = self._key(LOOK.prompt_version, request)
        return await self.context.checkpointed(LOOK.name, key, Look, work)

    async def judge(self, look: Look | None, role: Role) -> Judgement:
        """Return what to make of the content.

        Raises:
            JobError: see `ChatModel.complete`.
        """
        asked = False
        request = judgement_request(self.context, self.subject, look.answer if look else None, role=role)

        async def work() -> Judgement:
            nonlocal asked
            asked = True
            made = await self._ask(request, judged)
            return Judgement(answer=made.answer, model=made.reply.deployment, cached=made.reply.cached)

        key = self._key(JUDGEMENT.prompt_version, request)
        found = await self.context.checkpointed(JUDGEMENT.name, key, Judgement, work)
        return found if asked else found.model_copy(update={"cached": True})

    def _key(self, prompt_version: int, request: ModelRequest) -> str:
        """Name a question by what is asked about which content: another caption makes it another question."""
        asked = hashlib.sha256("\0".join(message.text for message in request.messages).encode())
        return f"{self.subject.content_hash}:{prompt_version}:{request.task.role}:{asked.hexdigest()[:32]}"

    async def _ask(self, request: ModelRequest, read: Callable[[str], A]) -> Answered[A]:
        request = request.but(deadline=self.deadline, spent=self._spent)
        return await answered(self.model, request, read, job_id=self.context.job_id)

    def _spent(self, call: ModelCall) -> None:
        self.context.spent(call)
        self.paid.append(call)
