"""What a terminal shows of a result."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from infra.local.view import result_view

_IDEA = {
    "title": "Guess the beach",
    "text": "Zero regrets.",
    "hashtags": ["beach"],
    "callToAction": "Guess.",
    "bestTime": {"when": "Friday 21:00", "reason": "…", "basis": "given"},
    "price": {"amount": 12, "currency": "EUR"},
}


def _drawn(result: dict[str, Any], *, simulated: bool = False) -> list[str]:
    console = Console(file=io.StringIO(), width=100)
    console.print(result_view(result, simulated=simulated))
    assert isinstance(console.file, io.StringIO)
    return [line.strip() for line in console.file.getvalue().splitlines()]


def test_ideas_are_leafed_through() -> None:
    """With where they come from, and whether the platform's limits are known."""
    lines = _drawn(
        {"ideas": [_IDEA, {"title": "Bare", "text": "[bold]Words[/]"}], "limits": {"isVerified": False}}
        | {"model": "Mistral"}
    )
    assert lines == [
        "1  Guess the beach",
        "Zero regrets. #beach",
        "Guess. · Friday 21:00 (your data) · 12 EUR",
        "2  Bare",
        "[bold]Words[/]",
        "",
        "by Mistral · the platform's limits are unverified",
    ]


def test_a_simulated_idea_says_so() -> None:
    assert _drawn({"ideas": [_IDEA], "model": "M"}, simulated=True)[-1] == "simulated: M did not write this"
