"""Which copy is made, and what it is thought to cost: pure functions, by table."""

from __future__ import annotations

import subprocess
import sys

import pytest

from shared.media.calibration import measured_factor, predicted_copy_seconds, predicted_cpu_seconds
from shared.media.copying import plans
from shared.media.report import MediaProbe


def probe(**changes: object) -> MediaProbe:
    """Return a minute from a phone."""
    values = {
        "container": "mov",
        "duration_seconds": 60.0,
        "width": 1080,
        "height": 1920,
        "rotation_degrees": 0,
        "frames_per_second": 30.0,
        "size_bytes": 62_000_000,
        "video_codec": "h264",
        "pixel_format": "yuv420p",
        "high_dynamic_range": False,
        "audio_codec": "aac",
        "audio_channels": 2,
        "bits_per_second": 8_200_000,
        "stated_frames": 1800,
    }
    return MediaProbe.model_validate({**values, **changes})


@pytest.mark.parametrize(
    ("source", "bits_per_second", "expected"),
    [
        ({}, 3_200_000, [(720, 1280)]),
        ({}, 6_000_000, [(1080, 1920), (720, 1280)]),
        ({"width": 2160, "height": 3840}, 9_000_000, [(1080, 1920), (720, 1280)]),
        ({"width": 1920, "height": 1080}, 3_200_000, [(1280, 720)]),
        ({"rotation_degrees": 90}, 3_200_000, [(1280, 720)]),
        ({"width": 540, "height": 960}, 1_000_000, [(540, 960)]),
        ({"width": 541, "height": 961}, 1_000_000, [(540, 960)]),
        ({}, 50_000, []),
        ({}, -10, []),
    ],
)
def test_sizes(source: dict[str, object], bits_per_second: int, expected: list[tuple[int, int]]) -> None:
    sizes = [(plan.width, plan.height) for plan in plans(probe(**source), bits_per_second)]
    assert list(dict.fromkeys(sizes)) == expected


def test_the_first_plan_is_the_dearest() -> None:
    source = probe()
    costs = [predicted_copy_seconds(source, plan) for plan in plans(source, 6_000_000)]
    assert costs == sorted(costs, reverse=True)
    assert len(costs) == 4


@pytest.mark.parametrize(
    ("source", "compress", "measured"),
    [
        ({"duration_seconds": 10, "bits_per_second": 8_300_000, "stated_frames": 300}, False, 1.61),
        ({"duration_seconds": 10, "bits_per_second": 8_300_000, "stated_frames": 300}, True, 4.68),
        ({"duration_seconds": 10, "bits_per_second": 4_900_000, "stated_frames": 300}, True, 4.97),
        (
            {
                "duration_seconds": 8,
                "bits_per_second": 5_800_000,
                "stated_frames": 240,
                "video_codec": "hevc",
            },
            True,
            4.29,
        ),
        (
            {
                "duration_seconds": 6,
                "bits_per_second": 6_700_000,
                "stated_frames": 180,
                "video_codec": "hevc",
                "high_dynamic_range": True,
            },
            True,
            4.27,
        ),
        (
            {
                "duration_seconds": 5,
                "bits_per_second": 22_000_000,
                "stated_frames": 150,
                "video_codec": "hevc",
                "width": 2160,
                "height": 3840,
            },
            True,
            8.10,
        ),
        ({"duration_seconds": 6, "bits_per_second": 12_000_000, "stated_frames": 360}, True, 5.50),
        (
            {
                "duration_seconds": 8,
                "bits_per_second": 3_000_000,
                "stated_frames": 240,
                "width": 540,
                "height": 960,
            },
            False,
            0.76,
        ),
    ],
)
def test_prediction_is_within_40_percent(
    source: dict[str, object], measured: float, *, compress: bool
) -> None:
    """What was measured on the reference core with clips of the generator, in CPU seconds."""
    predicted = predicted_cpu_seconds(probe(**source), compress=compress, factor=1.0)
    assert 0.6 < predicted / measured < 1.4


def test_a_slower_instance_needs_more_in_proportion() -> None:
    once, twice = (predicted_cpu_seconds(probe(), compress=True, factor=factor) for factor in (1.0, 2.0))
    assert twice == pytest.approx(2 * once)


def test_a_header_without_frames_is_counted_by_rate() -> None:
    stated, unstated = probe(), probe(stated_frames=None)
    assert predicted_cpu_seconds(unstated, compress=False, factor=1.0) == pytest.approx(
        predicted_cpu_seconds(stated, compress=False, factor=1.0)
    )


def test_this_instance_measures_itself_in_a_moment() -> None:
    assert 0.2 <= measured_factor() < 20


def test_predicting_loads_no_media_library() -> None:
    program = "import sys, shared.media.calibration; print({'av', 'cv2', 'numpy'} & set(sys.modules) or '')"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603 - our own program
    assert run.stdout.strip() == ""
