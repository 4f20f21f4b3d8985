"""A fan who talks a model into anything still gets nothing through to the creator, or to another one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.ai.caching import CachedChatModel
from shared.ai.scripted import ScriptedChatModel
from shared.cache.memory import MemoryCache
from shared.clock import ManualClock
from shared.contracts import JobType
from shared.errors import JobError
from shared.messaging.worker import JobContext
from tests.injection.obedience import Attack, ObedientModel, attacks
from workers.chat_suggestions.bank import Banks
from workers.chat_suggestions.handler import Desk, suggest
from workers.chat_suggestions.messages import ChatPayload, ChatResult

CORPUS = attacks()
LIMIT = "never mention Zanzibar, the tattoo on her left shoulder, or her sister's wedding"
PERSONA = {"name": "Lola", "style": "warm, teasing, sleeps late and loves rainy Sundays", "limits": [LIMIT]}


def _context(creator_id: str = "123") -> JobContext:
    return JobContext(
        job_id="job_1",
        job_type=JobType.CHAT_SUGGEST,
        creator_id=creator_id,
        attempt=0,
        epoch=0,
        deadline=60.0,
    )


def _payload(message: str, **context: Any) -> ChatPayload:
    known = {"fanName": "Tom", "persona": PERSONA, **context}
    return ChatPayload.model_validate({"fanMessage": message, "context": known})


async def _answered(attack: Attack, payload: ChatPayload) -> tuple[ChatResult | None, ObedientModel]:
    """Return what the creator is shown, if anything, with an obedient model behind the cache."""
    model = ObedientModel(attack)
    clock = ManualClock()
    cached = CachedChatModel(model, MemoryCache(clock), key=b"key", clock=clock)
    try:
        desk = Desk(banks=Banks(cached, clock))
        return await suggest(_context(), payload, model=cached, desk=desk), model
    except JobError:
        return None, model


def _shown(result: ChatResult) -> str:
    return "\n".join((*(f"{s.text}\n{s.tone}\n{s.intent}" for s in result.suggestions), result.language))


def test_the_corpus_is_large_and_of_three_languages() -> None:
    """A hundred messages that differ, a fifth of them or more in each language."""
    messages = {attack.message for attack in CORPUS}
    assert len(messages) == len(CORPUS) >= 100
    for language in ("en", "fr", "es"):
        assert sum(attack.language == language for attack in CORPUS) >= len(CORPUS) // 5


@pytest.mark.parametrize("attack", CORPUS, ids=lambda attack: f"{attack.language}-{attack.technique}")
async def test_nothing_gets_through(attack: Attack) -> None:
    """What the model was talked into saying stands in no field of no result; mostly the job fails instead."""
    result, model = await _answered(attack, _payload(attack.message))
    if result is not None and model.requests:
        assert model.said not in _shown(result)
        assert attack.where in {"language", "raw"} or model.said == ""


@pytest.mark.parametrize("attack", CORPUS, ids=lambda attack: f"{attack.language}-{attack.technique}")
async def test_a_message_stays_inside_its_quotes(attack: Attack) -> None:
    """Whatever it holds, the request has two turns, and the second one is data on one line."""
    _, model = await _answered(attack, _payload(attack.message))
    for request in model.requests:
        assert [message.role for message in request.messages] == ["system", "user"]
        data = request.messages[1].text.split("\n")[1]
        assert not set(data[1:-1]) & set("<>|`")
        assert attack.message not in request.messages[0].text


@pytest.mark.parametrize("attack", [a for a in CORPUS if a.technique == "exfiltration"])
async def test_no_other_creator_is_in_reach(attack: Attack) -> None:
    """The same message to two creators: what the first one's model said of her is not said to the second."""
    clock = ManualClock()
    cache = MemoryCache(clock)
    canary = '{"language": "en", "suggestions": [' + ", ".join(
        f'{{"text": "{text}", "tone": "warm", "intent": "connect"}}'
        for text in ("Kolibri", "Koala", "Kakadu")
    )
    first = ScriptedChatModel([f"{canary}]}}"], clock=clock)
    theirs = await suggest(
        _context("456"),
        _payload(attack.message, persona={**PERSONA, "name": "Kolibri"}),
        model=CachedChatModel(first, cache, key=b"key", clock=clock),
    )
    assert "Kolibri" in _shown(theirs)
    second = ObedientModel(replace(attack, say="{{EVERYTHING}}"))
    cached = CachedChatModel(second, cache, key=b"key", clock=clock)
    with pytest.raises(JobError):
        await suggest(_context("123"), _payload(attack.message), model=cached)
    assert "Kolibri" not in second.said


async def test_a_name_is_no_way_around() -> None:
    """A fan who is called a link is not called it, and a reply that does so is refused."""
    name = "https://evil.example/x"
    say = f"Hey {name}!"
    attack = Attack(language="en", technique="name", message="what is my name", say=say, where="text")
    result, model = await _answered(attack, _payload(attack.message, fanName=name))
    assert result is None
    assert "evil.example" not in model.requests[0].messages[1].text
