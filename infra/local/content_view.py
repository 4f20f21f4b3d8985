"""What a person sees of an analysed piece of content."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table
from rich.text import Text


def content_table(result: Mapping[str, Any]) -> Table:
    """Draw what a creator wants to know first of a picture, a video or a text."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, text in _lines(result):
        if text:
            table.add_row(name, Text(text))
    return table


def _lines(result: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "in short", str(result.get("summary", ""))
    depth = ", thought through" if result.get("deep") else ""
    yield "score", f"{result.get('score', 0)} of 100{depth}"
    yield "seen", str(result.get("description") or "")
    engagement = result.get("engagement") or {}
    if engagement:
        yield "outlook", " · ".join((str(engagement["outlook"]), *engagement.get("reasons", ())))
        yield "expected", "; ".join(_expected(each) for each in engagement.get("expected", ()))
    yield "change", " ".join(result.get("improvements", ())[:2])
    yield "mind", " ".join(result.get("warnings", ())[:2])
    yield "measured", _measured(result)
    yield "missing", "; ".join(f"{each['part']}: {each['reason']}" for each in result.get("skipped", ()))


def _expected(each: Mapping[str, Any]) -> str:
    return f"{each['metric'].replace('_', ' ')} {each['low']:g} to {each['high']:g}"


def _measured(result: Mapping[str, Any]) -> str:
    media, costs = result.get("media") or {}, result.get("costs") or {}
    facts = [f"{media['width']} x {media['height']}, {media['sizeBytes'] / 1e6:.1f} MB"] if media else []
    facts.append(f"{costs.get('inputTokens', 0)} + {costs.get('outputTokens', 0)} tokens")
    return "; ".join(facts)
