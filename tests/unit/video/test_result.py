"""How a result is put together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from shared.errors import BudgetExceededError
from shared.media.report import Inspection
from workers.video_analysis.answer import SynthesisAnswer, VisionAnswer
from workers.video_analysis.facts import technical_report
from workers.video_analysis.insights import SuggestedCut
from workers.video_analysis.messages import (
    Part,
    Transcript,
    TranscriptStatus,
    Transition,
    VideoPayload,
    VideoResult,
)
from workers.video_analysis.result import Made, skipped_for, usable_cuts, video_result
from workers.video_analysis.subject import Subject

URLS = {f"frame-{number:02}.jpg": f"https://cdn/{number}" for number in range(1, 5)} | {
    "sheet-1.jpg": "https://cdn/sheet"
}


@pytest.fixture
def made(about: Callable[..., Subject], seen: dict[str, Any], written: dict[str, Any]) -> Made:
    return Made(
        subject=about(language="fr"),
        urls=URLS,
        vision=VisionAnswer.model_validate(seen),
        vision_model="Phi",
        synthesis=SynthesisAnswer.model_validate(written),
        synthesis_model="V3",
        transcript=Transcript(status=TranscriptStatus.PENDING),
    )


def test_a_whole_result(made: Made) -> None:
    result = video_result(made)
    again = VideoResult.model_validate_json(result.model_dump_json(by_alias=True))
    assert again.model_dump(mode="json") == result.model_dump(mode="json")
    assert [scene.transition for scene in result.scenes] == [
        Transition.START,
        Transition.CUT,
        Transition.GRADUAL,
    ]
    assert result.scenes[2].description == "Waves. A dog runs."
    assert result.scenes[2].key_frame_seconds == 10.0
    assert result.scenes[2].key_frame_url == "https://cdn/4"
    assert result.objects[0].scenes == [2]
    assert result.text_on_screen[0].scenes == [1]
    assert (result.safety[0].scene, result.safety[0].at_seconds) == (1, 4.0)
    assert (result.timeline[0].start_seconds, result.timeline[0].end_seconds) == (5, 12)
    assert result.hook
    assert result.hook.advice == "Commencez par le chien."
    assert result.topics == ["plage", "chien"]
    assert result.advice[0].scene == 2
    assert (result.model, result.synthesis_model, result.language) == ("Phi", "V3", "fr")
    assert result.contact_sheet_urls == ["https://cdn/sheet"]


def test_the_thumbnail_is_the_one_that_was_chosen(made: Made) -> None:
    result = video_result(made)
    assert [each.at_seconds for each in result.thumbnail_candidates] == [4.0, 10.0, 1.0]
    assert result.thumbnail
    assert (result.thumbnail.at_seconds, result.thumbnail.reason) == (10.0, "Le chien court.")


def test_a_picture_that_could_not_be_kept_is_not_linked(made: Made) -> None:
    urls = {name: url for name, url in URLS.items() if name != "frame-04.jpg"}
    result = video_result(Made(**{**vars(made), "urls": urls}))
    assert result.thumbnail
    assert result.thumbnail.at_seconds == 4.0
    assert result.scenes[2].key_frame_url is None


def test_without_eyes_the_measured_facts_remain(made: Made) -> None:
    skipped = skipped_for(BudgetExceededError(), Part.VISION, Part.OBJECTS)
    result = video_result(Made(**{**vars(made), "vision": None, "vision_model": None, "skipped": skipped}))
    assert [each.part for each in result.skipped] == [Part.VISION, Part.OBJECTS]
    assert result.skipped[0].reason == BudgetExceededError().message
    assert result.model is None
    assert result.objects == ()
    assert result.caption == "Qui vient avec nous ?"
    assert result.advice[0].topic == "hook"
    assert result.scenes[0].description is None


def test_without_any_model_measurements_advise(subject: Subject) -> None:
    result = video_result(Made(subject=subject, urls=URLS))
    assert result.summary == "A vertical video of 12 seconds in 3 scenes, with speech."
    assert [each.topic for each in result.advice] == ["sound"]
    assert [(cut.start_seconds, cut.end_seconds) for cut in result.cuts] == [(7.3, 8.7)]
    assert result.thumbnail
    assert result.thumbnail.at_seconds == 4.0


def test_the_technical_report_tells_all(inspection: Inspection) -> None:
    report = technical_report(inspection)
    assert report.rotation_degrees == 90
    assert report.scene_seconds == 4.0
    assert report.sound.loudness_lufs == -25.2
    assert report.sound.silences[0].end_seconds == 9.0


@pytest.mark.parametrize(
    ("cuts", "kept"),
    [
        ([(1, 2)], [(1, 2)]),
        ([(2, 1)], [(1, 2)]),
        ([(3, 4), (1, 2)], [(1, 2), (3, 4)]),
        ([(1, 3), (2, 4)], [(1, 3), (3, 4)]),
        ([(1, 4), (2, 3)], [(1, 4)]),
        ([(9, 12)], [(9, 10)]),
        ([(11, 12)], []),
        ([(1, 1.1)], []),
        ([(0, 9)], []),
        ([(0, 4), (5, 8), (9, 10)], [(0, 4), (9, 10)]),
    ],
)
def test_cuts_are_made_to_fit(cuts: list[tuple[float, float]], kept: list[tuple[float, float]]) -> None:
    """In order, within ten seconds, and never more than half of them."""
    suggested = [SuggestedCut(start_seconds=a, end_seconds=b, reason="Dull.") for a, b in cuts]
    usable = usable_cuts(suggested, 10.0)
    assert [(cut.start_seconds, cut.end_seconds) for cut in usable] == kept


def test_candidates_are_of_different_scenes_first(inspection: Inspection) -> None:
    frames = [
        frame.model_copy(update={"scene": scene, "score": score})
        for frame, scene, score in zip(inspection.key_frames, (0, 2, 2, 1), (0.2, 0.9, 0.8, 0.1), strict=True)
    ]
    shown = inspection.model_copy(update={"key_frames": frames})
    candidates = Subject(inspection=shown, payload=VideoPayload(video_url="s3://a/b")).candidates
    assert [frame.scene for frame in candidates] == [2, 0, 1]


def test_an_object_is_listed_once(made: Made, seen: dict[str, Any]) -> None:
    seen["objects"] = [{"label": "Dog", "cells": [4]}, {"label": "dog", "cells": [1, 4]}]
    result = video_result(Made(**{**vars(made), "vision": VisionAnswer.model_validate(seen)}))
    assert [(each.label, list(each.scenes)) for each in result.objects] == [("Dog", [0, 2])]
