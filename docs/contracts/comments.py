"""Reads the `#:` comments above a class's fields: the one place where a field's meaning is written."""

from __future__ import annotations

import inspect
import re
from enum import Enum

from pydantic import BaseModel

_COMMENT = re.compile(r"^ {4}#: ?(?P<text>.*)$")
_FIELD = re.compile(r"^ {4}(?P<name>[A-Za-z_]\w*)\s*[:=]")


def field_comments(cls: type[BaseModel | Enum]) -> dict[str, str]:
    """Return the comment of each commented field or member of a class, by its Python name."""
    found: dict[str, str] = {}
    pending: list[str] = []
    for line in inspect.getsource(cls).splitlines():
        if comment := _COMMENT.match(line):
            pending.append(comment["text"])
            continue
        if pending and (field := _FIELD.match(line)):
            found[field["name"]] = " ".join(pending)
        pending = []
    return found
