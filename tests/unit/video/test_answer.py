"""What a usable answer about a video is."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from shared.ai.answers import UnusableAnswerError
from workers.video_analysis.answer import read_synthesis, read_vision, synthesis_schema, vision_schema
from workers.video_analysis.insights import SafetyCategory

LIMITS: dict[str, Any] = {"duration_seconds": 12.0, "candidates": 3, "scenes": 3, "virality": False}


def test_what_is_seen_is_read(seen: dict[str, Any]) -> None:
    answer = read_vision(f"Here you are:\n```json\n{json.dumps(seen)}\n```", cells=4)
    assert answer.cells["2"] == "A woman waves."
    assert answer.people_count == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"cells": {"1": "a", "2": "b", "3": "c", "4": "d", "5": "invented"}},
        {"cells": {"1": "only one"}},
        {"cells": {"one": "a", "two": "b", "three": "c"}},
        {"objects": [{"label": "dog", "cells": [5]}]},
        {"objects": [{"label": "dog", "cells": []}]},
        {"text_on_screen": [{"words": "hi", "cells": [0]}]},
        {"safety": [{"category": "nudity", "severity": "high", "cell": 9, "note": "?"}]},
        {"timeline": [{"from_cell": 1, "to_cell": 5, "event": "?"}]},
        {"hook": {"strength": 11, "reason": "Great."}},
        {"people_count": -1},
        {"setting": ""},
    ],
)
def test_what_was_not_shown_is_refused(seen: dict[str, Any], changes: dict[str, Any]) -> None:
    with pytest.raises(UnusableAnswerError) as refused:
        read_vision(json.dumps({**seen, **changes}), cells=4)
    assert refused.value.problems


def test_a_category_of_the_models_own_still_counts(seen: dict[str, Any]) -> None:
    risk = {"category": "smoking", "severity": "low", "cell": 1, "note": "A cigarette."}
    answer = read_vision(json.dumps({**seen, "safety": [risk]}), cells=4)
    assert answer.safety[0].category is SafetyCategory.OTHER


def test_a_text_that_is_too_long_is_cut_and_not_asked_for_again(seen: dict[str, Any]) -> None:
    assert len(read_vision(json.dumps({**seen, "mood": "x" * 500}), cells=4).mood) == 120


def test_what_is_written_is_read(written: dict[str, Any]) -> None:
    answer = read_synthesis(json.dumps(written), **LIMITS)
    assert answer.thumbnail == 2
    assert answer.virality is None


@pytest.mark.parametrize(
    ("changes", "limits"),
    [
        ({"cuts": [{"start_seconds": 11, "end_seconds": 40, "reason": "Dull."}]}, {}),
        ({"thumbnail": 4}, {}),
        ({"thumbnail": 0}, {}),
        ({"thumbnail": 1}, {"candidates": 0}),
        ({"advice": [{"topic": "hook", "text": "Cut.", "scene": 4}]}, {}),
        ({"advice": []}, {}),
        ({"sentiment": "meh"}, {}),
        ({}, {"virality": True}),
    ],
)
def test_what_cannot_be_is_refused(
    written: dict[str, Any], changes: dict[str, Any], limits: dict[str, Any]
) -> None:
    with pytest.raises(UnusableAnswerError):
        read_synthesis(json.dumps({**written, **changes}), **{**LIMITS, **limits})


def test_the_schemas_accept_what_is_read(seen: dict[str, Any], written: dict[str, Any]) -> None:
    jsonschema.validate(seen, vision_schema(4).json_schema)
    jsonschema.validate(written, synthesis_schema(12.0, 3, 3, virality=False).json_schema)


def test_the_schemas_leave_no_room_for_inventions(seen: dict[str, Any], written: dict[str, Any]) -> None:
    for wrong in ({"cells": {**seen["cells"], "5": "x"}}, {"objects": [{"label": "dog", "cells": [5]}]}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**seen, **wrong}, vision_schema(4).json_schema)
    late = [{"start_seconds": 13, "end_seconds": 14, "reason": "x"}]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(
            {**written, "cuts": late}, synthesis_schema(12.0, 3, 3, virality=False).json_schema
        )


def test_virality_is_asked_for_only_where_wanted() -> None:
    assert "virality" in synthesis_schema(12.0, 3, 3, virality=True).json_schema["required"]
    assert "virality" not in synthesis_schema(12.0, 3, 3, virality=False).json_schema["properties"]
