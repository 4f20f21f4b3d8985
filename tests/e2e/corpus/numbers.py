"""Numbers that are none, or that no column, language or clock can hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.e2e.hostile import Fate, Hostile, case, job, payload, text_of

_HERE = "a number is put here"
#: The fields of a job, an unknown one among them.
_FIELDS = (
    "jobId",
    "jobType",
    "creatorId",
    "payload",
    "attempt",
    "createdAt",
    "deadlineMs",
    "unknown",
    "payload.fanMessage",
    "payload.context",
    "payload.conversationId",
    "payload.unknown",
)
_UNKNOWN = {"unknown", "payload.unknown"}
_OPTIONAL = {"createdAt", "deadlineMs", "payload.context", "payload.conversationId", *_UNKNOWN}


def with_number(name: str, field: str, number: str) -> str:
    """Return a job that has a number in a field, spelled as given."""
    inner, _, below = field.partition(".")
    value: Any = payload(name, **{below: _HERE}) if below else _HERE
    return text_of(job(name, **{inner: value})).replace(f'"{_HERE}"', number)


def numbers() -> Iterator[Hostile]:
    """Yield the family."""
    for field in _FIELDS:
        for constant in ("NaN", "Infinity", "-Infinity"):
            yield _numbered(field, constant, constant, set())
        # Too large for a float is as good as nothing; too small is zero, and 1970 is long ago.
        yield _numbered(field, "1e400", "1e400", _OPTIONAL)
        yield _numbered(field, "-1e400", "-1e400", _OPTIONAL)
        yield _numbered(field, "1e-400", "1e-400", _UNKNOWN | {"payload.conversationId"})
        yield _numbered(field, "5,000 digits", "9" * 5000, set())
        yield _numbered(field, "4,000 digits", "9" * 4000, _UNKNOWN | {"payload.conversationId"})
        yield _numbered(field, "-4,000 digits", f"-{'9' * 4000}", _UNKNOWN | {"payload.conversationId"})
        yield _numbered(field, "5,000 decimals", f"0.{'9' * 5000}", _UNKNOWN | {"payload.conversationId"})


def _numbered(field: str, label: str, number: str, accepted: set[str]) -> Hostile:
    name = f"{field} = {label}"
    fate = Fate.COMPLETED if field in accepted else Fate.REFUSED
    if field == "createdAt" and label in {"1e-400", "5,000 decimals"}:
        fate = Fate.EXPIRED
    return case(name, with_number(name, field, number), fate)
