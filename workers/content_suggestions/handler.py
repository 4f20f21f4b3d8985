"""Several ideas for a creator's next content, one of which the creator publishes."""

from __future__ import annotations

import logging

from shared.ai.answers import UnusableAnswerError
from shared.ai.port import ChatModel, FinishReason, ModelReply
from shared.errors import ContentFilteredError, ModelError
from shared.messaging.worker import JobContext
from shared.persistence.creators import Creators
from workers.content_suggestions.answer import Ideas, read_ideas
from workers.content_suggestions.brief import Brief, brief_of
from workers.content_suggestions.drafts import UNDETERMINED
from workers.content_suggestions.messages import ContentSuggestionsPayload, ContentSuggestionsResult
from workers.content_suggestions.prompt import RULES, ideas_request, repair_request
from workers.content_suggestions.result import idea_of, limits_of

logger = logging.getLogger(__name__)

#: An answer and its repair.
_TRIES = 2


async def suggest_content(
    context: JobContext, payload: ContentSuggestionsPayload, *, model: ChatModel, creators: Creators
) -> ContentSuggestionsResult:
    """Suggest ideas; an answer without enough usable ones is repaired once, as far as the deadline allows.

    Raises:
        ContentFilteredError: the request names what no platform allows, or the provider's filter refused it.
        ModelError: too few usable ideas, repaired or not.
        JobError: the model's, see `ChatModel.complete`.
    """
    brief = brief_of(payload, await creators.profile(context.creator_id))
    request = ideas_request(context, brief)
    for _ in range(_TRIES):
        reply = await model.complete(request)
        try:
            return _result(_read(reply, brief), reply, brief)
        except UnusableAnswerError as error:
            _log_refusal(context, reply, error)
            request = repair_request(request, error.problems)
    raise ModelError


def _read(reply: ModelReply, brief: Brief) -> Ideas:
    if reply.finish_reason is FinishReason.CONTENT_FILTER:
        raise ContentFilteredError
    try:
        return read_ideas(reply.text, brief, rules=RULES)
    except UnusableAnswerError as error:
        if reply.finish_reason is FinishReason.LENGTH:
            raise UnusableAnswerError("The answer was cut off: be briefer.", *error.problems) from error
        raise


def _result(ideas: Ideas, reply: ModelReply, brief: Brief) -> ContentSuggestionsResult:
    return ContentSuggestionsResult(
        ideas=[idea_of(draft, brief) for draft in ideas.drafts],
        tone=brief.tone,
        limits=limits_of(brief),
        language=ideas.language or brief.language or UNDETERMINED,
        model=reply.deployment,
        cached=reply.cached,
    )


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
