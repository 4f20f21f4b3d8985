"""The phrases of all languages, ready to be looked up."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from workers.chat_suggestions.phrases.english import ENGLISH
from workers.chat_suggestions.phrases.french import FRENCH
from workers.chat_suggestions.phrases.german import GERMAN
from workers.chat_suggestions.phrases.grammar import Language, Phrases, plain
from workers.chat_suggestions.phrases.intents import Intent
from workers.chat_suggestions.phrases.italian import ITALIAN
from workers.chat_suggestions.phrases.portuguese import PORTUGUESE
from workers.chat_suggestions.phrases.spanish import SPANISH

#: Labels of phrases that are for nothing by themselves.
PRAISE = "praise"
FILLER = "filler"

_RUN = re.compile(r"(.)\1+")
#: A shorter word is too near to others to be read where it is mistyped.
_MIN_MISTYPED_CHARACTERS = 6
#: Words of their own that look like a known one mistyped, names above all: they are read as they stand.
_WORDS_THEMSELVES = frozenset(
    plain("""
        anglo bells bring carta clase cliente compare compares curse debut grade grades james macht madame
        mason miles monte monter novel pesar plans ports posing precisa prise proto rally relying shone sieht
        taking trades tuned visas
        angle angles bares brezos daring deary duces feeing gorges greta grains grace gracia lively lonely
        marina martin matin mornings mourning nights nubes petty prefect prince quite quiet sweaty thins
        tights tonight trails
    """).split()
)


@dataclass(frozen=True, kw_only=True)
class Book:
    """One language's phrases."""

    phrases: Phrases
    #: Words without any letter twice in a row: what drawn-out ones are looked up by.
    squeezed: Mapping[str, str]
    #: What a mistyped word is meant for.
    mistyped: Mapping[str, str]
    telling: frozenset[str]

    @property
    def words(self) -> frozenset[str]:
        """Every word of every phrase."""
        return self.phrases.words


@cache
def books() -> Mapping[str, Book]:
    """Return each language's book, English first."""
    languages = (ENGLISH, FRENCH, SPANISH, GERMAN, PORTUGUESE, ITALIAN)
    return {language.tag: _book(language) for language in languages}


def _book(language: Language) -> Book:
    intents = {intent.value: lines for intent, lines in language.phrases.items()}
    phrases = Phrases({FILLER: language.fillers, **intents, PRAISE: language.praise})
    return Book(
        phrases=phrases,
        squeezed={squeezed(word): word for word in sorted(phrases.words, key=len)},
        mistyped=_mistyped(phrases.words),
        telling=frozenset(plain(language.telling).split()),
    )


def squeezed(word: str) -> str:
    """Return a word with each run of a letter said once."""
    return _RUN.sub(r"\1", word)


def meaning(label: str) -> Intent | None:
    """Return what a phrase of this label is for; `None` for praise and fillers."""
    return None if label in {PRAISE, FILLER} else Intent(label)


def _mistyped(words: frozenset[str]) -> Mapping[str, str]:
    """Return what people type for long words: a letter left out, or two changed places.

    What may be meant for two words is none of them.
    """
    long = [word for word in words if len(word) >= _MIN_MISTYPED_CHARACTERS]
    slips = [(slip, word) for word in long for slip in set(_slips(word))]
    often = Counter(slip for slip, _ in slips)
    return {
        slip: word
        for slip, word in slips
        if often[slip] == 1 and slip not in words and slip not in _WORDS_THEMSELVES
    }


def _slips(word: str) -> Iterator[str]:
    """Yield a word's misspellings; its first letter and its last are mostly right."""
    for at in range(1, len(word) - 1):
        yield word[:at] + word[at + 1 :]
        if at < len(word) - 2:
            yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]
