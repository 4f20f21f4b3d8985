"""Three replies to a fan's message, one of which the creator taps.

What a model is not needed for is answered without one, cheapest first: what the platform forbids, a message
that a newer one has left behind, and an everyday message, for which the creator's bank has lines.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.ai.answers import UnusableAnswerError
from shared.ai.port import ChatModel, ModelReply
from shared.ai.repairing import answered
from shared.errors import ModelError
from shared.messaging.worker import JobContext
from shared.persistence.creators import Creators
from workers.chat_suggestions.answer import UNDETERMINED, Answer, language_tag
from workers.chat_suggestions.bank import Banks, Served, Wanted
from workers.chat_suggestions.everyday import (
    DEFAULT_LANGUAGE,
    Everyday,
    Line,
    everyday,
    language_of,
    primary,
)
from workers.chat_suggestions.measures import ChatMeasures, Source
from workers.chat_suggestions.messages import ChatPayload, ChatResult, Flag, FlagCode, Suggestion, thread_of
from workers.chat_suggestions.persona import creator_names, informed
from workers.chat_suggestions.prewritten import PREWRITTEN, declines, waiting
from workers.chat_suggestions.prompt import (
    Question,
    earlier_lines,
    language_hint,
    question,
    role_for,
    voice,
)
from workers.chat_suggestions.safety import flags_of, is_refusal
from workers.chat_suggestions.situations import purpose


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What answers fans' messages besides the model."""

    #: Without them every message goes to the model.
    banks: Banks | None = None
    #: Without them only the payload tells how the creator sounds.
    creators: Creators | None = None
    measures: ChatMeasures | None = None

    def count(self, context: JobContext, source: Source, found: Everyday | None = None) -> None:
        """Note what answered a message, for the metric and with the job."""
        context.used(source.value, 1)
        if self.measures:
            known = {"intent": found.kind, "language": found.language} if found else {}
            self.measures.answered(source, **known)


async def suggest(
    context: JobContext, payload: ChatPayload, *, model: ChatModel, desk: Desk | None = None
) -> ChatResult:
    """Suggest three replies; an unusable answer is repaired once, as far as the deadline allows.

    Raises:
        InvalidPayloadError: the fan's message is empty.
        ContentFilteredError: the provider's filter refused the conversation or the reply.
        ModelError: no usable answer, repaired or not.
        JobError: the model's, see `ChatModel.complete`.
    """
    desk = desk or Desk()
    if desk.creators:
        payload = informed(payload, await desk.creators.profile(context.creator_id))
    earlier = [Line(by_creator=who == "creator", text=text) for who, text in _earlier(payload)]
    if flags := flags_of(payload.fan_message, [line.text for line in earlier if not line.by_creator]):
        desk.count(context, Source.DECLINED)
        return _declined(flags, _language(payload, earlier))
    if context.superseded:
        desk.count(context, Source.SUPERSEDED)
        return _superseded(_language(payload, earlier))
    banked = await _from_bank(context, payload, earlier, desk)
    return banked or await _from_model(context, payload, model, _language(payload, earlier))


async def _from_bank(
    context: JobContext, payload: ChatPayload, earlier: list[Line], desk: Desk
) -> ChatResult | None:
    """Answer an everyday message with the bank's lines; `None` for the model to answer."""
    found = desk.banks and everyday(
        payload.fan_message,
        hint=language_hint(payload.chat),
        names=creator_names(payload.chat),
        earlier=earlier,
    )
    if not found or not desk.banks:
        desk.count(context, Source.MODEL)
        return None
    wanted = Wanted(
        everyday=found,
        voice=voice(payload.chat),
        role=role_for(payload.chat),
        fan=thread_of(payload) or context.job_id,
        avoided=[line.text for line in earlier if line.by_creator],
    )
    served = await desk.banks.serve(context, wanted)
    source = Source.BANK_MISS
    if served:
        source = Source.BANK_FILLED if served.filled else Source.BANK_HIT
    desk.count(context, source, found)
    return _banked(served, found) if served else None


async def _from_model(
    context: JobContext, payload: ChatPayload, model: ChatModel, language: str
) -> ChatResult:
    refusals: list[bool] = []
    asked = question(context, payload)

    def read(text: str) -> Answer:
        try:
            return asked.read(text)
        except UnusableAnswerError:
            refusals.append(is_refusal(text))
            raise

    try:
        found = await answered(model, asked.request, read, job_id=context.job_id)
    except ModelError:
        if len(refusals) > 1 and all(refusals):
            return _declined([Flag(code=FlagCode.REFUSED, source="model")], language)
        raise
    return _result(found.answer, found.reply, asked)


def _result(answer: Answer, reply: ModelReply, asked: Question) -> ChatResult:
    said = language_tag(answer.language) or asked.language
    return ChatResult(
        suggestions=[Suggestion(**draft.model_dump()) for draft in answer.suggestions],
        language=said or language_of(draft.text for draft in answer.suggestions) or UNDETERMINED,
        model=reply.deployment,
        cached=reply.cached,
        flags=[Flag(code=answer.flag, source="model")] if answer.flag else [],
    )


def _banked(served: Served, found: Everyday) -> ChatResult:
    intent = purpose(found.intents)
    return ChatResult(
        suggestions=[Suggestion(text=line.text, tone=line.tone, intent=intent) for line in served.lines],
        language=found.language,
        model=served.model,
        cached=not served.filled,
        from_bank=True,
    )


def _declined(flags: list[Flag], language: str) -> ChatResult:
    suggestions = declines(flags[0].code, language)
    return ChatResult(suggestions=suggestions, language=language, model=PREWRITTEN, flags=flags)


def _superseded(language: str) -> ChatResult:
    return ChatResult(suggestions=waiting(language), language=language, model=PREWRITTEN, superseded=True)


def _earlier(payload: ChatPayload) -> list[tuple[str, str]]:
    return earlier_lines(payload.fan_message, payload.chat)


def _language(payload: ChatPayload, earlier: list[Line]) -> str:
    """Return the language of a prewritten reply: the fan's, as far as it can be told."""
    spoken = [payload.fan_message, *(line.text for line in earlier if not line.by_creator)]
    return language_of(spoken) or primary(language_hint(payload.chat)) or DEFAULT_LANGUAGE
