"""What each platform allows, as data: lengths, hashtags, how explicit, which words, what a lock may cost.

A figure counts as verified when the platform itself, or a publishing service that is refused when it is
wrong, states it; `source` says where, and when it was read. The others are what creators report: they are on
the careful side, and the result tells the front end that they are unverified.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from workers.content_suggestions.lengths import Counting


class Explicitness(StrEnum):
    """How explicit a text may be."""

    #: Flirting at most: neither nudity nor offers of it, no sexual words.
    MILD = "mild"
    #: Among adults who came for it.
    EXPLICIT = "explicit"


@dataclass(frozen=True, kw_only=True)
class PriceRange:
    """What fans may be asked to pay at once, in US dollars."""

    lowest_usd: float
    highest_usd: float


@dataclass(frozen=True, kw_only=True)
class PlatformRules:
    """One platform."""

    #: As results name it.
    name: str
    #: The longest text, its hashtags included.
    text_length: int
    counting: Counting
    #: The longest title, where the platform has one.
    title_length: int = 120
    #: The most hashtags that count.
    hashtags: int
    explicitness: Explicitness
    #: Words, as patterns, that get a post or an account into trouble there.
    forbidden_words: tuple[str, ...] = ()
    #: What locked content may cost; `None`: nothing is sold there.
    prices: PriceRange | None = None
    #: Where the figures are from, and when they were read.
    source: str
    is_verified: bool


#: Nobody pays or is found elsewhere in a post's own words: every platform here removes such offers.
_ELSEWHERE = (
    r"pay\s?pal",
    r"venmo",
    r"cash\s?app",
    r"zelle",
    r"western union",
    r"bitcoin",
    r"crypto",
    r"whats\s?app",
    r"telegram",
    r"kik",
    r"escorts?",
)
#: What networks for everybody take for sexual solicitation.
_SOLICITING = (r"only\s?fans", r"fansly", r"nudes?", r"nsfw", r"sex\s?tapes?", r"sext\w*", r"xxx", r"porn\w*")
#: What people tell each other that the adult platforms' filters stop, beside what is forbidden everywhere.
_FILTERED = (
    r"drunk",
    r"hypno\w*",
    r"unconscious",
    r"asleep",
    r"rape\w*",
    r"forced",
    r"blackmail\w*",
    r"blood",
    r"torture\w*",
)

_READ = "read 2026-11-25"
_BUFFER = f"Buffer's developer guide, Character limits, {_READ}"
_REPORTED = f"reported by creators, {_READ}"


def _network(
    name: str, text_length: int, counting: Counting, hashtags: int, *, source: str, is_verified: bool
) -> PlatformRules:
    return PlatformRules(
        name=name,
        text_length=text_length,
        counting=counting,
        hashtags=hashtags,
        explicitness=Explicitness.MILD,
        forbidden_words=(*_ELSEWHERE, *_SOLICITING),
        source=source,
        is_verified=is_verified,
    )


def _fan_platform(name: str, prices: PriceRange, *, source: str) -> PlatformRules:
    return PlatformRules(
        name=name,
        text_length=1_000,
        counting=Counting.CHARACTERS,
        hashtags=10,
        explicitness=Explicitness.EXPLICIT,
        forbidden_words=(*_ELSEWHERE, *_FILTERED),
        prices=prices,
        source=source,
        is_verified=False,
    )


_ALL = (
    _fan_platform(
        "onlyfans",
        # The highest price of a post on a free page, and of any other post: $50; of a message: $100.
        PriceRange(lowest_usd=3, highest_usd=50),
        source=f"prices: The Verge, 2020-09-01; words: the Acceptable Use Policy; lengths: {_REPORTED}",
    ),
    _fan_platform("fansly", PriceRange(lowest_usd=3, highest_usd=100), source=_REPORTED),
    _network(
        "instagram",
        2_200,
        Counting.UTF16,
        5,  # 30 until December 2025, and for some accounts after it
        source=f"{_BUFFER}; hashtags: Ayrshare's reference of Instagram, {_READ}",
        is_verified=True,
    ),
    _network(
        "tiktok",
        2_200,  # 4,000 in the app; a video that is published by a program has less
        Counting.UTF16,
        5,  # since August 2025
        source=f"{_BUFFER}; hashtags: {_REPORTED}",
        is_verified=True,
    ),
    PlatformRules(
        name="x",
        text_length=280,
        counting=Counting.WEIGHTED,
        hashtags=2,  # no limit is published: more look like spam
        explicitness=Explicitness.EXPLICIT,  # where the account and the post are marked as sensitive
        forbidden_words=_ELSEWHERE,
        source=f"X's developer documentation, Counting characters, {_READ}; hashtags: {_REPORTED}",
        is_verified=True,
    ),
    PlatformRules(
        name="reddit",
        text_length=5_000,  # 40,000 in text posts; publishing services take this much
        counting=Counting.CHARACTERS,
        title_length=300,
        hashtags=0,  # it has none
        explicitness=Explicitness.EXPLICIT,  # in communities that are marked so
        forbidden_words=_ELSEWHERE,
        source=f"Upload-Post's documentation, Character limits, {_READ}",
        is_verified=True,
    ),
    PlatformRules(
        name="youtube",
        text_length=5_000,
        counting=Counting.BYTES,
        title_length=100,
        hashtags=3,  # shown above the title; beyond 15, some say 60, all are ignored
        explicitness=Explicitness.MILD,
        forbidden_words=(*_ELSEWHERE, *_SOLICITING),
        source=f"{_BUFFER}; bytes: YouTube Data API, videos: snippet.description",
        is_verified=True,
    ),
    _network("snapchat", 250, Counting.CHARACTERS, 3, source=_REPORTED, is_verified=False),
    _network(
        "threads",
        500,
        Counting.UTF16,
        1,  # a post has one topic
        source=f"{_BUFFER}; topic: the same",
        is_verified=True,
    ),
    _network(
        "facebook",
        5_000,  # 63,206 in the app; publishing services take this much
        Counting.UTF16,
        3,
        source=f"{_BUFFER}; hashtags: {_REPORTED}",
        is_verified=True,
    ),
)

PLATFORMS: Mapping[str, PlatformRules] = MappingProxyType({rules.name: rules for rules in _ALL})

#: For a platform that nobody here knows: what fits everywhere.
DEFAULT = PlatformRules(
    name="other",
    text_length=280,
    counting=Counting.WEIGHTED,
    title_length=100,
    hashtags=3,
    explicitness=Explicitness.MILD,
    forbidden_words=_ELSEWHERE,
    source="the strictest of the known platforms",
    is_verified=False,
)

_ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "of": "onlyfans",
        "ig": "instagram",
        "insta": "instagram",
        "reels": "instagram",
        "tt": "tiktok",
        "twitter": "x",
        "xtwitter": "x",
        "yt": "youtube",
        "shorts": "youtube",
        "youtubeshorts": "youtube",
        "snap": "snapchat",
        "fb": "facebook",
        "meta": "facebook",
    }
)


def rules_for(platform: str) -> PlatformRules:
    """Return the rules of a platform by the name that somebody wrote, such as `Only Fans` or `X/Twitter`."""
    key = re.sub(r"[^a-z0-9]", "", re.sub(r"\.(com|net|tv)\b", "", platform.casefold()))
    return PLATFORMS.get(_ALIASES.get(key, key), DEFAULT)
