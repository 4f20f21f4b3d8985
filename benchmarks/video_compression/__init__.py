"""A copy at 40 % of the size, beside the one that the ffmpeg program makes with the same settings.

The clip is phone-like: H.264, 1080 x 1920, 30 frames a second, 8 Mbit/s, grain, shake, cuts. Both sides work
in processes of their own, in turns, with one thread; both encode and read their copy back. Likeness is
measured by FFmpeg's own filter, not by the code under test, on every frame.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from benchmarks.measurement import Measurement, Promise, compare
from benchmarks.video_compression.program import Program
from benchmarks.video_compression.sides import Run, by_program, by_us
from infra.local.clips import STYLES, make_clip

ROUNDS = 3
SECONDS, WIDTH, HEIGHT, SEED = 30.0, 1080, 1920, 2024

SHARE, SIMILARITY, CPU_RATIO, PREDICTION, MEMORY_MB = 0.4, 0.95, 1.25, 0.4, 600.0

_PROGRAM = "the ffmpeg program"


def measure() -> Iterator[Measurement]:
    """Make the clip, copy it in turns, and compare."""
    with tempfile.TemporaryDirectory(prefix="huntaze-bench-") as name:
        directory = Path(name)
        clip = directory / "clip.mp4"
        make_clip(clip, STYLES["phone"], seed=SEED, seconds=SECONDS, width=WIDTH, height=HEIGHT)
        program = Program()
        rounds = [(by_us(clip, directory), by_program(program, clip, directory)) for _ in range(ROUNDS)]
        ours, theirs = [mine for mine, _ in rounds], [other for _, other in rounds]
        yield from _sizes(clip, ours, theirs)
        yield _likeness(program, clip, ours[-1], theirs[-1])
        yield _speed(ours, theirs)
        yield from _promises_of_a_child(ours)


def _sizes(clip: Path, ours: Sequence[Run], theirs: Sequence[Run]) -> Iterator[Measurement]:
    source = clip.stat().st_size
    yield compare(
        "copy_size",
        [run.copy_bytes / 1e6 for run in ours],
        [source / 1e6] * len(ours),
        unit="MB",
        peer_name="the source",
        promise=Promise(text=f"ratio ≤ {SHARE}", holds=lambda ratio: ratio <= SHARE),
        details={"ffmpeg_MB": median(run.copy_bytes for run in theirs) / 1e6},
    )


def _likeness(program: Program, clip: Path, ours: Run, theirs: Run) -> Measurement:
    at_copy = program.similarity(ours.copy, clip, at_source=False)
    return compare(
        "copy_ssim",
        [at_copy],
        [1.0],
        unit="SSIM of luma, all frames, at the copy's size",
        peer_name="the source itself",
        promise=Promise(text=f"ratio ≥ {SIMILARITY}", holds=lambda ratio: ratio >= SIMILARITY),
        details={
            "at_the_source's_size": program.similarity(ours.copy, clip, at_source=True),
            "ffmpeg": program.similarity(theirs.copy, clip, at_source=False),
            "as_reported_from_12_frames": ours.reported_ssim,
            "copy": [ours.width, ours.height, ours.preset],
        },
    )


def _speed(ours: Sequence[Run], theirs: Sequence[Run]) -> Measurement:
    cpu = median(run.cpu_seconds for run in ours)
    return compare(
        "copy_cpu",
        [run.cpu_seconds for run in ours],
        [run.cpu_seconds for run in theirs],
        unit="CPU s",
        peer_name=_PROGRAM,
        promise=Promise(text=f"ratio ≤ {CPU_RATIO}", holds=lambda ratio: ratio <= CPU_RATIO),
        details={
            "times_real_time": SECONDS / cpu,
            "ffmpeg_times_real_time": SECONDS / median(run.cpu_seconds for run in theirs),
        },
    )


def _promises_of_a_child(ours: Sequence[Run]) -> Iterator[Measurement]:
    yield compare(
        "copy_prediction",
        [run.predicted_seconds for run in ours],
        [run.cpu_seconds for run in ours],
        unit="CPU s",
        peer_name="as it turned out",
        promise=Promise(
            text=f"ratio within 1 ± {PREDICTION}", holds=lambda ratio: abs(ratio - 1) <= PREDICTION
        ),
        details={"factor": [run.factor for run in ours]},
    )
    yield compare(
        "copy_memory",
        [run.peak_bytes / 1e6 for run in ours],
        [MEMORY_MB] * len(ours),
        unit="MB at peak",
        peer_name="what a worker may use",
        promise=Promise(text="ratio ≤ 1", holds=lambda ratio: ratio <= 1),
    )
