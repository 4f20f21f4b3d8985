"""The little grammar that phrases are written in.

One phrase a line: `[word]` may be missing, `(one|other)` is either; both nest.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workers.chat_suggestions.phrases.intents import Intent

Phrase = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Language:
    """What fans write in one language."""

    #: BCP 47.
    tag: str
    #: Phrases of each intent.
    phrases: Mapping[Intent, str]
    #: What one may be called; a compliment if nothing else is said.
    praise: str
    #: What one may be called, and what may be added to anything without a meaning of its own.
    fillers: str
    #: Words that this language has and the others hardly: they tell it where phrases don't.
    telling: str


def plain(text: str) -> str:
    """Return a text in small letters without accents and apostrophes."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in folded if not unicodedata.combining(c) and c not in "'’ʼ`´")  # noqa: RUF001 - typed so


def expand(pattern: str) -> list[Phrase]:
    """Return the phrases that a pattern stands for."""
    symbols = plain(pattern)
    for mark in "[]()|":
        symbols = symbols.replace(mark, f" {mark} ")
    return [phrase for phrase in _either(iter(symbols.split()), "") if phrase]


def expand_all(lines: str) -> frozenset[Phrase]:
    """Return the phrases of all lines."""
    return frozenset(phrase for line in lines.splitlines() for phrase in expand(line))


def _either(symbols: Iterator[str], closing: str) -> list[Phrase]:
    found: list[Phrase] = []
    current: list[Phrase] = [()]
    for symbol in symbols:
        if symbol == closing:
            break
        if symbol == "|":
            found, current = found + current, [()]
            continue
        items = _item(symbol, symbols)
        current = [before + after for before in current for after in items]
    return found + current


def _item(symbol: str, symbols: Iterator[str]) -> list[Phrase]:
    if symbol == "(":
        return _either(symbols, ")")
    if symbol == "[":
        return [(), *_either(symbols, "]")]
    return [(symbol,)]
