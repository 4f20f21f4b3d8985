"""Packets that stand out: what is coded anew takes many bytes, once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from shared.media.packets import Group, PacketTable

#: Growth over the packets before it, and over the three on either side, from which a packet stands out: four
#: in five cuts of the tuning set do, and one in 50 packets.
_GROWN, _STANDING = 1.3, 1.15
#: One that a shot may begin with is larger than most of the three that follow, or than all three on either
#: side: 97 in 100 cuts are, and one in seven packets.
_FALLING, _HIGHEST = 1.15, 1.05
_BEFORE, _NEIGHBOURS, _FEW = 8, 3, 4


def standing_out(table: PacketTable, group: Group) -> list[int]:
    """Return the packets of a group that are larger than those around them.

    Key pictures and B pictures are left out: those are large anyway, these grow with what follows.
    """
    places, sizes = _counted(table, group)
    return [
        place
        for at, place in enumerate(places)
        if _growth(sizes, at) >= _GROWN and _standing(sizes, at) >= _STANDING
    ]


def possible(table: PacketTable, group: Group) -> list[int]:
    """Return the packets of a group that a shot may begin with; those that stand out are among them."""
    places, sizes = _counted(table, group)
    return [
        place
        for at, place in enumerate(places)
        if _standing(sizes, at) >= _HIGHEST or sizes[at] >= _FALLING * _usual(sizes[at + 1 :])
    ]


def _counted(table: PacketTable, group: Group) -> tuple[list[int], npt.NDArray[np.float64]]:
    inside = slice(group.first, group.end)
    places = group.first + np.flatnonzero(~table.reordered[inside] & ~table.keys[inside])
    return places.tolist(), table.sizes[places].astype(np.float64)


def _growth(sizes: npt.NDArray[np.float64], at: int) -> float:
    before, after = sizes[max(0, at - _BEFORE) : at], sizes[at + 1 : at + 1 + _BEFORE]
    usual = float(np.median(before)) if len(before) > 1 else 0.0
    if len(before) < _FEW and len(after):  # encoders start small after a key picture
        usual = max(usual, float(np.median(after)))
    return float(sizes[at]) / max(1.0, usual)


def _standing(sizes: npt.NDArray[np.float64], at: int) -> float:
    before = sizes[max(0, at - _NEIGHBOURS) : at]
    return float(sizes[at]) / max(_largest(before), _largest(sizes[at + 1 :]))


def _usual(sizes: npt.NDArray[np.float64]) -> float:
    """Return the median of the first few."""
    return float(np.median(sizes[:_NEIGHBOURS])) if len(sizes) else 0.0


def _largest(sizes: npt.NDArray[np.float64]) -> float:
    """Return the largest of the first few, at least 1."""
    return max(1.0, float(sizes[:_NEIGHBOURS].max(initial=1.0)))
