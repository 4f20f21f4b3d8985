"""Which groups of pictures to look into, by their packets and the key pictures at their ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shared.media.packets import Group, PacketTable
from shared.media.thumbnails import Thumbnail, distance, histogram_distance

#: Distance of two key pictures, in steps of 8-bit luma, up to which nothing happened between them.
QUIET = 1.3
#: What moves keeps its colours: jump cuts change the histogram by 0.06 or more.
_MOTION_HISTOGRAM = 0.05
#: A packet this much larger than those before it calls for a look although both ends are alike. Pictures
#: that come in short groups seldom leave and return within one; where groups are long, or end where the
#: encoder saw a cut, little else tells of others.
_LOUD_SHORT, _LOUD_LONG, _LOUD_EARLY = 3.0, 2.2, 1.4
_LONG_SECONDS, _VERY_LONG_SECONDS = 1.6, 3.5
#: Packets that a size is held against.
_BEFORE = 8
#: Distance of two pictures that hardly belong to one shot...
STRIKING = 12.0
#: ...where their histograms differ as well.
_STRIKING_HISTOGRAM = 0.2
#: Motion may be larger than before by this factor, and as large as this, and is trusted so often in a row.
_AS_MUCH, _MOST_MOTION, _IN_A_ROW = 1.3, 8.0, 2
#: Groups differ in length by less where keys come by the clock.
_REGULAR = 0.1
#: Packets by which the shortest groups differ.
_AS_EARLY = 2


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What is known of a group before it is decoded."""

    #: Between its key picture and the next; `None` where one of them is missing.
    distance: float | None
    histogram_distance: float
    #: Packets that are larger than those before them, by how much.
    loudest: float
    #: Indices of the packets that are loud enough to be looked at.
    loud: Sequence[int] = ()
    #: The next key picture came early.
    early_key: bool = False

    @property
    def quiet(self) -> bool:
        """Nothing happened in it, as far as one can tell."""
        return self.loudest < 1 and self.moved_only

    @property
    def last_loud(self) -> int:
        """Index of the last loud packet, or -1."""
        return self.loud[-1] if self.loud else -1

    @property
    def moved_only(self) -> bool:
        """Tell whether both ends show the same, moved at most."""
        change = self.distance
        return change is not None and (
            change < QUIET or (change < _MOST_MOTION and self.histogram_distance < _MOTION_HISTOGRAM)
        )

    @property
    def other_shot(self) -> bool:
        """Its ends hardly belong to one shot."""
        return (self.distance or 0.0) >= STRIKING and self.histogram_distance >= _STRIKING_HISTOGRAM

    @property
    def ends_with_shot(self) -> bool:
        """The encoder put the next key picture where it saw a cut, and it does show another thing."""
        return self.early_key and self.other_shot


def like_motion(one: Thumbnail, other: Thumbnail) -> bool:
    """Tell whether two pictures differ by no more than motion makes them."""
    change = distance(one, other)
    return change < QUIET or (change < _MOST_MOTION and histogram_distance(one, other) < _MOTION_HISTOGRAM)


def outlook(
    table: PacketTable, group: Group, ends: tuple[Thumbnail | None, Thumbnail | None], *, early_key: bool
) -> Outlook:
    """Put together what is known of a group."""
    ratios = growth(table, group)
    loud = _loud(group.end_seconds - group.start_seconds, early_key=early_key)
    above = np.flatnonzero(ratios >= loud)
    first, last = ends
    return Outlook(
        distance=distance(first, last) if first and last else None,
        histogram_distance=histogram_distance(first, last) if first and last else 0.0,
        loudest=float(ratios.max(initial=0.0)) / loud,
        loud=(group.first + above).tolist(),
        early_key=early_key,
    )


def _loud(seconds: float, *, early_key: bool) -> float:
    """Return from which growth on a packet of a group calls for a look."""
    if early_key or seconds > _VERY_LONG_SECONDS:
        return _LOUD_EARLY
    return _LOUD_LONG if seconds > _LONG_SECONDS else _LOUD_SHORT


class Motion:
    """How much a shot moves, as decoding showed: as much again is not worth another look."""

    def __init__(self) -> None:
        self._known: Outlook | None = None
        self._skipped = 0

    def learn(self, decoded: Outlook, *, moved_only: bool) -> None:
        """Take what a decoded group had looked like, and whether it held nothing but motion."""
        still = not decoded.distance or decoded.distance > _MOST_MOTION
        self._known = decoded if moved_only and not still else None
        self._skipped = 0

    def forget(self) -> None:
        """Take it that the motion is over."""
        self._known = None

    def explains(self, group: Outlook) -> bool:
        """Tell whether a group looks like no more than the motion before it."""
        if self._known is None or not self._known.distance or not group.distance:
            return False
        alike = (
            group.distance <= min(_MOST_MOTION, _AS_MUCH * self._known.distance)
            and group.loudest <= _AS_MUCH * self._known.loudest
            and self._skipped < _IN_A_ROW
        )
        self._skipped += alike
        return alike


def growth(table: PacketTable, group: Group) -> npt.NDArray[np.float64]:
    """Return by how much each packet of a group exceeds the median of its kind before it.

    Key pictures and B pictures count as 1: those are large anyway, these grow with what follows.
    """
    ratios = np.ones(group.end - group.first)
    places = [
        index
        for index in range(group.first + 1, group.end)
        if not table.reordered[index] and not table.keys[index]
    ]
    sizes = table.sizes[places].astype(np.float64)
    for at, place in enumerate(places):
        others = sizes[max(0, at - _BEFORE) : at]
        if len(others) < 2:  # noqa: PLR2004 - one tells nothing of what is usual
            others = sizes[at + 1 : at + 1 + _BEFORE]
        if len(others):
            ratios[place - group.first] = sizes[at] / max(1.0, float(np.median(others)))
    return ratios


def by_the_clock(groups: Sequence[Group]) -> bool:
    """Tell whether key pictures come at regular times, whatever is shown."""
    lengths = np.array([group.end - group.first for group in groups[:-1]])
    return len(lengths) < 2 or bool(lengths.std() < _REGULAR * lengths.mean())  # noqa: PLR2004 - nothing to compare


def early_keys(groups: Sequence[Group]) -> list[bool]:
    """Tell for each group whether the next key picture came before its time, where there is such a time.

    One that came as early as any may have come late for all that: encoders keep a least distance.
    """
    if by_the_clock(groups):
        return [False] * len(groups)
    lengths = np.array([group.end - group.first for group in groups[:-1]])
    earliest, latest = lengths.min() + _AS_EARLY, lengths.max()
    return [bool(earliest < length < latest) for length in lengths] + [False]
