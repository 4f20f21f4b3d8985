"""The words of letters, in each language: one JSON file each, for whoever translates."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "fr")
_DIRECTORY = Path(__file__).parent / "words"


@dataclass(frozen=True)
class Words:
    """One language's words."""

    language: str
    _words: Mapping[str, str]

    def __call__(self, phrase: str, /, **values: object) -> str:
        """Return a phrase, with its values in their places.

        Raises:
            KeyError: there is no such phrase, or a value is missing.
        """
        return self._words[phrase].format(**values)

    def has(self, phrase: str) -> bool:
        """Whether there is such a phrase."""
        return phrase in self._words

    def counted(self, phrase: str, count: int) -> str:
        """Return a phrase for so many; French counts none as one."""
        one = count == 1 or (count == 0 and self.language == "fr")
        return self(f"{phrase}.{'one' if one else 'other'}", count=count)

    def number(self, value: float, decimals: int = 0) -> str:
        """Return a number as it is written; from a thousand on nothing here needs separators."""
        text = f"{value:.{decimals}f}"
        if "." in text:
            text = text.rstrip("0").rstrip(".")
        return text.replace(".", ",") if self.language == "fr" else text

    def dollars(self, amount: str) -> str:
        """Return an amount as it is written."""
        return f"{amount.replace('.', ',')}\u00a0$" if self.language == "fr" else f"${amount}"


def words_for(language: str | None) -> Words:
    """Return the words of a BCP 47 language; English for those that nobody has translated to."""
    short = (language or "").split("-")[0].split("_")[0].lower()
    return _read(short if short in LANGUAGES else "en")


@cache
def _read(language: str) -> Words:
    return Words(language, json.loads((_DIRECTORY / f"{language}.json").read_text(encoding="utf-8")))
