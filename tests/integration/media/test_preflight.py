"""Real clips, looked at before they are fetched, by a real child: the verdict is that on the whole file."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from shared.clock import SystemClock
from shared.errors import UnsupportedMediaError
from shared.media.isolated import IsolatedMedia
from shared.media.preflight import Preflight, preflight
from shared.storage.memory import MemoryObject, MemoryObjects
from shared.storage.port import ObjectLocation

#: Three seconds of noise at some 20 Mbit/s: large for its length, so that little of it is little.
_OPTIONS = {"preset": "ultrafast", "qp": "18", "g": "15"}


def filmed(path: Path, container: Mapping[str, str] | None = None, *, step: int = 1) -> bytes:
    noise = np.random.default_rng(1).integers(0, 255, (640, 360, 3), np.uint8)
    with av.open(str(path), "w", options=dict(container or {})) as output:
        video: Any = output.add_stream("libx264", rate=30, options=_OPTIONS)
        video.width, video.height, video.pix_fmt = 360, 640, "yuv420p"
        video.set_display_rotation(-90)
        for number in range(90):
            frame = av.VideoFrame.from_ndarray(np.roll(noise, number, 1), format="rgb24")
            frame.pts = number * step
            output.mux(video.encode(frame))
        output.mux(video.encode())
    return path.read_bytes()


async def looked_at(data: bytes, directory: Path) -> Preflight:
    store = MemoryObjects(objects={("bucket", "clip"): MemoryObject(data=data)})
    pinned = await store.look_up(ObjectLocation(bucket="bucket", key="clip"))
    media = IsolatedMedia(clock=SystemClock())
    return await preflight(store, media, pinned, directory, deadline=time.monotonic() + 90)


@pytest.mark.parametrize(
    ("name", "container"),
    [
        ("clip.mp4", {}),
        ("clip.mp4", {"movflags": "faststart"}),
        ("clip.mov", {}),
        ("clip.mkv", {}),
        ("clip.mp4", {"movflags": "dash+global_sidx"}),
        ("clip.mp4", {"movflags": "frag_keyframe+empty_moov+skip_trailer"}),
    ],
)
async def test_the_header_tells_what_the_whole_would(
    tmp_path: Path, name: str, container: dict[str, str]
) -> None:
    data = filmed(tmp_path / name, container)
    (tmp_path / "job").mkdir()
    found = await looked_at(data, tmp_path / "job")
    whole = await IsolatedMedia(clock=SystemClock()).probe(
        tmp_path / name, size_bytes=len(data), deadline=time.monotonic() + 90
    )
    assert len(data) > 3_000_000
    assert found.bytes_read < 650_000
    assert found.requests <= 6
    assert found.probe.duration_seconds == pytest.approx(whole.duration_seconds, rel=0.2)
    for fact in ("width", "height", "rotation_degrees", "video_codec", "pixel_format", "size_bytes"):
        assert getattr(found.probe, fact) == getattr(whole, fact)
    assert (found.probe.width, found.probe.height) == (640, 360)


async def test_a_browser_s_recording_without_a_length_is_measured(tmp_path: Path) -> None:
    data = filmed(tmp_path / "clip.mkv", {"live": "1"})
    (tmp_path / "job").mkdir()
    found = await looked_at(data, tmp_path / "job")
    whole = await IsolatedMedia(clock=SystemClock()).probe(
        tmp_path / "clip.mkv", size_bytes=len(data), deadline=time.monotonic() + 90
    )
    assert whole.duration_seconds == pytest.approx(3.0, abs=0.05)
    assert found.probe.duration_seconds == pytest.approx(3.0, rel=0.4)
    assert found.bytes_read < 650_000


async def test_a_video_that_is_too_long_is_refused(tmp_path: Path) -> None:
    data = filmed(tmp_path / "clip.mp4", step=400)
    (tmp_path / "job").mkdir()
    with pytest.raises(UnsupportedMediaError, match="longer than 900"):
        await looked_at(data, tmp_path / "job")
