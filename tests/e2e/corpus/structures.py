"""Shapes that are too deep, too large, too many, or meant for another language."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.e2e.hostile import Fate, Hostile, case, escaped, job, marker_of, payload, text_of

_KIB = 1024
_HERE = "a structure is put here"
_NESTED: Mapping[str, Callable[[int], str]] = {
    "arrays": lambda depth: "[" * depth + "]" * depth,
    "objects": lambda depth: '{"a":' * depth + "1" + "}" * depth,
    "both": lambda depth: '[{"a":' * (depth // 2) + "1" + "}]" * (depth // 2),
}
_INHERITED = (
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "__class__",
    "__dict__",
    "model_fields",
    "self",
)


def structures() -> Iterator[Hostile]:
    """Yield the family."""
    yield from _deep()
    yield from _large()
    yield from _many()
    yield from _inherited()
    yield from _twice()


def _deep() -> Iterator[Hostile]:
    for kind, nested in _NESTED.items():
        for depth in (100, 1_000, 20_000 if kind == "objects" else 50_000):
            yield case(f"{depth} {kind}", nested(depth))
            name = f"{depth} {kind} in the payload"
            body = text_of(job(name, payload=payload(name, unknown=_HERE)))
            yield case(name, body.replace(f'"{_HERE}"', nested(depth)))
    name = "60 objects in the payload"
    body = text_of(job(name, payload=payload(name, unknown=_HERE)))
    yield case(name, body.replace(f'"{_HERE}"', _NESTED["objects"](60)), Fate.COMPLETED)
    yield case("100,000 open arrays", "[" * 100_000)
    yield case("20,000 open objects", '{"a":' * 20_000)


def _large() -> Iterator[Hostile]:
    for size, fate in (
        (250 * _KIB, Fate.COMPLETED),
        (252 * _KIB + 1, Fate.REFUSED),
        (255 * _KIB, Fate.REFUSED),
    ):
        name = f"{size} bytes"
        short = len(text_of(job(name, padding="")))
        yield case(name, job(name, padding="x" * (size - short)), fate)
        yield case(f"{size} bytes of no JSON", "x" * size)
        yield case(f"{size} bytes of spaces", " " * size)
    name = "a message of 250 KB"
    yield case(name, job(name, payload=payload(name, fanMessage=marker_of(name) * 12_000)))
    name = "250 KB of emoji in an unknown field"
    yield case(name, job(name, padding="🫶" * 60_000), Fate.COMPLETED)


def _many() -> Iterator[Hostile]:
    for name, extra in {
        "10,000 unknown fields": {f"field{number}": number for number in range(10_000)},
        "a key of 100 KB": {"k" * 100_000: 1},
        "an empty key": {"": 1},
        "a key that is NUL": {"\0": 1},
        "a key that is a lone surrogate": {"\ud83d": 1},
    }.items():
        yield case(name, escaped(job(name, **extra)), Fate.COMPLETED)
        inner = f"{name} in the payload"
        yield case(inner, escaped(job(inner, payload=payload(inner, **extra))), Fate.COMPLETED)
    name = "201 recent messages"
    yield case(name, _with_context(name, recentMessages=[marker_of(name)] * 201))
    name = "10,000 recent messages, each wrong"
    yield case(name, _with_context(name, recentMessages=[{}] * 10_000))
    name = "5,000 limits of a persona"
    yield case(name, _with_context(name, persona={"limits": [marker_of(name)] * 5_000}), Fate.COMPLETED)


def _inherited() -> Iterator[Hostile]:
    for key in _INHERITED:
        name = f"a field {key}"
        polluting = {key: {"polluted": marker_of(name), "jobType": "video.analysis"}}
        yield case(name, job(name, payload=payload(name, **polluting), **polluting), Fate.COMPLETED)


def _twice() -> Iterator[Hostile]:
    name = "every field twice"
    text = text_of(job(name))
    yield case(name, f"{text[:-1]}, {text[1:]}", Fate.COMPLETED)
    name = "a wrong value after the right one"
    yield case(name, text_of(job(name))[:-1] + ', "payload": null}')
    name = "the right value after a wrong one"
    yield case(name, '{"payload": null, "jobId": null, ' + text_of(job(name))[1:], Fate.COMPLETED)


def _with_context(name: str, **context: Any) -> dict[str, Any]:
    return job(name, payload=payload(name, context=context))
