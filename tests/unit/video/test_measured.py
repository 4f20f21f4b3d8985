"""What measurements alone advise."""

from __future__ import annotations

from typing import Any

import pytest

from shared.media.report import DamageReport, FoundScene, Inspection, Interval, SoundKind, SoundReport
from workers.video_analysis.measured import measured_advice, measured_cuts, measured_summary


def _with_sound(inspection: Inspection, **changes: Any) -> Inspection:
    return inspection.model_copy(update={"sound": inspection.sound.model_copy(update=changes)})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"loudness_lufs": -28.0}, "quiet"),
        ({"loudness_lufs": -6.0}, "loud"),
        ({"loudness_lufs": -14.0, "peak_dbfs": 0.0}, "clipped"),
        ({"loudness_lufs": -14.0, "offset_seconds": 0.4}, "after the picture"),
        ({"loudness_lufs": -14.0, "offset_seconds": -0.2}, "before the picture"),
        ({"kind": SoundKind.SILENCE}, "Nothing is heard"),
    ],
)
def test_sound_that_bothers_is_named(inspection: Inspection, changes: dict[str, Any], words: str) -> None:
    (advice,) = measured_advice(_with_sound(inspection, **changes))
    assert words in advice.text
    assert advice.topic == "sound"


def test_good_sound_needs_no_advice(inspection: Inspection) -> None:
    assert measured_advice(_with_sound(inspection, loudness_lufs=-14.0, offset_seconds=0.02)) == []


def test_pictures_that_bother_are_named(inspection: Inspection) -> None:
    shown = inspection.model_copy(
        update={
            "probe": inspection.probe.model_copy(update={"width": 640, "height": 360}),
            "scenes": [
                FoundScene(start_seconds=0, end_seconds=8),
                FoundScene(start_seconds=8, end_seconds=12),
            ],
            "black": [Interval(start_seconds=0, end_seconds=1)],
            "damage": DamageReport(corrupt_frames=0.2),
            "sound": inspection.sound.model_copy(update={"loudness_lufs": -14.0}),
        }
    )
    assert [each.topic for each in measured_advice(shown)] == ["hook", "hook", "format", "quality", "quality"]


def test_black_and_silence_are_cut(inspection: Inspection) -> None:
    black = inspection.model_copy(update={"black": [Interval(start_seconds=0, end_seconds=1)]})
    assert [(cut.start_seconds, cut.end_seconds) for cut in measured_cuts(black)] == [(0, 1), (7.3, 8.7)]


def test_silence_between_music_is_music(inspection: Inspection) -> None:
    assert measured_cuts(_with_sound(inspection, kind=SoundKind.NO_SPEECH)) == []


def test_a_silent_square_video_in_one_scene(inspection: Inspection) -> None:
    square = inspection.model_copy(
        update={
            "probe": inspection.probe.model_copy(update={"width": 720, "height": 720}),
            "scenes": inspection.scenes[:1],
            "sound": SoundReport(kind=SoundKind.NONE),
        }
    )
    assert measured_summary(square) == "A square video of 12 seconds in 1 scene, without sound."
