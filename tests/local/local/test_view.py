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


def test_content_is_told_by_what_matters_first() -> None:
    result = {
        "contentKind": "image",
        "summary": "A warm picture.",
        "score": 72,
        "deep": True,
        "engagement": {
            "outlook": "high",
            "reasons": ["It asks."],
            "expected": [{"metric": "engagement_rate", "low": 0.1, "high": 0.25}],
        },
        "improvements": ["[bold]Crop[/] it."],
        "media": {"width": 3024, "height": 4032, "sizeBytes": 2_400_000},
        "costs": {"inputTokens": 900, "outputTokens": 300},
        "model": "DeepSeek-R1",
    }
    assert [" ".join(line.split()) for line in _drawn(result)] == [
        "in short A warm picture.",
        "score 72 of 100, thought through",
        "outlook high · It asks.",
        "expected engagement rate 0.1 to 0.25",
        "change [bold]Crop[/] it.",
        "measured 3024 x 4032, 2.4 MB; 900 + 300 tokens",
        "by DeepSeek-R1",
    ]
