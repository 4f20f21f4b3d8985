"""The video that `make run` analyses: a creator's clip of half a minute, made once."""

from __future__ import annotations

from pathlib import Path

from infra.local.clips.making import make_clip
from infra.local.clips.styles import PHONE, Sound
from infra.local.clips.truth import Truth

#: A seed whose shots show all kinds of things: a talking head, jump cuts, a dissolve, a flash, a whip pan.
_SEED = 1
_SECONDS = 24.0
_WIDTH, _HEIGHT = 720, 1280
_NAME = "sample.mp4"


def sample_video(directory: Path) -> Path:
    """Write the sample video into a directory, unless it is there, and return where it is."""
    path = directory / _NAME
    if not path.exists():
        sample_truth(path)
    return path


def sample_truth(path: Path) -> Truth:
    """Write the sample video to `path` and return what is in it."""
    return make_clip(
        path, PHONE, seed=_SEED, seconds=_SECONDS, width=_WIDTH, height=_HEIGHT, sound=Sound.SPEECH
    )
