"""Runs every detector on every clip of the hold-out set, and holds the promises against what comes out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.measurement import Measurement, Promise, compare
from benchmarks.video.clips import Clip, held_out, made
from benchmarks.video.judging import Score, gradual_found, score

_SIDES = ("ours", "bare", "adaptive", "content", "ffmpeg")
_PEERS = {"adaptive": "PySceneDetect AdaptiveDetector", "content": "PySceneDetect ContentDetector"}
_RUNS = 50
_MOST_MB = 600.0
_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True)
class _Result:
    clip: Clip
    #: By side: what its process printed.
    sides: Mapping[str, Mapping[str, Any]]

    def score(self, side: str) -> Score:
        return score(self.sides[side]["cuts"], self.clip.truth, self.clip.frame_seconds)

    def series(self, side: str, name: str = "cpu_seconds") -> float:
        return float(self.sides[side][name])


def measure() -> Iterator[Measurement]:
    """Yield speed and accuracy per clip set and over all, then peak memory over many runs."""
    full = os.environ.get("VIDEO_BENCHMARK") == "full"
    with TemporaryDirectory() as directory:
        clips = [made(wanted, Path(directory)) for wanted in held_out(full=full)]
        results = [_measured(clip) for clip in clips]
        yield from _speeds(results)
        yield from _accuracies(results)
        yield _footprint(results)
        yield _many_runs(clips)


def _measured(clip: Clip) -> _Result:
    return _Result(clip=clip, sides={side: _run(side, clip.path) for side in _SIDES})


def _run(side: str, path: Path) -> Mapping[str, Any]:
    command = [sys.executable, "-m", "benchmarks.video.side", side, str(path)]
    finished = subprocess.run(command, cwd=_ROOT, check=True, capture_output=True, text=True)  # noqa: S603 - our own module
    report: Mapping[str, Any] = json.loads(finished.stdout.splitlines()[-1])
    return report


def _speeds(results: Sequence[_Result]) -> Iterator[Measurement]:
    """Compare CPU time on every clip; the promises are on the worst of them."""
    bounds = {"adaptive": (0.5, "at most half on every clip"), "bare": (1.0, "less on every clip")}
    names = {**_PEERS, "bare": "PyAV decoding every frame", "ffmpeg": "FFmpeg select=gt(scene,0.3)"}
    for peer in ("adaptive", "bare", "content", "ffmpeg"):
        ours = [result.series("ours") for result in results]
        theirs = [result.series(peer) for result in results]
        compared = compare(
            f"CPU time to find the scenes, beside {peer}",
            ours,
            theirs,
            unit="s",
            peer_name=names[peer],
            promise=_on_every(results, peer, *bounds[peer]) if peer in bounds else None,
            details={"clips": {result.clip.name: _speed_of(result, peer) for result in results}},
        )
        yield compared


def _on_every(results: Sequence[_Result], peer: str, bound: float, text: str) -> Promise:
    worst = max(result.series("ours") / result.series(peer) for result in results)
    return _met(text, met=worst <= bound)


def _speed_of(result: _Result, peer: str) -> dict[str, float]:
    return {
        "ratio": result.series("ours") / result.series(peer),
        "without_imports": result.series("ours", "detection_cpu_seconds")
        / result.series(peer, "detection_cpu_seconds"),
        "times_real_time": result.clip.seconds / result.series("ours"),
        "share_of_frames": result.series("ours", "frames") / result.clip.truth.frames,
    }


def _accuracies(results: Sequence[_Result]) -> Iterator[Measurement]:
    """Compare F1 per clip set and over all; per set it is never below either of PySceneDetect's."""
    sets: dict[str, list[_Result]] = {}
    for result in results:
        sets.setdefault(result.clip.name.partition("/")[0], []).append(result)
    for name, members in [*sets.items(), ("all", list(results))]:
        scores = {side: sum((m.score(side) for m in members), Score()) for side in _SIDES if side != "bare"}
        peer = max(_PEERS, key=lambda side: scores[side].f1)
        bound, text = (0.97, "at least 0.97") if name == "all" else (scores[peer].f1, "not below")
        f1 = scores["ours"].f1
        yield compare(
            f"F1 of hard cuts, {name}",
            [f1],
            [scores[peer].f1 or 0.001],
            unit="",
            peer_name=_PEERS[peer],
            promise=_met(text, met=f1 >= bound),
            details={side: vars(one) | {"f1": one.f1} for side, one in scores.items()}
            | {"gradual": _gradual(members)},
        )


def _met(text: str, *, met: bool) -> Promise:
    return Promise(text=text, holds=lambda _ratio: met)


def _gradual(results: Sequence[_Result]) -> dict[str, int]:
    found = sum(gradual_found(result.sides["ours"]["gradual"], result.clip.truth) for result in results)
    told = sum(len(result.sides["ours"]["gradual"]) for result in results)
    return {"found": found, "told": told, "of": sum(len(result.clip.truth.gradual) for result in results)}


def _footprint(results: Sequence[_Result]) -> Measurement:
    """Compare peak memory and bytes read."""
    return compare(
        "peak memory while finding scenes",
        [result.series("ours", "peak_mb") for result in results],
        [result.series("adaptive", "peak_mb") for result in results],
        unit="MB",
        peer_name=_PEERS["adaptive"],
        details={
            "read_per_file_size": {
                side: [
                    result.series(side, "read_mb") * 1e6 / result.clip.path.stat().st_size
                    for result in results
                ]
                for side in _SIDES
            }
        },
    )


def _many_runs(clips: Sequence[Clip]) -> Measurement:
    """Run often, over all the clips in turns: the highest peak counts."""
    peaks = [float(_run("ours", clips[index % len(clips)].path)["peak_mb"]) for index in range(_RUNS)]
    return compare(
        f"highest peak memory of {_RUNS} runs",
        [max(peaks)],
        [_MOST_MB],
        unit="MB",
        peer_name="the limit",
        promise=Promise(text="less than the limit", holds=lambda ratio: ratio < 1),
        details={"runs": len(peaks), "lowest": min(peaks)},
    )
