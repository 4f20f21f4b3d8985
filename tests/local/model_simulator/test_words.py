"""What the simulator says under a property's name."""

from __future__ import annotations

import random

from infra.local.model_simulator.examples import Example
from infra.local.model_simulator.words import known_phrases

SCHEMA = {
    "type": "object",
    "properties": {
        "language": {"type": "string"},
        "text": {"type": "array", "items": {"type": "string"}, "minItems": 3},
    },
}


def test_a_language_that_is_spoken_is_spoken() -> None:
    """And one that is not is English."""
    assert known_phrases("summary", "fr-CA") != known_phrases("summary", "en")
    assert known_phrases("summary", "fi") == known_phrases("summary", "en")
    assert known_phrases("unheard_of", "fr") == ()


def test_the_language_is_named_and_nothing_is_said_twice() -> None:
    """As long as there is something else to say."""
    value = Example(SCHEMA, random.Random(1), "es").value()  # noqa: S311 - no secret
    assert value["language"] == "es"
    assert len(set(value["text"])) == 3
