"""Writing down sound as speech services take it: one channel at 16 kHz, without loss.

All of them take FLAC, which is half as large as WAV, but for the Speech SDK: it reads WAV alone, and is asked
about short sound alone. So short sound waits in memory (480 kB at most) and becomes a WAV file.
"""

from __future__ import annotations

import wave
from fractions import Fraction
from pathlib import Path
from typing import Self

import av
import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from shared.media.speaking import SAMPLE_RATE

#: Up to here sound becomes WAV; `shared.speech.choosing.STREAMED_MAX_SECONDS`, by a test.
SHORT_SECONDS = 15.0

_LONG_NAME, _SHORT_NAME = "sound.flac", "sound.wav"
_SAMPLE_BYTES = 2

Samples = NDArray[np.int16]


class Recording:
    """A file of sound that stays only if it is kept."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._kept = False
        self._long: _Flac | None = None
        self._short: list[Samples] = []
        self._short_samples = 0

    def __enter__(self) -> Self:
        return self

    def add(self, samples: Samples) -> None:
        """Write more sound."""
        if self._long:
            self._long.add(samples)
            return
        self._short.append(samples)
        self._short_samples += len(samples)
        if self._short_samples > SHORT_SECONDS * SAMPLE_RATE:
            self._long = _Flac(self._directory / _LONG_NAME)
            for waiting in self._short:
                self._long.add(waiting)
            self._short.clear()

    def keep(self) -> str:
        """Let the file stay; return its name."""
        self._kept = True
        return _LONG_NAME if self._long else _SHORT_NAME

    def __exit__(self, *_error: object) -> None:
        if self._long:
            self._long.close()
            if not self._kept:
                (self._directory / _LONG_NAME).unlink(missing_ok=True)
        elif self._kept:
            _write_wav(self._directory / _SHORT_NAME, self._short)


class _Flac:
    """Sound of any length, in constant memory."""

    def __init__(self, path: Path) -> None:
        self._container = av.open(str(path), "w", format="flac")
        self._stream = self._container.add_stream("flac", rate=SAMPLE_RATE, layout="mono", format="s16")
        self._written = 0

    def add(self, samples: Samples) -> None:
        frame = AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, self._written, Fraction(1, SAMPLE_RATE)
        self._written += len(samples)
        self._container.mux(self._stream.encode(frame))

    def close(self) -> None:
        self._container.mux(self._stream.encode(None))
        self._container.close()


def _write_wav(path: Path, blocks: list[Samples]) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(_SAMPLE_BYTES)
        file.setframerate(SAMPLE_RATE)
        for block in blocks:
            file.writeframes(block.astype("<i2").tobytes())
