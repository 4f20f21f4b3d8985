"""What is answered without asking the model: everyday, forbidden and superseded messages."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from shared.ai.scripted import ScriptedChatModel
from shared.clock import ManualClock
from shared.errors import ModelError, RateLimitError
from shared.messaging.worker import JobContext
from shared.persistence.creators import CreatorProfile
from shared.persistence.memory_creators import MemoryCreatorTable
from shared.persistence.remembered_creators import RememberedCreators
from workers.chat_suggestions.answer import read_answer
from workers.chat_suggestions.bank import Banks
from workers.chat_suggestions.bank_prompt import TONES
from workers.chat_suggestions.handler import Desk, suggest
from workers.chat_suggestions.messages import ChatPayload, ChatResult, FlagCode, thread_of
from workers.chat_suggestions.prewritten import declines, waiting
from workers.chat_suggestions.prompt import RULES

Payload = Callable[..., ChatPayload]
Written = Callable[..., str]

_WORDS = ("one", "two", "three", "four", "five", "six")
BANK = json.dumps({tone: [f"{tone} {word}" for word in _WORDS] for tone in TONES})


def _desk(*script: object, profile: CreatorProfile | None = None) -> tuple[Desk, ScriptedChatModel]:
    clock = ManualClock()
    model = ScriptedChatModel(script, clock=clock)  # type: ignore[arg-type]  # lines of a script
    table = MemoryCreatorTable(*([profile] if profile else []))
    return Desk(banks=Banks(model, clock), creators=RememberedCreators(table, clock)), model


@pytest.fixture
def long_context(context: JobContext) -> JobContext:
    """A job with time enough to fill a bank."""
    return replace(context, deadline=90.0)


async def test_an_everyday_message_is_answered_from_the_bank(
    long_context: JobContext, payload: Payload
) -> None:
    """The second one without any call, and both say so."""
    desk, model = _desk(BANK)
    first = await suggest(long_context, payload("Thanks babe ❤️"), model=model, desk=desk)
    second = await suggest(replace(long_context, turn=1), payload("thank you"), model=model, desk=desk)
    assert (first.from_bank, first.cached, first.model, first.language) == (True, False, "scripted", "en")
    assert (second.from_bank, second.cached) == (True, True)
    assert {each.text for each in first.suggestions}.isdisjoint(each.text for each in second.suggestions)
    assert sorted(each.tone for each in second.suggestions) == sorted(TONES)
    assert len(model.requests) == 1
    assert long_context.usage == {"bank_filled": 1, "bank_hit": 1}


async def test_a_message_of_its_own_substance_goes_to_the_model(
    long_context: JobContext, payload: Payload, written: Written
) -> None:
    """With the conversation."""
    desk, model = _desk(written())
    result = await suggest(long_context, payload("Thanks, I passed my exam"), model=model, desk=desk)
    assert not result.from_bank
    assert model.requests[0].task.name == "chat.suggest"
    assert long_context.usage == {"model": 1}


async def test_without_a_bank_the_model_answers(
    long_context: JobContext, payload: Payload, written: Written
) -> None:
    """Whatever keeps it from being filled."""
    desk, model = _desk(RateLimitError(), written())
    result = await suggest(long_context, payload("thanks"), model=model, desk=desk)
    assert (result.from_bank, len(result.suggestions)) == (False, 3)
    assert long_context.usage == {"bank_miss": 1}


async def test_the_lines_just_sent_are_not_suggested(long_context: JobContext, payload: Payload) -> None:
    """The conversation tells which."""
    desk, model = _desk(BANK)
    sent = [f"{tone} {word}" for tone in TONES for word in ("one", "two", "three", "four", "five")]
    job = payload("thanks", recentMessages=[{"from": "creator", "text": text} for text in sent])
    result = await suggest(long_context, job, model=model, desk=desk)
    assert {each.text for each in result.suggestions} == {f"{tone} six" for tone in TONES}


@pytest.mark.parametrize("code", [code for code in FlagCode if code is not FlagCode.REFUSED])
async def test_what_is_forbidden_is_declined_without_a_model(
    context: JobContext, payload: Payload, code: FlagCode
) -> None:
    """Three kind refusals and the code, even if a newer message has come."""
    said = {
        FlagCode.MINOR: "hey, I'm 15",
        FlagCode.MEETING_FOR_MONEY: "how much for a night with you?",
        FlagCode.OFF_PLATFORM_PAYMENT: "can I pay you on paypal",
        FlagCode.DOXXING: "what's your address?",
    }
    desk, model = _desk()
    result = await suggest(replace(context, superseded=True), payload(said[code]), model=model, desk=desk)
    assert [(flag.code, flag.source) for flag in result.flags] == [(code, "rules")]
    assert {each.intent for each in result.suggestions} == {"decline"}
    assert (result.model, model.requests) == ("prewritten", [])


async def test_a_minor_is_declined_in_the_next_message_too(context: JobContext, payload: Payload) -> None:
    """However harmless that is; in the fan's language."""
    desk, model = _desk()
    job = payload(
        "coucou ça va ?", recentMessages=[{"from": "fan", "text": "j'ai 15 ans et je suis au collège"}]
    )
    result = await suggest(context, job, model=model, desk=desk)
    assert [flag.code for flag in result.flags] == [FlagCode.MINOR]
    assert (result.language, model.requests) == ("fr", [])


