"""Where nothing is heard: stretches well under this recording's own level, not under a fixed one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from shared.media.report import Interval

#: Sound that one level is about.
STEP_SECONDS = 0.02
#: Shorter pauses belong to speech and music.
_SHORTEST_SECONDS = 0.5
#: Silence to any ear: room noise of a phone's microphone lies above it.
_ABSOLUTE_DBFS = -60.0
#: Nobody calls more than this silent, however loud the rest is.
_LOUDEST_SILENCE_DBFS = -35.0
_ABOVE_FLOOR_DB = 6.0


class Levels:
    """Collects the levels of a recording; 900 s are 45,000 numbers."""

    def __init__(self, rate: int) -> None:
        self._step = round(rate * STEP_SECONDS)
        self._rest = np.zeros(0, np.float32)
        self._decibels: list[NDArray[np.float32]] = []

    def add(self, samples: NDArray[np.float32]) -> None:
        """Take more sound, -1 to 1."""
        joined = np.concatenate((self._rest, samples))
        whole = len(joined) // self._step * self._step
        self._rest = joined[whole:]
        power = np.mean(joined[:whole].reshape(-1, self._step) ** 2, axis=1)
        self._decibels.append((10 * np.log10(power + 1e-12)).astype(np.float32))

    def silent(self) -> bool:
        """Say whether all of it is silence."""
        levels = self._all()
        return not levels.size or float(levels.max()) < _ABSOLUTE_DBFS

    def silences(self, starts_at_seconds: float = 0.0) -> Sequence[Interval]:
        """Return the stretches of silence of half a second and more."""
        levels = self._all()
        if not levels.size:
            return ()
        quiet = levels < _threshold(levels)
        return [
            Interval(
                start_seconds=round(starts_at_seconds + start * STEP_SECONDS, 2),
                end_seconds=round(starts_at_seconds + end * STEP_SECONDS, 2),
            )
            for start, end in runs(quiet)
            if (end - start) * STEP_SECONDS >= _SHORTEST_SECONDS
        ]

    def _all(self) -> NDArray[np.float32]:
        return np.concatenate(self._decibels) if self._decibels else np.zeros(0, np.float32)


def runs(flags: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yield start and end (exclusive) of every run of true."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    for start, end in edges.reshape(-1, 2):
        yield int(start), int(end)


def _threshold(levels: NDArray[np.float32]) -> float:
    """Return what is silence here: a little above the floor, which is a third of the way up at most."""
    floor, loud = (float(level) for level in np.percentile(levels, (5, 95)))
    above = min(_ABOVE_FLOOR_DB, (loud - floor) / 3)
    return min(_LOUDEST_SILENCE_DBFS, max(_ABSOLUTE_DBFS, floor + above))
