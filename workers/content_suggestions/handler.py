"""Several ideas for a creator's next content, one of which the creator publishes."""

from __future__ import annotations

from shared.ai.port import ChatModel, ModelReply
from shared.ai.repairing import answered
from shared.messaging.worker import JobContext
from shared.persistence.creators import Creators
from workers.content_suggestions.answer import Ideas, read_ideas
from workers.content_suggestions.brief import Brief, brief_of
from workers.content_suggestions.drafts import UNDETERMINED
from workers.content_suggestions.messages import ContentSuggestionsPayload, ContentSuggestionsResult
from workers.content_suggestions.prompt import RULES, ideas_request
from workers.content_suggestions.result import idea_of, limits_of


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
    found = await answered(
        model,
        ideas_request(context, brief),
        lambda text: read_ideas(text, brief, rules=RULES),
        job_id=context.job_id,
    )
    return _result(found.answer, found.reply, brief)


def _result(ideas: Ideas, reply: ModelReply, brief: Brief) -> ContentSuggestionsResult:
    return ContentSuggestionsResult(
        ideas=[idea_of(draft, brief) for draft in ideas.drafts],
        tone=brief.tone,
        limits=limits_of(brief),
        language=ideas.language or brief.language or UNDETERMINED,
        model=reply.deployment,
        cached=reply.cached,
    )
