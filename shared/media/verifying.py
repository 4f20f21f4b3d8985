"""Reading a copy back: what was not seen whole does not replace anything."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from av.video.frame import VideoFrame

from shared.errors import UnsupportedMediaError
from shared.media.opening import opened, video_stream
from shared.media.similarity import Luma, similarity

#: Frames whose likeness stands for the whole: two a scene in a usual clip.
SAMPLES = 12


class Original:
    """What a copy is held against: its frames' number and times, and the luma of a few of them."""

    def __init__(self, duration_seconds: float) -> None:
        self._step = duration_seconds / SAMPLES
        self._next = self._step / 2
        self.frames = 0
        self.first: float | None = None
        self.last = 0.0
        self.samples: dict[int, Luma] = {}

    def add(self, frame: VideoFrame) -> None:
        """Note a frame as it is given to the encoder."""
        at = frame.time or 0.0
        self.first = at if self.first is None else self.first
        self.last = at
        if at - self.first >= self._next and len(self.samples) < SAMPLES:
            self.samples[self.frames] = luma_of(frame)
            self._next += self._step
        self.frames += 1


def luma_of(frame: VideoFrame) -> Luma:
    """Return a copy of a frame's luma plane."""
    plane = frame.planes[0]
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    return np.array(rows[: frame.height, : frame.width])


def verified_similarity(copy: Path, original: Original, *, until: float) -> float | None:
    """Decode all of a copy and return how alike it is; `None` if it is not whole, or time ran out.

    Args:
        copy: the file to read back.
        original: what went into it.
        until: monotonic seconds.
    """
    found, times = [], []
    try:
        for index, frame in enumerate(_decoded(copy)):
            if frame.is_corrupt or time.monotonic() > until:
                return None
            times.append(frame.time or 0.0)
            if (sample := original.samples.get(index)) is not None:
                found.append(similarity(sample, luma_of(frame)))
    except (av.FFmpegError, UnsupportedMediaError):
        return None
    return float(np.mean(found)) if found and _same_times(times, original) else None


def _decoded(copy: Path) -> Iterator[VideoFrame]:
    with opened(copy) as container:
        yield from container.decode(video_stream(container))


def _same_times(times: list[float], original: Original) -> bool:
    """Say whether as many frames lie between the same times; files may begin at another one."""
    span = times[-1] - times[0]
    return len(times) == original.frames and abs(span - (original.last - (original.first or 0))) < 0.05  # noqa: PLR2004 - well under a frame of 15 a second
