"""The payload and the profile become one brief; whatever the preferences hold, it can be asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from shared.errors import ContentFilteredError
from shared.persistence.creators import CreatorProfile
from workers.content_suggestions.brief import Brief

LEA = CreatorProfile(
    creator_id="123",
    name="Léa",
    persona_style="warm",
    limits=("no meetings",),
    language="fr",
    preferences={"currency": "EUR", "mood": "cosy"},
)
Make = Callable[..., Brief]


def test_the_profile_is_what_the_payload_leaves_open(brief: Make) -> None:
    read = brief(LEA, platform="OnlyFans", contentType="ppv")
    assert (read.name, read.style, read.never, read.language) == ("Léa", "warm", ("no meetings",), "fr")
    assert read.prices
    assert (read.prices.currency, read.preferences) == ("EUR", {"mood": "cosy"})


def test_the_payload_wins(brief: Make) -> None:
    persona = {"name": "Rose", "style": "cool", "language": "es", "limits": ["no names"]}
    read = brief(
        LEA, platform="of", contentType="ppv", preferences={"persona": persona, "currency": "GBP", "mood": 3}
    )
    assert (read.name, read.style, read.never, read.language) == ("Rose", "cool", ("no names",), "es")
    assert read.prices
    assert (read.prices.currency, read.preferences) == ("GBP", {"mood": "3"})
    assert brief(LEA, preferences={"persona": persona, "language": "de"}).language == "de"


@pytest.mark.parametrize(
    ("preferences", "topic", "language"),
    [
        ({"language": "pt_BR"}, None, "pt-BR"),
        ({"locale": "de-AT"}, None, "de-AT"),
        ({"language": "French"}, None, None),
        ({"language": ["fr"]}, None, None),
        ({}, "une journée avec mon chat et du thé sur le balcon", "fr"),
        ({}, "beach", None),
        (None, None, None),
    ],
)
def test_a_language_is_a_tag_or_the_topics(
    brief: Make, preferences: dict[str, Any] | None, topic: str | None, language: str | None
) -> None:
    assert brief(preferences=preferences, topic=topic).language == language


@pytest.mark.parametrize(("said", "count"), [(None, 4), (1, 3), (3, 3), (5, 5), (50, 5), ("5", 4), (True, 4)])
def test_three_to_five_ideas(brief: Make, said: object, count: int) -> None:
    assert brief(preferences={"count": said}).count == count


def test_only_what_is_sold_has_a_price(brief: Make) -> None:
    assert brief(platform="onlyfans", contentType="ppv").prices
    assert not brief(platform="onlyfans", contentType="post").prices
    assert not brief(platform="instagram", contentType="ppv").prices


def test_a_private_message_has_no_hashtags(brief: Make) -> None:
    assert brief(contentType="message").hashtags == 0
    assert brief(contentType="post").hashtags == 5


@pytest.mark.parametrize(
    "fields",
    [
        {"topic": "a schoolgirl fantasy"},
        {"preferences": {"style": ["ok", {"deep": "underage look"}]}},
        {"topic": "Barely  legal".replace("  ", " ")},
        {"topic": "minderjährig"},
    ],
)
def test_what_no_platform_allows_is_refused(brief: Make, fields: dict[str, Any]) -> None:
    with pytest.raises(ContentFilteredError):
        brief(**fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"preferences": {"never": ["underage anything", "incest"]}},
        {"preferences": {"audience": "adults, no underage followers"}},
        {"topic": "my school years"},
    ],
)
def test_to_forbid_it_is_not_to_ask_for_it(brief: Make, fields: dict[str, Any]) -> None:
    assert brief(**fields).count == 4


def _deep(levels: int) -> Any:
    return json.loads("[" * levels + '"x"' + "]" * levels)


@pytest.mark.parametrize(
    "preferences",
    [
        {"a" * 10_000: "b" * 100_000},
        {str(number): "x" * 200 for number in range(500)},
        {"deep": _deep(200)},
        {"persona": 7, "limits": {"a": {"b": ["no x"]}}, "count": None, "alreadyUsed": {"a": 1}},
        {"persona": ["warm"], "voice": None, "forbiddenWords": "(unbalanced[", "activeHours": 0},
        {"": "", "  ": None, "language": "", "currency": ""},
    ],
)
def test_no_preference_breaks_a_brief(brief: Make, preferences: dict[str, Any]) -> None:
    """It stays as small as a page."""
    read = brief(preferences=preferences)
    assert len(json.dumps(read.preferences)) < 8_000
    assert read.count == 4


def test_when_fans_are_there_is_known_only_if_somebody_says_so(brief: Make) -> None:
    assert brief(preferences={"activeHours": "21-23h"}).activity == "21-23h"
    assert brief(preferences={"timezone": "Europe/Paris"}).activity is None
