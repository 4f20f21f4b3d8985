"""Clips from the command line, and the sample video."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import av

from infra.local.clips import Truth
from infra.local.clips.sample import sample_video
from infra.local.process import ROOT


def test_the_command_writes_a_clip_and_says_what_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    options = ["--style", "edited", "--seed", "901", "--seconds", "1", "--size", "90x160", "-o", str(path)]
    argv = [sys.executable, "-m", "infra.local.clips", *options]
    done = subprocess.run(argv, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603 - our own
    truth = Truth.from_json(done.stdout)
    with av.open(str(path)) as container:
        assert sum(1 for _ in container.decode(video=0)) == truth.frames == 30


def test_the_sample_is_upright_has_sound_and_is_written_once(tmp_path: Path) -> None:
    path = sample_video(tmp_path)
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        assert video.height > video.width
        assert container.duration is not None
        assert 20 <= container.duration / av.time_base <= 30
        assert container.streams.audio
    written = path.stat().st_mtime_ns
    assert sample_video(tmp_path) == path
    assert path.stat().st_mtime_ns == written
