"""Jobs that lack a field, or have one of another type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.e2e.hostile import Fate, Hostile, case, job

_VALUES: Mapping[str, Any] = {
    "null": None,
    "true": True,
    "0": 0,
    "1.5": 1.5,
    "text": "text",
    "[]": [],
    "{}": {},
}
#: Each field and the values that it takes.
_TAKES: Mapping[str, set[str]] = {
    "jobId": {"text"},
    "jobType": set(),
    "creatorId": {"0", "text"},
    "payload": set(),
    "attempt": {"0"},
    "createdAt": {"null"},
    "deadlineMs": {"null"},
    "note": set(_VALUES),
    "payload.fanMessage": {"text"},
    "payload.context": {"null", "{}"},
    "payload.conversationId": {"null", "true", "0", "text"},
    "payload.unknown": set(_VALUES),
    "payload.context.fanName": {"null", "text"},
    "payload.context.tier": {"null", "text"},
    "payload.context.persona": {"null", "text", "{}"},
    "payload.context.recentMessages": {"null", "[]"},
    "payload.context.unknown": set(_VALUES),
}
#: 1970 in seconds: a moment, though long past.
_EXPIRED = {"createdAt = 0", "createdAt = 1.5"}
_REQUIRED = ("jobId", "jobType", "creatorId", "payload", "payload.fanMessage")


def fields() -> Iterator[Hostile]:
    """Yield the family."""
    for path, taken in _TAKES.items():
        for label, value in _VALUES.items():
            yield _replaced(f"{path} = {label}", path, value, taken=label in taken)
    for path in (*_TAKES, "payload.context.recentMessages.0"):
        yield _missing(f"no {path}", path)
    yield case("empty object", {})


def _replaced(name: str, path: str, value: Any, *, taken: bool) -> Hostile:
    body = job(name)
    _put(body, path.split("."), value)
    fate = Fate.EXPIRED if name in _EXPIRED else Fate.COMPLETED if taken else Fate.REFUSED
    return case(name, body, fate, job_id="text" if name == "jobId = text" else "")


def _missing(name: str, path: str) -> Hostile:
    *way, last = path.split(".")
    body = job(name)
    parent: Any = body
    for step in way:
        parent = parent[int(step) if step.isdigit() else step]
    if isinstance(parent, list):
        parent[int(last)] = {}
    else:
        parent.pop(last, None)
    required = path in _REQUIRED or isinstance(parent, list)
    return case(name, body, Fate.REFUSED if required else Fate.COMPLETED)


def _put(body: Any, way: list[str], value: Any) -> None:
    *before, last = way
    for step in before:
        body = body[step]
    body[last] = value
