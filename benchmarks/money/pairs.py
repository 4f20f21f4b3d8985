"""Near misses: pairs of messages that look alike and must not be answered alike.

`pairs.jsonl` is made by the recipe in `benchmarks.money.pair_recipe`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

PAIRS = Path(__file__).with_name("pairs.jsonl")


@dataclass(frozen=True)
class Pair:
    """Two messages."""

    language: str
    #: What they differ in: `polarity`, `negation`, `number`, `name`, `time` or `place`.
    kind: str
    first: str
    second: str


def pairs() -> tuple[Pair, ...]:
    """Return the labelled set."""
    return tuple(Pair(**line) for line in lines(PAIRS))


def lines(path: Path) -> list[dict[str, str]]:
    """Return a file's JSON objects."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
