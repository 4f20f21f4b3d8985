"""A moment of made-up video, encoded and decoded in memory: the same work everywhere, to measure cores by."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, cast

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

#: CPU time of `sample_work` on the reference core, alone on the machine.
SECONDS_ON_REFERENCE = 0.14

_WIDTH, _HEIGHT, _FRAMES = 720, 1280, 20
_TIME_BASE = Fraction(1, 30)


def sample_work() -> int:
    """Encode and decode the clip; return how many frames came back."""
    encoder = _encoder()
    packets = [packet for frame in _frames() for packet in encoder.encode(frame)]
    packets += encoder.encode(None)
    decoder = av.CodecContext.create("h264", "r")
    decoder.thread_count = 1
    return sum(len(decoder.decode(packet)) for packet in [*packets, None])


def _encoder() -> VideoCodecContext:
    encoder: Any = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = _WIDTH, _HEIGHT, "yuv420p"
    encoder.time_base, encoder.framerate = _TIME_BASE, 1 / _TIME_BASE
    encoder.bit_rate, encoder.thread_count = 3_000_000, 1
    encoder.options = {"preset": "superfast", "rc-lookahead": "0"}
    return cast("VideoCodecContext", encoder)


def _frames() -> list[VideoFrame]:
    """Return a grainy picture that moves: about as hard to encode as a hand-held phone's."""
    random = np.random.default_rng(0)
    coarse = random.integers(60, 200, (_HEIGHT // 16 + 8, _WIDTH // 16 + 8), np.uint8)
    scene = coarse.repeat(16, axis=0).repeat(16, axis=1)
    scene += random.integers(0, 12, scene.shape, np.uint8)
    chroma = np.full((_HEIGHT // 2, _WIDTH), 128, np.uint8)
    return [_frame(scene[3 * n : 3 * n + _HEIGHT, 2 * n : 2 * n + _WIDTH], chroma, n) for n in range(_FRAMES)]


def _frame(
    luma: np.ndarray[Any, np.dtype[np.uint8]], chroma: np.ndarray[Any, Any], number: int
) -> VideoFrame:
    frame = VideoFrame.from_ndarray(np.vstack((luma, chroma)), format="yuv420p")
    frame.pts, frame.time_base = number, _TIME_BASE
    return frame
