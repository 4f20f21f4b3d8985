"""Packets that stand out: what is coded anew at a cut takes many bytes, once.

A thrown camera and something that passes swell many packets in a row; a dissolve swells them slowly; a flash
swells two. So a packet that stands alone, between key pictures that show different things, is a cut. Of 505
such groups of the tuning set, 255 had one packet of this kind, and in 252 it was the cut, to the frame.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shared.media.packets import Group, PacketTable

#: Growth over the packets before it, and over the three on either side, from which a packet may be a cut...
_MAY_BE, _MAY_STAND_OUT = 1.5, 1.25
#: ...and from which it is one where no other may be.
_IS, _STANDS_OUT = 2.0, 1.6
#: Growth of the smallest packets that began a shot.
_STIRRING = 1.35
_BEFORE, _NEIGHBOURS, _FEW = 8, 3, 4
#: The first is looked at, and one in this many later ones.
_AUDITED = 6
#: HEVC predicts so well that a lone large packet is often no cut: two of 21 on the tuning set.
_UNTRUSTED = frozenset({"hevc"})


@dataclass(frozen=True, kw_only=True)
class Spike:
    """A packet that is larger than those around it."""

    #: Index into the table.
    packet: int
    #: Over the median of those before it.
    growth: float
    #: Over the largest of its neighbours.
    standing: float


def lone_spike(table: PacketTable, group: Group) -> Spike | None:
    """Return the one packet of a group that has to be the cut if there is one, or `None`."""
    found = [
        spike
        for spike in _measured(table, group)
        if spike.growth >= _MAY_BE and spike.standing >= _MAY_STAND_OUT
    ]
    if len(found) != 1 or found[0].growth < _IS or found[0].standing < _STANDS_OUT:
        return None
    return found[0]


def stirring(table: PacketTable, group: Group) -> list[int]:
    """Return the packets that grew at all: no cut was ever coded in less."""
    return [spike.packet for spike in _measured(table, group) if spike.growth >= _STIRRING]


def shown_exactly(table: PacketTable, spike: Spike) -> bool:
    """Tell whether a cut is shown just when its packet is: no picture of the other shot may come before."""
    after = spike.packet + 1
    return after >= table.count or not table.reordered[after]


def _measured(table: PacketTable, group: Group) -> list[Spike]:
    """Return the packets of a group that others are coded upon."""
    inside = slice(group.first, group.end)
    places = group.first + np.flatnonzero(~table.reordered[inside] & ~table.keys[inside])
    sizes = table.sizes[places].astype(np.float64)
    return [
        Spike(packet=place, growth=_growth(sizes, at), standing=_standing(sizes, at))
        for at, place in enumerate(places.tolist())
    ]


def _growth(sizes: npt.NDArray[np.float64], at: int) -> float:
    before, after = sizes[max(0, at - _BEFORE) : at], sizes[at + 1 : at + 1 + _BEFORE]
    usual = float(np.median(before)) if len(before) > 1 else 0.0
    if len(before) < _FEW and len(after):  # encoders start small after a key picture
        usual = max(usual, float(np.median(after)))
    return float(sizes[at]) / max(1.0, usual)


def _standing(sizes: npt.NDArray[np.float64], at: int) -> float:
    near = (sizes[max(0, at - _NEIGHBOURS) : at], sizes[at + 1 : at + 1 + _NEIGHBOURS])
    return float(sizes[at]) / max(1.0, *(float(side.max(initial=1.0)) for side in near))


class SpikeTrust:
    """Whether a file's lone spikes are believed: not before one was looked at, and never without samples."""

    def __init__(self, *, codec: str) -> None:
        self._seen = 0
        self._failed = codec in _UNTRUSTED

    def believes(self) -> bool:
        """Tell whether the next one is taken for a cut without looking; otherwise it has to be audited."""
        due = self._seen % _AUDITED == 0
        self._seen += 1
        return not self._failed and not due

    def audited(self, *, held: bool) -> None:
        """Take what looking at one showed; after a failure, none is believed any more."""
        self._failed = self._failed or not held
