"""What ideas are wanted for: the payload and the creator's profile, made into one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.ai.quoting import Quotable
from shared.errors import ContentFilteredError
from shared.persistence.creators import CreatorProfile
from workers.content_suggestions import preferences as said
from workers.content_suggestions.messages import ContentSuggestionsPayload, ContentType, Tone
from workers.content_suggestions.platforms import PlatformRules, rules_for
from workers.content_suggestions.prices import CURRENCY, HIGHEST, LOWEST, Prices, prices_of
from workers.content_suggestions.promises import DENIAL, affirms
from workers.content_suggestions.tongues import language_of

FEWEST_IDEAS, USUAL_IDEAS, MOST_IDEAS = 3, 4, 5
#: A voice fits in a page; every call pays for it.
MAX_STYLE_CHARACTERS = 2_000
#: A result's own limit; no caption is better for being longer.
MAX_TEXT = 2_000

#: What has a place of its own in a brief, and is no preference any more.
_PLACED = (
    said.LANGUAGE,
    said.PERSONA,
    said.NEVER,
    said.FORBIDDEN_WORDS,
    said.COUNT,
    said.USED,
    said.ACTIVITY,
    CURRENCY,
    LOWEST,
    HIGHEST,
)

#: More words are a sentence, which only the model understands.
_FEW_WORDS = 2

#: What no platform allows, whatever else it allows.
FORBIDDEN_EVERYWHERE = re.compile(
    r"\b(?:under\s?age\w*|jail\s?bait|barely legal|school\s?girls?|lolis?|lolita|pre\s?teens?|incest\w*"
    r"|bestial\w*|zoophil\w*|p(?:a)?edo\w*|menor(?:es)? de edad|minderjährig\w*|minorenn[ei]|collégiennes?"
    r"|colegialas?|schulmädchen)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Brief:
    """What is wanted; each job has one of its own."""

    platform: PlatformRules
    content_type: ContentType
    tone: Tone | None
    topic: str
    #: BCP 47 language of the ideas, as far as anybody said one.
    language: str | None
    name: str | None
    style: str
    #: What is never said or promised.
    never: tuple[str, ...]
    #: Words that the creator wants nowhere, what is never said among them as far as it is a word or two.
    forbidden_words: tuple[str, ...]
    #: `None`: nothing is sold.
    prices: Prices | None
    count: int
    #: Titles or texts of ideas that the creator had before.
    used: tuple[str, ...]
    #: The platform as the payload names it.
    platform_name: str
    #: When fans are there, as far as anybody told; `None` leaves times to general knowledge.
    activity: Quotable
    #: The rest of what the creator prefers.
    preferences: Mapping[str, Quotable]
    #: The creator's own words: what they promise, ideas may.
    given: tuple[str, ...]

    @property
    def hashtags(self) -> int:
        """The most hashtags of an idea; a private message has none."""
        private = self.content_type is ContentType.MESSAGE
        return 0 if private else self.platform.hashtags

    @property
    def text_length(self) -> int:
        """The longest text, as the platform counts."""
        return min(self.platform.text_length, MAX_TEXT)


def brief_of(payload: ContentSuggestionsPayload, profile: CreatorProfile) -> Brief:
    """Return what a job asks for.

    Raises:
        ContentFilteredError: the topic or a preference names what no platform allows.
    """
    wishes = {**profile.preferences, **(payload.preferences or {})}
    platform = rules_for(payload.platform)
    persona = said.first_of(wishes, said.PERSONA)
    voice = persona if isinstance(persona, Mapping) else {"style": persona}
    never = (*said.texts_of(said.first_of(wishes, said.NEVER)), *said.texts_of(voice.get("limits")))
    never = never or profile.limits
    topic = (payload.topic or "").strip()
    kept = _but(wishes, *_PLACED)
    given = (topic, *said.texts_of(kept))
    if any(affirms(text, FORBIDDEN_EVERYWHERE) for text in given):
        raise ContentFilteredError("The request names something that no platform allows.")
    return Brief(
        platform=platform,
        content_type=payload.content_type,
        tone=payload.tone,
        topic=topic,
        language=_language(wishes, voice, profile) or language_of(topic),
        name=_text(voice.get("name")) or profile.name,
        style=(_text(voice.get("style")) or profile.persona_style or "")[:MAX_STYLE_CHARACTERS],
        never=never,
        forbidden_words=(*said.texts_of(said.first_of(wishes, said.FORBIDDEN_WORDS)), *_short(never)),
        prices=_prices(payload, platform, wishes),
        count=_count(said.first_of(wishes, said.COUNT)),
        used=said.texts_of(said.first_of(wishes, said.USED)),
        platform_name=payload.platform,
        activity=said.quotable({"": said.first_of(wishes, said.ACTIVITY)}).get(""),
        preferences=said.quotable(kept),
        given=given,
    )


def _short(never: tuple[str, ...]) -> tuple[str, ...]:
    named = (DENIAL.sub("", text, count=1).strip(" .!") for text in never)
    return tuple(words for words in named if words and len(words.split()) <= _FEW_WORDS)


def _language(wishes: Mapping[str, Any], voice: Mapping[str, Any], profile: CreatorProfile) -> str | None:
    told = (said.first_of(wishes, said.LANGUAGE), voice.get("language"), profile.language)
    return next((tag for each in told if (tag := said.language_tag(each))), None)


def _prices(
    payload: ContentSuggestionsPayload, platform: PlatformRules, wishes: Mapping[str, Any]
) -> Prices | None:
    if payload.content_type is not ContentType.PPV or platform.prices is None:
        return None
    return prices_of(platform.prices, wishes)


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        return USUAL_IDEAS
    return min(max(value, FEWEST_IDEAS), MOST_IDEAS)


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _but(wishes: Mapping[str, Any], *groups: tuple[str, ...]) -> dict[str, Any]:
    """Return the wishes that have no place of their own."""
    placed = {name for group in groups for name in group}
    return {name: value for name, value in wishes.items() if name not in placed}
