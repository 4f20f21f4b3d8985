"""The phrases of all languages, ready to be looked up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from workers.chat_suggestions.phrases.english import ENGLISH
from workers.chat_suggestions.phrases.french import FRENCH
from workers.chat_suggestions.phrases.german import GERMAN
from workers.chat_suggestions.phrases.grammar import Language, Phrase, expand_all, plain
from workers.chat_suggestions.phrases.intents import Intent
from workers.chat_suggestions.phrases.italian import ITALIAN
from workers.chat_suggestions.phrases.portuguese import PORTUGUESE
from workers.chat_suggestions.phrases.spanish import SPANISH


@dataclass(frozen=True, kw_only=True)
class Book:
    """One language's phrases."""

    #: What a phrase is for; `None` for praise and fillers.
    intents: Mapping[Phrase, Intent | None]
    praise: frozenset[Phrase]
    #: Every word of every phrase: a message with another word is none of them.
    words: frozenset[str]
    longest: int
    telling: frozenset[str]


@cache
def books() -> Mapping[str, Book]:
    """Return each language's book, English first."""
    languages = (ENGLISH, FRENCH, SPANISH, GERMAN, PORTUGUESE, ITALIAN)
    return {language.tag: _book(language) for language in languages}


def _book(language: Language) -> Book:
    praise = expand_all(language.praise)
    intents: dict[Phrase, Intent | None] = dict.fromkeys(praise | expand_all(language.fillers))
    for intent, lines in language.phrases.items():
        intents.update(dict.fromkeys(expand_all(lines) - praise, intent))
    return Book(
        intents=intents,
        praise=praise,
        words=frozenset(word for phrase in intents for word in phrase),
        longest=max(map(len, intents)),
        telling=frozenset(plain(language.telling).split()),
    )
