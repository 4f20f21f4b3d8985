"""Which groups of pictures to look into, by their packets and the key pictures at their ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shared.media.packets import Group, PacketTable
from shared.media.spikes import standing_out
from shared.media.thumbnails import Thumbnail, distance, histogram_distance, likeness

#: Distance of two key pictures, in steps of 8-bit luma, up to which nothing happened between them.
QUIET = 1.3
#: What moves keeps its colours: jump cuts change the histogram by 0.06 or more.
_MOTION_HISTOGRAM = 0.05
#: Distance of two pictures that hardly belong to one shot...
_STRIKING = 12.0
#: ...where their histograms differ as well.
_STRIKING_HISTOGRAM = 0.2
#: Likeness from which two pictures belong to one shot, and below which to two. Of the tuning set's pairs of
#: two shots, four in a hundred are this much alike; of those of one shot, one in ten is this little.
_LIKE, _UNLIKE = 0.22, 0.18
_MOST_CHANGE, _OTHER = 15.0, 4.0
#: Motion may be larger than before by this factor, and as large as this, and is trusted so often in a row.
_AS_MUCH, _MOST_MOTION, _IN_A_ROW = 1.3, 8.0, 2
#: Groups differ in length by less where keys come by the clock.
_REGULAR = 0.1


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What is known of a group before it is decoded."""

    #: Between its key picture and the next; `None` where one of them is missing.
    distance: float | None
    #: Both ends belong to one shot.
    one_shot: bool = False
    #: The encoder put the next key picture where it saw a cut, and it does show another thing.
    ends_with_shot: bool = False
    #: Indices of the packets that stand out from those around them.
    loud: Sequence[int] = ()

    @property
    def quiet(self) -> bool:
        """Nothing happened in it, as far as one can tell."""
        return not self.loud and self.one_shot

    @property
    def last_loud(self) -> int:
        """Index of the last loud packet, or -1."""
        return self.loud[-1] if self.loud else -1


def like_motion(one: Thumbnail, other: Thumbnail) -> bool:
    """Tell whether two pictures differ by no more than motion makes them."""
    change = distance(one, other)
    return change < QUIET or (change < _MOST_MOTION and histogram_distance(one, other) < _MOTION_HISTOGRAM)


def same_shot(one: Thumbnail, other: Thumbnail, *, blurred: bool) -> bool:
    """Tell whether two pictures belong to one shot; `blurred` if one was decoded with others missing."""
    return like_motion(one, other) or (
        likeness(one, other) >= _LIKE and (blurred or distance(one, other) < _MOST_CHANGE)
    )


def unlike(one: Thumbnail, other: Thumbnail) -> bool:
    """Tell whether nothing of one picture is found in the other."""
    return distance(one, other) >= _OTHER and likeness(one, other) < _UNLIKE


def striking(one: Thumbnail, other: Thumbnail) -> bool:
    """Tell whether two pictures differ as much as those of one shot hardly do."""
    return distance(one, other) >= _STRIKING and histogram_distance(one, other) >= _STRIKING_HISTOGRAM


def outlook(
    table: PacketTable, group: Group, ends: tuple[Thumbnail | None, Thumbnail | None], *, early_key: bool
) -> Outlook:
    """Put together what is known of a group."""
    first, last = ends
    loud = standing_out(table, group)
    if first is None or last is None:
        return Outlook(distance=None, loud=loud)
    return Outlook(
        distance=distance(first, last),
        one_shot=same_shot(first, last, blurred=False),
        ends_with_shot=early_key and (striking(first, last) or unlike(first, last)),
        loud=loud,
    )


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
            group.distance <= min(_MOST_MOTION, _AS_MUCH * self._known.distance) and self._skipped < _IN_A_ROW
        )
        self._skipped += alike
        return alike


def by_the_clock(groups: Sequence[Group]) -> bool:
    """Tell whether key pictures come at regular times, whatever is shown."""
    lengths = np.array([group.end - group.first for group in groups[:-1]])
    return len(lengths) < 2 or bool(lengths.std() < _REGULAR * lengths.mean())  # noqa: PLR2004 - nothing to compare


def early_keys(groups: Sequence[Group]) -> list[bool]:
    """Tell for each group whether the next key picture came before its time, where there is such a time."""
    if by_the_clock(groups):
        return [False] * len(groups)
    lengths = np.array([group.end - group.first for group in groups[:-1]])
    return [bool(length < lengths.max()) for length in lengths] + [False]
