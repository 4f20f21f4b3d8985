"""One copy by each side, and what it took."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.video_compression.program import Program, used

ROOT = Path(__file__).resolve().parents[2]
_SHARE = 0.4


@dataclass(frozen=True, kw_only=True)
class Run:
    """A copy, read back, and what both took."""

    copy: Path
    copy_bytes: int
    cpu_seconds: float
    #: From here on, of ours alone.
    peak_bytes: int = 0
    width: int = 0
    height: int = 0
    preset: str = ""
    reported_ssim: float = 0.0
    predicted_seconds: float = 0.0
    factor: float = 1.0


def by_us(clip: Path, directory: Path) -> Run:
    """Copy as the worker's child does; importing and reading back are in the figure."""
    folder = directory / "ours"
    folder.mkdir(exist_ok=True)
    argv = [sys.executable, "-m", "benchmarks.video_compression.ours", str(clip), str(folder), str(_SHARE)]
    factor = _told(argv[:-3])["factor"]
    cpu_seconds, output = used(argv, environment=_environment())
    told = json.loads(output.splitlines()[-1])
    made = told["copy"]
    return Run(
        copy=folder / made["file"],
        copy_bytes=made["size_bytes"],
        cpu_seconds=cpu_seconds,
        peak_bytes=told["peak_bytes"],
        width=made["width"],
        height=made["height"],
        preset=made["preset"],
        reported_ssim=made["ssim"],
        predicted_seconds=told["predicted_seconds"] * factor,
        factor=factor,
    )


def by_program(program: Program, clip: Path, directory: Path) -> Run:
    """Copy with the settings that ours has, then decode the copy, as ours is."""
    copy = directory / "theirs.mp4"
    settings = _told([sys.executable, "-m", "benchmarks.video_compression.ours", str(clip), "", str(_SHARE)])
    bits = settings["video_bits_per_second"]
    encoding_seconds, _ = program.run(
        *("-threads", "1", "-i", str(clip)),
        *("-filter_threads", "1", "-vf", f"scale={settings['width']}:{settings['height']}:flags=bilinear"),
        *("-c:v", "libx264", "-threads", "1", "-pix_fmt", "yuv420p", "-fps_mode", "passthrough"),
        *("-b:v", str(bits), "-g", str(settings["key_frame_frames"])),
        *(item for name, value in settings["options"].items() for item in (f"-{name}", value)),
        *("-c:a", "copy", "-movflags", "+faststart", str(copy)),
    )
    decoding_seconds, _ = program.run("-threads", "1", "-i", str(copy), "-map", "0:v", "-f", "null", "-")
    return Run(
        copy=copy,
        copy_bytes=copy.stat().st_size,
        cpu_seconds=encoding_seconds + decoding_seconds,
    )


def _told(argv: list[str]) -> dict[str, Any]:
    _, output = used(argv, environment=_environment())
    told: dict[str, Any] = json.loads(output.splitlines()[-1])
    return told


def _environment() -> dict[str, str]:
    """Return what the worker's child is run with, as far as it matters to speed and memory."""
    return {
        "PATH": os.defpath,
        "PYTHONPATH": str(ROOT),
        "MALLOC_ARENA_MAX": "2",
        "MALLOC_MMAP_THRESHOLD_": str(1 << 20),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
