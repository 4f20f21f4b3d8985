"""Gradual transitions: one picture that turns into another by way of their mixtures.

What lies between two pictures is compared with the straight line from one to the other. A dissolve stays on
that line and moves along it steadily; a camera that pans, and things that move, leave it. A fade is the same
with black as one of the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shared.media.report import Interval
from shared.media.thumbnails import Thumbnail, distance, histogram_distance

#: As far as one looks for the other end: transitions last a second, or less.
_REACH_SECONDS = 1.3
_STRIDE_SECONDS = 0.1
#: Least distance between the ends, and least difference of their histograms: motion keeps these.
_LEAST_DISTANCE, _LEAST_HISTOGRAM = 4.0, 0.12
#: Shares of the way between which the ramp is measured.
_LOW, _HIGH = 0.15, 0.85
_SHORTEST_SECONDS = 0.1
#: Of the time looked at: what moves all the time is motion.
_LARGEST_PART = 0.68
#: Of the way in one step: more is a cut.
_LARGEST_STEP = 0.42
#: Distance from the line, as a share of its length: the most at any frame, and at all of them on average.
_FURTHEST, _MEAN_AWAY = 0.42, 0.3
#: Correlation above which one picture is the other in a different light.
_SAME = 0.9
#: Mean deviation, in steps of 8-bit luma, below which a picture shows nothing.
_EMPTY = 2.0
#: Below this, it is all but gone.
_FAINT = 5.0


def gradual_in(pictures: Sequence[Thumbnail]) -> list[Interval]:
    """Return the gradual transitions in pictures that follow one another without a cut or a gap."""
    times = np.array([picture.at_seconds for picture in pictures])
    ramps: list[Interval] = []
    at = 0
    while at < len(pictures) - 2:
        end = int(np.searchsorted(times, times[at] + _REACH_SECONDS))
        ramp = ramp_in(pictures[at:end])
        if ramp is not None:
            ramps.append(ramp)
        at = max(at + 1, int(np.searchsorted(times, times[at] + _STRIDE_SECONDS)))
    return _merged(ramps, [p.at_seconds for p in pictures if p.contrast >= _FAINT])


def _merged(ramps: Sequence[Interval], shown: Sequence[float]) -> list[Interval]:
    """Join what overlaps, and what has nothing but emptiness between: the halves of a fade.

    Args:
        ramps: In any order; they may overlap.
        shown: Times of the pictures that show something.
    """
    merged: list[Interval] = []
    for ramp in sorted(ramps, key=lambda ramp: ramp.start_seconds):
        last = merged[-1] if merged else None
        if last is None or any(last.end_seconds < at < ramp.start_seconds for at in shown):
            merged.append(ramp)
        else:
            end = max(last.end_seconds, ramp.end_seconds)
            merged[-1] = Interval(start_seconds=last.start_seconds, end_seconds=end)
    return merged


def ramp_in(pictures: Sequence[Thumbnail]) -> Interval | None:
    """Return the transition from the first picture to the last, if that is what they show."""
    if len(pictures) < 4 or not _differ(pictures[0], pictures[-1]):  # noqa: PLR2004 - fewer are no ramp
        return None
    if len({picture.luma.shape for picture in pictures}) > 1:  # the picture's size changed: no blending does
        return None
    way = _way(pictures)
    first = int(np.argmax(way.along > _LOW))
    last = len(way.along) - 1 - int(np.argmax(way.along[::-1] < _HIGH))
    if not _is_ramp(way, first, last):
        return None
    start = pictures[max(0, first - 1)].at_seconds
    end = pictures[min(last + 1, len(pictures) - 1)].at_seconds
    whole = pictures[-1].at_seconds - pictures[0].at_seconds
    if not _SHORTEST_SECONDS <= end - start <= _LARGEST_PART * whole:
        return None
    margin = (end - start) * _LOW / (_HIGH - _LOW)
    return Interval(
        start_seconds=max(pictures[0].at_seconds, start - margin),
        end_seconds=min(pictures[-1].at_seconds, end + margin),
    )


@dataclass(frozen=True, kw_only=True)
class _Way:
    #: How far each picture is from the first towards the last.
    along: npt.NDArray[np.float64]
    #: How far each is away from the line between them.
    away: npt.NDArray[np.float64]


def _differ(one: Thumbnail, other: Thumbnail) -> bool:
    """Tell whether two pictures show different things, not the same in a different light."""
    if distance(one, other) < _LEAST_DISTANCE or histogram_distance(one, other) < _LEAST_HISTOGRAM:
        return False
    if min(one.contrast, other.contrast) < _EMPTY or one.luma.shape != other.luma.shape:
        return True
    luma = one.luma_fields
    return float(np.corrcoef(one.fields[:luma], other.fields[:luma])[0, 1]) < _SAME


def _way(pictures: Sequence[Thumbnail]) -> _Way:
    points = np.stack([picture.fields for picture in pictures])
    line = points[-1] - points[0]
    length = float(line @ line)
    along = (points - points[0]) @ line / length
    away = np.linalg.norm(points - points[0] - along[:, None] * line, axis=1) / np.sqrt(length)
    return _Way(along=along, away=away)


def _is_ramp(way: _Way, first: int, last: int) -> bool:
    if last <= first:
        return False
    steps = np.diff(way.along)
    inside = way.away[first : last + 1]
    return bool(
        steps.max() <= _LARGEST_STEP
        and steps.min() >= -_LARGEST_STEP / 2
        and inside.max() <= _FURTHEST
        and inside.mean() <= _MEAN_AWAY
    )
