"""Finding what a model left to be filled in: nobody may be shown `[name]` in a text that is ready to send."""

from __future__ import annotations

import re

#: `[name]`, `{name}`, `{{name}}`, `<name>`, `%name%`, and blanks to fill; but not `<3`.
_PLACEHOLDER = re.compile(
    r"\[[^\[\]]{1,60}\]|\{[^{}]{0,60}\}|<[^\W\d][^<>]{0,40}>|%[^\W\d]\w{0,40}%|_{3,}|\bXX+\b|\blorem ipsum\b",
    re.IGNORECASE,
)


def has_placeholder(text: str) -> bool:
    """Say whether a text holds something that was meant to be replaced."""
    return _PLACEHOLDER.search(text) is not None
