r"""Quoting strangers' text for a prompt: data that cannot pass for instructions.

What a fan wrote goes to a model only as JSON strings. JSON keeps it on one line and inside its quotes, so
no text can close the block it stands in or begin a turn of its own; the characters that chat templates build
their control tokens from (`<|im_end|>`, `[INST]`, ```` ``` ````) are written as `\uXXXX`, which a model reads
as the same text and a tokeniser never as a token.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Quotable: TypeAlias = "str | Sequence[Quotable] | Mapping[str, Quotable] | None"

#: Template tokens, code fences, and the separators that some tools take for the end of a line.
_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>[]|`\x7f\x85\u2028\u2029"}
#: Lone surrogates, which no service takes.
_BROKEN = re.compile("[\ud800-\udfff]")
#: Invisible characters that can spell instructions to a model (tags) or reorder what a person sees (bidi).
_INVISIBLE = re.compile("[\x00\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")


def quoted(data: Quotable) -> str:
    """Return the data as one line of JSON that is safe to stand in a prompt."""
    if data is None:
        return "null"
    if isinstance(data, str):
        return json.dumps(legible(data), ensure_ascii=False).translate(_ESCAPES)
    if isinstance(data, Mapping):
        return "{" + ", ".join(f"{quoted(key)}: {quoted(value)}" for key, value in data.items()) + "}"
    return "[" + ", ".join(quoted(item) for item in data) + "]"


def legible(text: str) -> str:
    """Return the text as a person sees it: without invisible characters, broken ones as U+FFFD."""
    return _BROKEN.sub("\ufffd", _INVISIBLE.sub("", text))
