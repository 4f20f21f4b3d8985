"""Alternatives are alternatives: no two of them say the same in nearly the same words."""

from __future__ import annotations

import re
from itertools import combinations

from tests.golden.cases import Answer, Case

#: Of all words of two texts, the share that both have; independent replies to one message stay below a third.
MOST_SHARED = 0.6
_WORD = re.compile(r"\w+")


def shared(one: str, other: str) -> float:
    """Return the share of words that two texts have in common (Jaccard)."""
    first, second = (set(_WORD.findall(text.casefold())) for text in (one, other))
    return len(first & second) / len(first | second) if first | second else float(one == other)


def problems(answer: Answer, case: Case) -> list[str]:
    """Say which are alike."""
    del case
    pairs = combinations(answer.alternatives, 2)
    return [f"alike: {one} / {other}" for one, other in pairs if shared(one, other) > MOST_SHARED]
