"""What models answer about content, and a picture as it is measured."""

from __future__ import annotations

from typing import Any

import pytest

from shared.media.report import Still


@pytest.fixture
def still() -> Still:
    """A phone's picture, with a place in its file."""
    return Still(
        file="picture.jpg",
        width=1008,
        height=1344,
        source_width=3024,
        source_height=4032,
        form="jpeg",
        size_bytes=2_400_000,
        sharpness=210.0,
        exposure=0.8,
        brightness=0.5,
        contrast=50.0,
        faces=1,
        cpu_seconds=0.4,
    )


@pytest.fixture
def seen() -> dict[str, Any]:
    """What a vision model answers."""
    return {
        "description": "A woman stands on a beach at sunset.",
        "people_count": 1,
        "setting": "a beach",
        "mood": "warm",
        "style": "portrait",
        "objects": ["beach", "sunset"],
        "text_on_screen": [],
        "quality": [
            {"aspect": "composition", "score": 60, "note": "The horizon leans."},
            {"aspect": "light", "score": 80, "note": "The light is warm."},
        ],
        "safety": [{"category": "trademark", "severity": "low", "note": "A logo on the shirt."}],
    }


@pytest.fixture
def judged() -> dict[str, Any]:
    """What a model makes of it."""
    return {
        "language": "fr",
        "summary": "Une photo chaleureuse, un peu penchée.",
        "score": 72,
        "sentiment": "positive",
        "tags": ["plage", "plage", "soleil"],
        "aspects": [{"name": "composition", "score": 60, "reason": "L'horizon penche."}],
        "strengths": ["La lumière est belle."],
        "engagement": {"outlook": "high", "score": 80, "reasons": ["La question invite à répondre."]},
        "recommendations": [{"topic": "crop", "text": "Redressez l'horizon."}],
        "safety": [{"category": "flying_saucers", "severity": "medium", "note": "Un objet étrange."}],
    }