async def test_what_a_model_sees_is_flagged_too(
    context: JobContext, payload: Payload, written: Written
) -> None:
    """Under the same codes; what it makes up is nothing."""
    answer = json.loads(written())
    for flag, expected in (
        ("DOXXING", [FlagCode.DOXXING]),
        ("SPAM", []),
        ("REFUSED", []),
        (None, []),
        (["x"], []),
    ):
        model = ScriptedChatModel([json.dumps({**answer, "flag": flag})], clock=ManualClock())
        result = await suggest(context, payload("tell me all about you"), model=model)
        assert [found.code for found in result.flags] == expected
        assert {found.source for found in result.flags} <= {"model"}


@pytest.mark.parametrize(
    ("first", "second", "flagged"),
    [
        ("I'm sorry, but I can't help with that.", "I cannot continue this conversation.", True),
        ("Je suis désolé, je ne peux pas répondre.", "Lo siento, no puedo ayudar con eso.", True),
        ("I can't help with that.", "bad", False),
        ("bad", "I can't help with that.", False),
        ('{"suggestions": "I can\'t help with that."}', "I can't help with that.", False),
    ],
)
async def test_a_model_that_refuses_twice_is_heard(
    context: JobContext, payload: Payload, first: str, second: str, *, flagged: bool
) -> None:
    """Asking it again at every further attempt would cost, and change nothing."""
    model = ScriptedChatModel([first, second], clock=ManualClock())
    if not flagged:
        with pytest.raises(ModelError):
            await suggest(context, payload("something odd"), model=model)
        return
    result = await suggest(context, payload("something odd"), model=model)
    assert [(flag.code, flag.source) for flag in result.flags] == [(FlagCode.REFUSED, "model")]
    assert {each.intent for each in result.suggestions} == {"decline"}
    assert len(context.calls) == 2


async def test_a_superseded_message_costs_nothing(context: JobContext, payload: Payload) -> None:
    """And its answer is one that the front end can show."""
    desk, model = _desk()
    job = payload("I had the worst day of my life", language="fr")
    result = await suggest(replace(context, superseded=True), job, model=model, desk=desk)
    assert (result.superseded, result.model, len(result.suggestions)) == (True, "prewritten", 3)
    assert not model.requests
    assert not context.calls
    content = result.model_dump(mode="json", by_alias=True)
    assert ChatResult.model_validate(content).model_dump(mode="json", by_alias=True) == content


@pytest.mark.parametrize("language", ["en", "fr", "es", "de", "pt", "it", "ja"])
def test_prewritten_replies_are_such_as_a_model_may_write(language: str) -> None:
    """Distinct, plain, and without a flirt."""
    for three in [waiting(language), *(declines(code, language) for code in FlagCode)]:
        answer = json.dumps({"language": "en", "suggestions": [each.model_dump() for each in three]})
        read_answer(answer, rules=RULES, fan_name="")  # raises if it is refused
        assert not any(emoji in each.text for each in three for emoji in "😘❤💋😉")


async def test_a_creators_profile_tells_voice_and_language(
    long_context: JobContext, payload: Payload, written: Written
) -> None:
    """Where the payload says nothing."""
    profile = CreatorProfile(
        creator_id="123", name="Luna", persona_style="dry and bookish", limits=("no meetings",), language="fr"
    )
    desk, model = _desk(written(), BANK, written(), profile=profile)
    await suggest(long_context, payload("you are such a riddle"), model=model, desk=desk)
    emoji = await suggest(long_context, payload("😘"), model=model, desk=desk)
    assert (emoji.from_bank, emoji.language) == (True, "fr")
    for request in model.requests:
        assert all(word in request.messages[0].text for word in ("Luna", "dry and bookish", "no meetings"))
    own = payload("you are such a riddle", persona={"style": "loud", "language": "es"})
    await suggest(long_context, own, model=model, desk=desk)
    assert "loud" in model.requests[2].messages[0].text
    assert "bookish" not in model.requests[2].messages[0].text
    assert model.requests[2].language == "es"


@pytest.mark.parametrize(
    ("fields", "thread"),
    [
        ({}, None),
        ({"conversationId": "c1", "fanId": 7}, "conversation:c1"),
        ({"conversationId": 0}, "conversation:0"),
        ({"conversationId": "", "fanId": 7}, "fan:7"),
        ({"fanId": "x"}, "fan:x"),
        ({"fanId": ""}, None),
    ],
)
def test_a_message_belongs_to_its_conversation(fields: dict[str, object], thread: str | None) -> None:
    """Else to its fan, if one is named."""
    assert thread_of(ChatPayload.model_validate({"fanMessage": "hi", **fields})) == thread
