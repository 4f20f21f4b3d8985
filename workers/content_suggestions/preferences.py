"""Reading what a creator prefers, out of whatever the front end sends.

Nobody has published the fields of `preferences`, so the usual names of each are understood; everything else
is context for the model. What the payload says wins over the creator's profile.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shared.ai.quoting import Quotable

#: Enough for a page of wishes; every call pays for it.
MAX_CHARACTERS = 3_000
#: One wish says what it says in its first words.
MAX_TEXT_CHARACTERS = 600
_MAX_DEPTH = 4
_MAX_ITEMS = 30
_LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}", re.IGNORECASE)

LANGUAGE = ("language", "locale", "lang")
PERSONA = ("persona", "voice")
NEVER = ("limits", "never", "avoid", "boundaries", "exclude", "donts", "noGo")
FORBIDDEN_WORDS = ("forbiddenWords", "bannedWords", "forbidden_words", "banned_words")
COUNT = ("count", "ideas", "numberOfIdeas", "ideaCount")
USED = ("alreadyUsed", "previous", "previousIdeas", "already_used")
#: What tells when a creator's fans are there; without it a best time is general knowledge.
ACTIVITY = (
    "activeHours",
    "audienceActivity",
    "bestTimes",
    "audience",
    "insights",
    "metrics",
    "analytics",
    "postingTimes",
    "peakHours",
)


def first_of(preferences: Mapping[str, Any], names: Sequence[str]) -> Any:
    """Return what is said under the first of several names, or `None`."""
    return next((preferences[name] for name in names if preferences.get(name) is not None), None)


def language_tag(said: Any) -> str | None:
    """Return what is said as a BCP 47 tag, or `None` when it is none (`French` is not)."""
    tag = said.strip().replace("_", "-") if isinstance(said, str) else ""
    return tag if _LANGUAGE_TAG.fullmatch(tag) else None


def texts_of(said: Any) -> tuple[str, ...]:
    """Return the texts in a text or a list, however deep."""
    return tuple(_texts(said, 0))[:_MAX_ITEMS]


def _texts(said: Any, depth: int) -> Iterator[str]:
    if isinstance(said, str):
        if said.strip():
            yield said.strip()[:MAX_TEXT_CHARACTERS]
    elif depth < _MAX_DEPTH and isinstance(said, Mapping | list | tuple):
        for each in said.values() if isinstance(said, Mapping) else said:
            yield from _texts(each, depth + 1)


def quotable(preferences: Mapping[str, Any]) -> dict[str, Quotable]:
    """Return preferences as a prompt can carry them: the first entries that fit, long ones shortened."""
    room, kept = MAX_CHARACTERS, dict[str, Quotable]()
    for name, value in list(preferences.items())[:_MAX_ITEMS]:
        said = _quotable(value, 0)
        room -= len(name) + len(str(said))
        if room < 0:
            break
        if said:
            kept[name[:MAX_TEXT_CHARACTERS]] = said
    return kept


def _quotable(value: Any, depth: int) -> Quotable:
    if value is None or depth > _MAX_DEPTH:
        return None
    if isinstance(value, Mapping):
        return {str(name): _quotable(each, depth + 1) for name, each in list(value.items())[:_MAX_ITEMS]}
    if isinstance(value, list | tuple):
        return [_quotable(each, depth + 1) for each in value[:_MAX_ITEMS]]
    return str(value)[:MAX_TEXT_CHARACTERS]
