"""Whether a cut lies between two frames: the judgement that all scene detection ends in.

A cut is a change of the whole picture that small motion does not explain, that stands alone among its
neighbours (a thrown camera changes many frames in a row), and after which the old picture does not return (a
flash). The bounds were found on the tuning set of `benchmarks/video` and judged on another.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np

from shared.media.thumbnails import Thumbnail, changed_share, distance

#: Least distance of a cut, in steps of 8-bit luma: jump cuts in the dark begin at 1.5. At a key picture, an
#: encoder short of bits catches up, and the picture changes by up to 3.4.
_LEAST_DISTANCE, _LEAST_AT_KEY = 1.4, 4.0
#: Least distance as a share of the picture's contrast: below it, a starved encoder catches up.
_LEAST_OF_CONTRAST = 0.15
#: A cut is this much larger than its neighbours...
_ALONE = 2.2
#: ...and than the median change around it, where all moves.
_ABOVE_MOTION = 4.0
#: Of its distance remains between the most similar pictures before and after it.
_LASTING = 0.5
#: Of the picture changes, at the least; words that pop up change less.
_LEAST_SHARE = 0.25
#: What follows a cut changes by less than this share of it from frame to frame.
_CALM = 0.25
#: Frames on either side whose changes a cut is held against.
_NEIGHBOURS = 3
#: Longer than a flash, shorter than a shot.
WINDOW_SECONDS = 0.26
#: Pictures on either side that are compared; of more, some are left out.
_COMPARED = 7
_KEPT = 96


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A picture, and how it differs from the one shown right before it, where that was seen too."""

    picture: Thumbnail
    #: `None` after a gap.
    change: float | None


def is_cut(before: Sequence[Seen], after: Sequence[Seen]) -> bool:
    """Tell whether the first picture of `after` begins a new shot.

    Args:
        before: What was seen before it, in order and without a gap.
        after: What is seen from it on, without a gap.
    """
    change = after[0].change
    if change is None or not before:
        return False
    if change < _ALONE * max(
        _changes(before[-_NEIGHBOURS:]) + _changes(after[1 : 1 + _NEIGHBOURS]), default=0
    ):
        return False
    around = _changes(before[-3 * _NEIGHBOURS :]) + _changes(after[1 : 1 + 3 * _NEIGHBOURS])
    if around and change < _ABOVE_MOTION * float(np.median(around)):
        return False
    old, new = before[-1].picture, after[0].picture
    least = _LEAST_AT_KEY if new.refreshed else _LEAST_DISTANCE
    if change < max(least, _LEAST_OF_CONTRAST * min(old.contrast, new.contrast)):
        return False
    if changed_share(old, new) < _LEAST_SHARE:
        return False
    return not _returns(_near(before[::-1], old), _near(after, new), _LASTING * change)


def begins_shot(old: Thumbnail, after: Sequence[Thumbnail]) -> bool:
    """Tell whether a shot begins with the first picture of `after`, where what lies before it was not seen.

    What follows has to be calm, or it is a camera that is thrown, and unlike the last picture that was seen
    before, or it is a flash.

    Args:
        old: A picture from before, perhaps seconds before.
        after: The pictures from the first of the new shot on, for the time that a flash may last.
    """
    if not after:
        return False
    change = distance(old, after[0])
    return max(changes_of(after), default=0.0) <= _CALM * change and not _returns(
        [old], after[:: -(-len(after) // _COMPARED)], _LASTING * change
    )


def _changes(seen: Sequence[Seen]) -> list[float]:
    return [one.change for one in seen if one.change is not None]


def _near(seen: Sequence[Seen], picture: Thumbnail) -> list[Thumbnail]:
    """Return the pictures of the same moment, the nearest first."""
    near = [one.picture for one in seen if abs(one.picture.at_seconds - picture.at_seconds) <= WINDOW_SECONDS]
    return near[:: -(-len(near) // _COMPARED)]


def _returns(before: Sequence[Thumbnail], after: Sequence[Thumbnail], bound: float) -> bool:
    """Tell whether a picture from before is seen again."""
    return any(distance(old, new) < bound for old, new in product(before, after))


class CutJudge:
    """Finds the cuts among pictures that come in order, with gaps."""

    def __init__(self) -> None:
        self.cuts: list[float] = []
        self._seen: deque[Seen] = deque(maxlen=_KEPT)
        self._open: list[Seen] = []

    def add(self, picture: Thumbnail, *, joined: bool) -> float | None:
        """Take the next picture; `joined` if the one shown right before it was added last.

        Returns its change.
        """
        change = distance(self._seen[-1].picture, picture) if joined and self._seen else None
        one = Seen(picture=picture, change=change)
        self._seen.append(one)
        if change is not None and change >= _LEAST_DISTANCE:
            self._open.append(one)
        self._settle(picture.at_seconds - WINDOW_SECONDS)
        return change

    def end(self) -> None:
        """Judge what is still open: nothing more will be seen."""
        self._settle(float("inf"))

    def settled(self, since_seconds: float) -> list[float]:
        """Return the cuts from a time on, those included that look like one but are still open."""
        return [cut for cut in self.cuts if cut >= since_seconds] + [
            one.picture.at_seconds for one in self._open if one.picture.at_seconds >= since_seconds
        ]

    def _settle(self, until_seconds: float) -> None:
        while self._open and self._open[0].picture.at_seconds < until_seconds:
            one = self._open.pop(0)
            place = next((i for i, seen in enumerate(self._seen) if seen is one), None)
            if place is not None and self._is_cut(place):
                self.cuts.append(one.picture.at_seconds)

    def _is_cut(self, place: int) -> bool:
        seen = list(self._seen)
        first = place - 1
        while first > 0 and seen[first].change is not None:
            first -= 1
        last = next((i for i in range(place, len(seen)) if seen[i].change is None), len(seen))
        return is_cut(seen[max(0, first) : place], seen[place:last])


def changes_of(pictures: Sequence[Thumbnail]) -> list[float]:
    """Return the distances of neighbours."""
    return [distance(one, other) for one, other in pairwise(pictures)]
