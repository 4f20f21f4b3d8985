"""A small video with the sound that a test wants."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

Samples = NDArray[np.float32]
MakeVideo = Callable[..., Path]

_BLOCK = 1024


@pytest.fixture
def make_video(tmp_path: Path) -> MakeVideo:
    """Return a function that writes a 64 x 64 video with the sound given (channels by samples)."""

    def make(sound: Samples | None, rate: int = 16_000, *, late: float = 0.0, codec: str = "aac") -> Path:
        path = tmp_path / "video.mov"
        with _muxed(path) as container:
            video = container.add_stream("libx264", rate=10)
            video.width, video.height, video.pix_fmt = 64, 64, "yuv420p"
            layout = "mono" if sound is None or len(sound) == 1 else "stereo"
            audio: Any = None if sound is None else container.add_stream(codec, rate=rate, layout=layout)
            seconds = 1.0 if sound is None else sound.shape[1] / rate + late
            for number in range(max(2, int(seconds * 10))):
                picture = av.VideoFrame.from_ndarray(np.full((64, 64, 3), number % 250, np.uint8))
                picture.pts, picture.time_base = number, Fraction(1, 10)
                container.mux(video.encode(picture))
            container.mux(video.encode(None))
            if sound is not None:
                for start in range(0, sound.shape[1], _BLOCK):
                    block = np.ascontiguousarray(sound[:, start : start + _BLOCK], np.float32)
                    frame = av.AudioFrame.from_ndarray(block, format="fltp", layout=layout)
                    frame.sample_rate, frame.time_base = rate, Fraction(1, rate)
                    frame.pts = start + round(late * rate)
                    container.mux(audio.encode(frame))
                container.mux(audio.encode(None))
        return path

    return make


@contextmanager
def _muxed(path: Path) -> Iterator[av.container.OutputContainer]:
    with av.open(str(path), "w", format="mov") as container:
        yield container
