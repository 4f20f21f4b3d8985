"""Asking for an answer that can be used: none is believed unread, and a bad one is asked for again, once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from shared.ai.answers import UnusableAnswerError
from shared.ai.port import CacheScope, ChatModel, FinishReason, ModelReply, ModelRequest
from shared.errors import ContentFilteredError, ModelError

logger = logging.getLogger(__name__)

A = TypeVar("A")

#: An answer and its repair.
_TRIES = 2


@dataclass(frozen=True, kw_only=True)
class Answered(Generic[A]):
    """A usable answer, and the reply that it came in."""

    answer: A
    reply: ModelReply


async def answered(
    model: ChatModel, request: ModelRequest, read: Callable[[str], A], *, job_id: str
) -> Answered[A]:
    """Return what a model answers, repaired once if need be, as far as the deadline allows.

    Args:
        model: who is asked.
        request: the question.
        read: returns the answer in a reply's text, or raises `UnusableAnswerError`.
        job_id: whose question it is, for the log.

    Raises:
        ContentFilteredError: the provider's filter refused the question or the answer.
        ModelError: no usable answer, repaired or not.
        JobError: see `ChatModel.complete`.
    """
    for _ in range(_TRIES):
        reply = await model.complete(request)
        if reply.finish_reason is FinishReason.CONTENT_FILTER:
            raise ContentFilteredError
        try:
            return Answered(answer=read(reply.text), reply=reply)
        except UnusableAnswerError as error:
            problems = error.problems
        if reply.finish_reason is FinishReason.LENGTH:
            problems = ("The answer was cut off: be briefer.", *problems)
        _log_refusal(job_id, request, reply, problems)
        request = repair_request(request, problems)
    raise ModelError


def repair_request(request: ModelRequest, problems: Sequence[str]) -> ModelRequest:
    """Return the question again, with what was wrong with its first answer.

    The answer itself is not shown again: it may repeat what strangers wrote outside the data block, and two
    turns of the same role in a row are refused by some chat templates. Not cached: nobody would find it.
    """
    *before, question = request.messages
    wrong = "\n".join(f"- {problem}" for problem in problems)
    asked = (
        f"{question.text}\n\nA first answer to this could not be used:\n{wrong}\nMind this, and answer anew."
    )
    return request.but(
        task=replace(request.task, cache_scope=CacheScope.NONE),
        messages=(*before, replace(question, text=asked)),
    )


def is_usable(read: Callable[[], object]) -> bool:
    """Tell if an answer can be read: what `ModelRequest.accepts` is made of."""
    try:
        read()
    except UnusableAnswerError:
        return False
    return True


def _log_refusal(job_id: str, request: ModelRequest, reply: ModelReply, problems: Sequence[str]) -> None:
    logger.warning(
        "The model's answer is not usable",
        extra={
            "jobId": job_id,
            "task": request.task.name,
            "deployment": reply.deployment,
            "finish_reason": reply.finish_reason.value,
            "problems": problems,
        },
    )
