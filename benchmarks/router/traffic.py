"""What is asked: a system prompt and a fan's message, about 300 tokens, as the founding document has it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

#: Asks one question and returns the answer's text.
Ask: TypeAlias = Callable[[str], Awaitable[str]]

SYSTEM = (
    "You write three short replies that a creator may send to a fan. Be warm, stay truthful, promise nothing "
    "that the creator did not offer, and answer in the fan's own language. "
) * 4
_MESSAGE = (
    "Hey! I saw your new photos from the beach this morning and they made me smile the whole way to work. "
) * 3
MAX_OUTPUT_TOKENS = 200
TEMPERATURE = 0.7


def question(number: int) -> str:
    """Return a fan's message that differs from all others."""
    return f"{_MESSAGE} ({number})"


def chat(text: str) -> list[dict[str, str]]:
    """Return the conversation in the form of the HTTP API."""
    return [{"role": "system", "content": SYSTEM}, {"role": "user", "content": text}]
