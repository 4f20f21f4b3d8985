"""Reasons, normalised: what differs only by an id, a number or a quotation is the same trouble."""

from __future__ import annotations

import hashlib
import re

MAX_REASON_CHARACTERS = 160
#: A longer text is cut before it is looked at, so that no pattern works on more.
_MAX_INPUT_CHARACTERS = 2_000

_PATTERNS = (
    (re.compile(r"\b[a-z][a-z0-9+.-]{1,15}://[^\s\"'<>]+", re.IGNORECASE), "<url>"),
    (re.compile(r"\"[^\"]*\"|“[^”]*”|«[^»]*»|`[^`]*`|'[^'\s][^']*'"), "<text>"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE), "<id>"),
    (re.compile(r"\bjob_[\w:-]+(\.[a-z]+)?"), "<id>"),
    (re.compile(r"\b[\w.+-]+@[\w-]+(\.[\w-]+)+"), "<address>"),
    (re.compile(r"\b(?=[\w-]*\d)(?=[\w-]*[a-z])[\w-]{12,}\b", re.IGNORECASE), "<id>"),
    (re.compile(r"\d+(?:[.,:]\d+)*"), "<n>"),
    (re.compile(r"\s+"), " "),
)


def normalised(text: str) -> str:
    """Return a reason without what differs from message to message."""
    text = text[:_MAX_INPUT_CHARACTERS]
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text.strip()[:MAX_REASON_CHARACTERS]


def group_of(code: str, job_type: str, reason: str) -> str:
    """Return the name under which a group of dead letters can be asked for."""
    name = f"{code}\0{job_type}\0{reason}"
    return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:12]
