"""How the near misses are made: `python -m benchmarks.money.pair_recipe` writes `pairs.jsonl`.

Of each template in `pair_templates.jsonl` (a sentence with one gap), every value makes a pair with the next
and the one after; `pairs_by_hand.jsonl` is added as it stands.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from benchmarks.money.pairs import PAIRS, Pair, lines

_DIRECTORY = Path(__file__).parent


def recipe() -> tuple[Pair, ...]:
    """Return the set as its sources make it."""
    templated = [
        Pair(line["language"], line["kind"], line["text"].format(one), line["text"].format(other))
        for line in lines(_DIRECTORY / "pair_templates.jsonl")
        for at, one in enumerate(line["values"])
        for other in line["values"][at + 1 : at + 3]
    ]
    by_hand = [Pair(**line) for line in lines(_DIRECTORY / "pairs_by_hand.jsonl")]
    return tuple(dict.fromkeys((*templated, *by_hand)))


if __name__ == "__main__":
    text = "".join(json.dumps(asdict(pair), ensure_ascii=False) + "\n" for pair in recipe())
    PAIRS.write_text(text, encoding="utf-8")
