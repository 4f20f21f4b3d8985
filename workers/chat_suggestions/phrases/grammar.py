"""The little grammar that phrases are written in, and what finds them in a message.

One phrase a line: `[word]` may be missing, `(one|other)` is either; both nest. A few lines stand for millions
of phrases, so they are never written out: they become one automaton over words, whose states are made when
a message first needs them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workers.chat_suggestions.phrases.intents import Intent

_States = frozenset[int]
#: Some megabytes for each language; what fans really write takes a few thousand.
_MOST_SEEN = 30_000


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


class Phrases:
    """Phrases, each under a label, as one automaton over words.

    Args:
        lines: the phrases of each label; of two that share a phrase the later one has it.
    """

    def __init__(self, lines: Mapping[str, str]) -> None:
        self._words: list[dict[str, list[int]]] = []
        self._free: list[list[int]] = []
        self._labels: dict[int, tuple[int, str]] = {}
        self._seen: dict[tuple[_States, str], _States] = {}
        self._names: dict[_States, str | None] = {}
        start = self._state()
        for rank, (label, text) in enumerate(lines.items()):
            end = self._state()
            self._labels[end] = (rank, label)
            for line in text.splitlines():
                if symbols := _symbols(line):
                    self._free[self._either(iter(symbols), start, "")].append(end)
        self._start = self._closure(frozenset((start,)))
        #: Every word of every phrase: a message with another word is none of them.
        self.words = frozenset(word for known in self._words for word in known)

    def found(self, words: tuple[str, ...], start: int) -> list[tuple[int, str]]:
        """Return where phrases that begin at a place end, and their labels, the longest first."""
        states, ends = self._start, list[tuple[int, str]]()
        for at in range(start, len(words)):
            states = self._after(states, words[at])
            if not states:
                break
            if label := self._label(states):
                ends.append((at + 1, label))
        return ends[::-1]

    def _after(self, states: _States, word: str) -> _States:
        key = (states, word)
        if key not in self._seen:
            if len(self._seen) >= _MOST_SEEN:
                self._seen.clear()
            after = (state for before in states for state in self._words[before].get(word, ()))
            self._seen[key] = self._closure(frozenset(after))
        return self._seen[key]

    def _label(self, states: _States) -> str | None:
        if states not in self._names:
            found = [self._labels[state] for state in states if state in self._labels]
            self._names[states] = max(found)[1] if found else None
        return self._names[states]

    def _closure(self, states: _States) -> _States:
        """Return the states with all that are reached from them without a word."""
        reached, left = set(states), list(states)
        while left:
            for state in self._free[left.pop()]:
                if state not in reached:
                    reached.add(state)
                    left.append(state)
        return frozenset(reached)

    def _state(self) -> int:
        self._words.append({})
        self._free.append([])
        return len(self._free) - 1

    def _either(self, symbols: Iterator[str], start: int, closing: str) -> int:
        """Read alternatives up to a bracket; return the state in which all of them end."""
        end, at = self._state(), start
        for symbol in symbols:
            if symbol == closing:
                break
            if symbol == "|":
                self._free[at].append(end)
                at = start
            else:
                at = self._item(symbol, symbols, at)
        self._free[at].append(end)
        return end

    def _item(self, symbol: str, symbols: Iterator[str], start: int) -> int:
        # Each begins in a state of its own: what follows an alternative must not lead back into its start.
        inner = self._state()
        self._free[start].append(inner)
        if symbol == "(":
            return self._either(symbols, inner, ")")
        if symbol == "[":
            end = self._either(symbols, inner, "]")
            self._free[inner].append(end)
            return end
        end = self._state()
        self._words[inner].setdefault(symbol, []).append(end)
        return end


def _symbols(line: str) -> list[str]:
    symbols = plain(line)
    for mark in "[]()|":
        symbols = symbols.replace(mark, f" {mark} ")
    return symbols.split()
