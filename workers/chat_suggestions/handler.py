"""Three replies to a fan's message, one of which the creator taps."""

from __future__ import annotations

import logging

from shared.ai.answers import UnusableAnswerError
from shared.ai.port import ChatModel, FinishReason, ModelReply
from shared.errors import ContentFilteredError, ModelError
from shared.messaging.worker import JobContext
from workers.chat_suggestions.answer import UNDETERMINED, Answer, language_tag, read_answer
from workers.chat_suggestions.messages import ChatPayload, ChatResult, Suggestion
from workers.chat_suggestions.prompt import instructions, language_hint, repair_request, suggestion_request

logger = logging.getLogger(__name__)

#: An answer and its repair.
_TRIES = 2


async def suggest(context: JobContext, payload: ChatPayload, *, model: ChatModel) -> ChatResult:
    """Suggest three replies; an unusable answer is repaired once, as far as the deadline allows.

    Raises:
        InvalidPayloadError: the fan's message is empty.
        ContentFilteredError: the provider's filter refused the conversation or the reply.
        ModelError: no usable answer, repaired or not.
        JobError: the model's, see `ChatModel.complete`.
    """
    request = suggestion_request(context, payload)
    for _ in range(_TRIES):
        reply = await model.complete(request)
        try:
            return _result(_read(reply, payload), reply, payload)
        except UnusableAnswerError as error:
            _log_refusal(context, reply, error)
            request = repair_request(request, error.problems)
    raise ModelError


def _log_refusal(context: JobContext, reply: ModelReply, error: UnusableAnswerError) -> None:
    logger.warning(
        "The model's answer is not usable",
        extra={
            "job_id": context.job_id,
            "deployment": reply.deployment,
            "finish_reason": reply.finish_reason.value,
            "problems": error.problems,
        },
    )


def _read(reply: ModelReply, payload: ChatPayload) -> Answer:
    if reply.finish_reason is FinishReason.CONTENT_FILTER:
        raise ContentFilteredError
    try:
        return read_answer(reply.text, rules=instructions(payload.chat), fan_name=payload.chat.fan_name or "")
    except UnusableAnswerError as error:
        if reply.finish_reason is FinishReason.LENGTH:
            raise UnusableAnswerError("The answer was cut off: be briefer.", *error.problems) from error
        raise


def _result(answer: Answer, reply: ModelReply, payload: ChatPayload) -> ChatResult:
    return ChatResult(
        suggestions=[Suggestion(**draft.model_dump()) for draft in answer.suggestions],
        language=language_tag(answer.language) or language_hint(payload.chat) or UNDETERMINED,
        model=reply.deployment,
        cached=reply.cached,
    )
