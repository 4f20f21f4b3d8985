"""A bank of lines as the simulator writes it: its few replies, alone and in pairs."""

from __future__ import annotations

import random
from collections.abc import Mapping
from itertools import combinations
from typing import Any

from infra.local.model_simulator.phrases import LABEL, REPLIES

_TONES = ("warm", "playful", "curious")
_LINES_PER_TONE = 8


def bank(data: Mapping[str, Any], chance: random.Random) -> dict[str, list[str]]:
    """Return lines that are all different, in the language asked for if the simulator speaks it."""
    language = str(data.get("language")).partition("-")[0]
    replies = [text.replace("{name}", "") for text, _, _ in REPLIES.get(language, REPLIES["en"])]
    pairs = combinations(replies, 2)
    # Both orders of a pair are of one kind, since one line of each kind is offered at a time.
    groups = [*([reply] for reply in replies), *([f"{a} {b}", f"{b} {a}"] for a, b in pairs)]
    chance.shuffle(groups)
    groups.sort(key=len, reverse=True)
    kinds: dict[str, list[str]] = {tone: [] for tone in _TONES}
    for group in groups:
        shortest = min(kinds.values(), key=len)
        shortest += group
    return {tone: [LABEL + line for line in lines[:_LINES_PER_TONE]] for tone, lines in kinds.items()}
