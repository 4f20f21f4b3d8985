"""What the model is asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from shared.ai.port import CacheScope, Role
from shared.ai.repairing import repair_request
from shared.messaging.worker import JobContext
from workers.content_suggestions.brief import Brief
from workers.content_suggestions.prompt import RULES, ideas_request

Make = Callable[..., Brief]


def _data(context: JobContext, brief: Brief) -> dict[str, Any]:
    text = ideas_request(context, brief).messages[1].text
    data: dict[str, Any] = json.loads(text.split("\n")[1])
    return data


@pytest.mark.parametrize(
    ("tone", "role"),
    [
        ("seductive", Role.CREATIVE),
        ("romantic", Role.CREATIVE),
        ("bold", Role.CREATIVE),
        ("mysterious", Role.CREATIVE),
        ("playful", Role.GENERATION),
        (None, Role.GENERATION),
    ],
)
def test_a_creative_tone_asks_for_a_creative_model(
    context: JobContext, brief: Make, tone: str | None, role: Role
) -> None:
    assert ideas_request(context, brief(tone=tone)).task.role is role


def test_the_rules_never_change_and_the_answers_are_the_creators(context: JobContext, brief: Make) -> None:
    """So that a provider can keep the rules, and nobody else is served the answer."""
    requests = [ideas_request(context, brief(topic=topic)) for topic in ("rain", "snow")]
    assert {request.messages[0].text for request in requests} == {RULES}
    assert {request.task.cache_scope for request in requests} == {CacheScope.CREATOR}
    assert {request.creator_id for request in requests} == {"123"}


def test_the_platforms_limits_are_told(context: JobContext, brief: Make) -> None:
    """A fifth less than would be refused, and never an essay."""
    told = _data(context, brief(platform="x"))
    assert (told["longest_text"], told["most_hashtags"], told["explicitness"]) == (
        "224",
        "2",
        "adult, tasteful",
    )
    told = _data(context, brief(platform="facebook", contentType="message"))
    assert (told["longest_text"], told["most_hashtags"], told["explicitness"]) == ("600", "0", "mild")
    assert "price" not in told
    told = _data(context, brief(platform="onlyfans", contentType="ppv", preferences={"currency": "JPY"}))
    assert told["price"] == {"currency": "JPY", "lowest": "450", "highest": "7500"}


def test_everything_that_is_known_is_told_once(context: JobContext, brief: Make) -> None:
    wishes = {
        "persona": "dry humour",
        "never": ["feet"],
        "forbiddenWords": ["babe"],
        "activeHours": {"friday": "21-23"},
        "alreadyUsed": ["Guess the beach"],
        "outfit": "red",
        "count": 5,
    }
    told = _data(context, brief(topic=" rain ", tone="bold", preferences=wishes))
    assert told == {
        "platform": "instagram",
        "content_type": "post",
        "tone": "bold",
        "topic": "rain",
        "number_of_ideas": "5",
        "longest_text": "600",
        "most_hashtags": "5",
        "explicitness": "mild",
        "voice": {"style": "dry humour"},
        "never": ["feet"],
        "never_write": ["babe", "feet"],
        "fan_activity": {"friday": "21-23"},
        "already_used": ["Guess the beach"],
        "preferences": {"outfit": "red"},
    }


def test_a_repair_says_what_was_wrong_and_is_not_kept(context: JobContext, brief: Make) -> None:
    asked = ideas_request(context, brief())
    again = repair_request(asked, ["ideas.0: it is too explicit."])
    assert again.messages[0] == asked.messages[0]
    assert again.messages[1].text.startswith(asked.messages[1].text)
    assert "- ideas.0: it is too explicit." in again.messages[1].text
    assert again.task.cache_scope is CacheScope.NONE


def test_the_prompt_stays_small(context: JobContext, brief: Make) -> None:
    """Whatever the front end sends; each call pays for it."""
    wishes = {f"wish {number}": "x" * 500 for number in range(200)}
    request = ideas_request(context, brief(topic="y" * 1_000, preferences=wishes))
    assert len(request.messages[0].text) < 4_000
    assert len(request.messages[1].text) < 6_000
