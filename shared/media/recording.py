"""Writing down sound as speech services take it: one channel at 16 kHz, without loss."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Self

import av
import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from shared.media.speaking import SAMPLE_RATE


class Recording:
    """A FLAC file that stays only if it is kept."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept = False

    def __enter__(self) -> Self:
        self._container = av.open(str(self._path), "w", format="flac")
        self._stream = self._container.add_stream("flac", rate=SAMPLE_RATE, layout="mono", format="s16")
        self._written = 0
        return self

    def add(self, samples: NDArray[np.int16]) -> None:
        """Write more sound."""
        frame = AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, self._written, Fraction(1, SAMPLE_RATE)
        self._written += len(samples)
        self._container.mux(self._stream.encode(frame))

    def keep(self) -> str:
        """Let the file stay; return its name."""
        self._kept = True
        return self._path.name

    def __exit__(self, *_error: object) -> None:
        if self._written:
            self._container.mux(self._stream.encode(None))
        self._container.close()
        if not self._kept:
            self._path.unlink(missing_ok=True)
