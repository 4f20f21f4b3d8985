"""What every media inspector does: the one with real children, and its scripted twin."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from shared.clock import SystemClock
from shared.errors import UnsupportedMediaError
from shared.media.isolated import IsolatedMedia
from shared.media.port import MediaInspector
from shared.media.report import (
    CompressedVideo,
    FoundScene,
    Inspection,
    KeyFrame,
    MediaProbe,
    Still,
    files_of,
)
from shared.media.scripted import ScriptedMedia

PROBE = MediaProbe(
    container="mov",
    duration_seconds=2.0,
    width=320,
    height=240,
    rotation_degrees=0,
    frames_per_second=30.0,
    size_bytes=1,
    video_codec="h264",
    pixel_format="yuv420p",
    high_dynamic_range=False,
    audio_codec=None,
    audio_channels=0,
    bits_per_second=8,
    stated_frames=60,
)


def scripted() -> MediaInspector:
    frame = KeyFrame(at_seconds=0, scene=0, file="frame-01.jpg", width=320, height=240, score=0.5)
    scene = FoundScene(start_seconds=0, end_seconds=2)
    copy = CompressedVideo(
        file="copy.mp4", size_bytes=8, width=320, height=240, ssim=0.97, preset="superfast", cpu_seconds=1
    )
    still = Still(
        file="picture.jpg",
        width=320,
        height=240,
        source_width=320,
        source_height=240,
        form="png",
        size_bytes=1,
        sharpness=100.0,
        exposure=0.9,
        brightness=0.5,
        contrast=50.0,
    )
    return ScriptedMedia(
        inspection=Inspection(probe=PROBE, scenes=[scene], key_frames=[frame]),
        smaller_copy=copy,
        still=still,
    )


def isolated() -> MediaInspector:
    return IsolatedMedia(clock=SystemClock())


both = pytest.mark.parametrize("inspector", [scripted, isolated])


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Two seconds of moving noise, larger than it need be."""
    picture = np.random.default_rng(3).integers(0, 255, (12, 16, 3), np.uint8).repeat(20, 0).repeat(20, 1)
    with av.open(str(tmp_path / "clip.mp4"), "w") as output:
        video: Any = output.add_stream("libx264", rate=30, options={"preset": "ultrafast", "qp": "4"})
        video.width, video.height, video.pix_fmt = 320, 240, "yuv420p"
        for number in range(60):
            frame = av.VideoFrame.from_ndarray(np.roll(picture, number * 3, 1), format="rgb24")
            frame.pts = number
            output.mux(video.encode(frame))
        output.mux(video.encode())
    return tmp_path / "clip.mp4"


def soon() -> float:
    return time.monotonic() + 30


@both
async def test_a_probe_takes_the_size_it_is_told(inspector: Callable[[], MediaInspector], clip: Path) -> None:
    probe = await inspector().probe(clip, size_bytes=123_456, deadline=soon())
    assert probe.size_bytes == 123_456
    assert (probe.width, probe.height, probe.video_codec, probe.stated_frames) == (320, 240, "h264", 60)
    assert probe.duration_seconds == pytest.approx(2.0)


@both
async def test_an_inspection_s_files_are_in_its_directory(
    inspector: Callable[[], MediaInspector], clip: Path, tmp_path: Path
) -> None:
    (tmp_path / "job").mkdir()
    shares: list[float] = []
    found = await inspector().inspect(clip, tmp_path / "job", deadline=soon(), progress=shares.append)
    names = list(files_of(found))
    assert names
    assert all((tmp_path / "job" / name).stat().st_size > 0 for name in names)
    assert found.scenes[0].start_seconds == 0
    assert found.scenes[-1].end_seconds == pytest.approx(2.0, abs=0.1)
    assert found.copy_made is None
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


@both
async def test_a_copy_is_in_its_directory(
    inspector: Callable[[], MediaInspector], clip: Path, tmp_path: Path
) -> None:
    (tmp_path / "job").mkdir()
    target_bytes = int(clip.stat().st_size * 0.4)
    copy = await inspector().compress(clip, tmp_path / "job", target_bytes=target_bytes, deadline=soon())
    assert copy is not None
    assert copy.size_bytes == (tmp_path / "job" / copy.file).stat().st_size
    assert copy.ssim >= 0.95


@both
async def test_a_picture_leaves_a_copy_in_its_directory(
    inspector: Callable[[], MediaInspector], tmp_path: Path
) -> None:
    noise = np.random.default_rng(5).integers(0, 255, (240, 320, 3), np.uint8)
    (tmp_path / "upload").write_bytes(cv2.imencode(".png", noise)[1].tobytes())
    (tmp_path / "job").mkdir()
    still = await inspector().picture(tmp_path / "upload", tmp_path / "job", deadline=soon())
    assert (still.form, still.source_width, still.source_height) == ("png", 320, 240)
    assert [path.name for path in (tmp_path / "job").iterdir()] == [still.file]


async def test_both_say_that_a_file_is_no_picture(clip: Path, tmp_path: Path) -> None:
    twin = ScriptedMedia(inspection=Inspection(probe=PROBE, scenes=[]))
    for inspector in (twin, isolated()):
        with pytest.raises(UnsupportedMediaError, match="not a JPEG, PNG, WebP or GIF"):
            await inspector.picture(clip, tmp_path, deadline=soon())


@both
async def test_compressing_is_predicted_to_cost_more(inspector: Callable[[], MediaInspector]) -> None:
    media = inspector()
    probe = PROBE.model_copy(update={"bits_per_second": 8_000_000})
    plain = await media.predicted_cpu_seconds(probe, compress=False)
    assert 0 < plain < await media.predicted_cpu_seconds(probe, compress=True)


async def test_both_refuse_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"ffconcat version 1.0\nfile 'other.mp4'\n")
    reason = "The file is neither MP4 (or MOV) nor WebM (or Matroska)."
    twin = ScriptedMedia(
        inspection=Inspection(probe=PROBE, scenes=[]), failures={"inspect": UnsupportedMediaError(reason)}
    )
    for media in (isolated(), twin):
        with pytest.raises(UnsupportedMediaError) as refusal:
            await media.inspect(path, tmp_path, deadline=soon())
        assert refusal.value.message == reason
