"""What stands before every text and JSONB column: recording a failure must not itself fail.

PostgreSQL refuses NUL in any text, and in JSONB also lone surrogates, NaN and infinities; each arrives
sooner or later in a fan's message (an emoji cut in half by JavaScript is a lone surrogate) or a model's
answer. Bad characters become U+FFFD and numbers that are none become null; too deep or too large is refused.
"""

from __future__ import annotations

import math
import re
from typing import Any

from shared.errors import InvalidPayloadError

#: PostgreSQL gives up at some thousands, Python's parser near one thousand; no honest payload comes near.
MAX_DEPTH = 64
#: A message is at most 256 KB; an error's text is for people.
MAX_ERROR_CHARACTERS = 500

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable_text(text: str) -> str:
    """Return the text with what no column takes replaced by U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)


def storable(value: Any, *, depth: int = 0) -> Any:
    """Return JSON-like data that every JSONB column takes.

    Raises:
        InvalidPayloadError: nested deeper than `MAX_DEPTH`.
    """
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if depth >= MAX_DEPTH:
        raise InvalidPayloadError(f"The message is nested deeper than {MAX_DEPTH} levels.")
    if isinstance(value, dict):
        return {storable_text(str(key)): storable(item, depth=depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable(item, depth=depth + 1) for item in value]
    return value


def storable_error(text: str) -> str:
    """Return an error's text, storable and short."""
    return storable_text(text)[:MAX_ERROR_CHARACTERS]
