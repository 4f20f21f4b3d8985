"""A bank of lines as the simulator writes it: its few replies, alone and in pairs."""

from __future__ import annotations

import random
from collections.abc import Mapping
from itertools import permutations
from typing import Any

from infra.local.model_simulator.phrases import LABEL, REPLIES

_TONES = ("warm", "playful", "curious")
_LINES_PER_TONE = 8


def bank(data: Mapping[str, Any], chance: random.Random) -> dict[str, list[str]]:
    """Return lines that are all different, in the language asked for if the simulator speaks it."""
    language = str(data.get("language")).partition("-")[0]
    replies = [text.replace("{name}", "") for text, _, _ in REPLIES.get(language, REPLIES["en"])]
    lines = [*replies, *(" ".join(pair) for pair in permutations(replies, 2))]
    chance.shuffle(lines)
    return {
        tone: [LABEL + line for line in lines[number * _LINES_PER_TONE : (number + 1) * _LINES_PER_TONE]]
        for number, tone in enumerate(_TONES)
    }
