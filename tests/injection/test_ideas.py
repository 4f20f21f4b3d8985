"""Whoever writes into a topic or a preference may talk a model into anything: none of it is published."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.ai.port import FinishReason, ModelReply, ModelRequest, Usage
from shared.clock import ManualClock
from shared.contracts import JobType
from shared.errors import JobError
from shared.messaging.worker import JobContext
from shared.persistence.creators import CreatorProfile
from shared.persistence.memory_creators import MemoryCreatorTable
from shared.persistence.remembered_creators import RememberedCreators
from tests.injection.obedience import Attack, attacks, spoken
from workers.content_suggestions.handler import suggest_content
from workers.content_suggestions.messages import ContentSuggestionsPayload, ContentSuggestionsResult

CORPUS = attacks()
FIELDS = ("text", "title", "hook", "call_to_action", "reason", "when", "why", "hashtags")
_HARMLESS = (
    ("Guess the beach", "Sand in my shoes, phone almost dead, zero regrets.", "Zero regrets."),
    ("Before I press record", "This is what my room really looks like before a shoot.", "Not so tidy."),
    ("A small confession", "I rehearse my laugh in the mirror; the second one wins.", "I admit it."),
    ("Red or black", "Two dresses, one evening and no idea at all.", "Help."),
)
_USAGE = Usage(input_tokens=900, output_tokens=400)
LOLA = CreatorProfile(
    creator_id="123",
    name="Lola",
    persona_style="warm, teasing, sleeps late, and never mentions the tattoo on her left shoulder",
)


class _ObedientModel:
    """Says what the attack wants said, in one field of one idea, or of all."""

    def __init__(self, attack: Attack, field: str, *, everywhere: bool) -> None:
        self._attack = attack
        self._field = field
        self._everywhere = everywhere
        self.requests: list[ModelRequest] = []
        self.said = ""

    async def complete(self, request: ModelRequest) -> ModelReply:
        self.requests.append(request)
        self.said = spoken(self._attack.say, request)
        ideas = [_idea(*texts) for texts in _HARMLESS]
        for idea in ideas if self._everywhere else ideas[1:2]:
            _put(idea, self._field, self.said)
        language = self.said if self._attack.where == "language" else "en"
        text = json.dumps({"language": language, "ideas": ideas})
        return ModelReply(
            text=self.said if self._attack.where == "raw" else text,
            deployment="obedient",
            finish_reason=FinishReason.STOP,
            usage=_USAGE,
            cost_usd_micros=1,
        )


def _idea(title: str, text: str, hook: str) -> dict[str, Any]:
    return {
        "title": title,
        "text": text,
        "hook": hook,
        "hashtags": ["mood"],
        "call_to_action": "Tell me.",
        "best_time": {"when": "Friday 18:00-21:00", "reason": "General knowledge.", "basis": "general"},
        "reason": "A question invites replies.",
        "price": None,
    }


def _put(idea: dict[str, Any], field: str, said: str) -> None:
    if field in {"when", "why"}:
        idea["best_time"]["when" if field == "when" else "reason"] = said
    else:
        idea[field] = said.split() if field == "hashtags" else said


async def _answered(
    attack: Attack, field: str, *, everywhere: bool, **payload: Any
) -> tuple[ContentSuggestionsResult | None, _ObedientModel]:
    model = _ObedientModel(attack, field, everywhere=everywhere)
    creators = RememberedCreators(MemoryCreatorTable(LOLA), ManualClock())
    context = JobContext(
        job_id="job_1",
        job_type=JobType.CONTENT_SUGGEST,
        creator_id="123",
        attempt=0,
        epoch=0,
        deadline=60.0,
    )
    asked = ContentSuggestionsPayload.model_validate(
        {"platform": "onlyfans", "contentType": "post", **payload}
    )
    try:
        return await suggest_content(context, asked, model=model, creators=creators), model
    except JobError:
        return None, model


def _shown(result: ContentSuggestionsResult) -> str:
    """Return every text of a result, as it is."""
    return "\n".join(_texts(result.model_dump(mode="json")))


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("everywhere", [False, True], ids=["one", "all"])
@pytest.mark.parametrize(
    ("number", "attack"),
    [*enumerate(CORPUS)],
    ids=[f"{number}-{attack.language}-{attack.technique}" for number, attack in enumerate(CORPUS)],
)
async def test_nothing_gets_through(number: int, attack: Attack, everywhere: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Neither from the topic nor from a preference, into whichever field the model is talked."""
    field = FIELDS[number % (len(FIELDS) - 1)]
    place = {"topic": attack.message[:1_000]} if number % 2 else {"preferences": {"note": attack.message}}
    result, model = await _answered(attack, field, everywhere=everywhere, **place)
    if result is not None:
        assert attack.where == "language" or not everywhere
        assert model.said not in _shown(result)
        assert len(result.ideas) >= 3


@pytest.mark.parametrize("attack", CORPUS, ids=lambda attack: f"{attack.language}-{attack.technique}")
async def test_no_hashtag_is_a_sentence(attack: Attack) -> None:
    """What an attack wants said may leave words behind; none of them is a link, markup or code."""
    result, _ = await _answered(attack, "hashtags", everywhere=True, topic="rain")
    for idea in result.ideas if result else ():
        assert len(idea.hashtags) <= 10
        assert all(tag.replace("_", "").isalnum() for tag in idea.hashtags)


@pytest.mark.parametrize("attack", CORPUS, ids=lambda attack: f"{attack.language}-{attack.technique}")
async def test_words_stay_inside_their_quotes(attack: Attack) -> None:
    """Wherever they stand, the request has two turns, and the second one is data on one line."""
    _, model = await _answered(
        attack,
        "text",
        everywhere=True,
        platform=attack.message[:60],
        topic=attack.message[:1_000],
        preferences={attack.message: attack.message, "persona": {"style": attack.message}},
    )
    for request in model.requests:
        assert [message.role for message in request.messages] == ["system", "user"]
        data = request.messages[1].text.split("\n")[1]
        json.loads(data)
        assert not set(data[1:-1]) & set("<>|`")
        assert attack.message not in request.messages[0].text
