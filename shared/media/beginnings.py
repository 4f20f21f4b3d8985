"""Where shots begin inside a group of pictures, by what single packets code anew.

A packet is decoded without the pictures that it is coded upon. What it takes from them is grey then, and what
it codes anew is seen: nearly all of a picture at a cut, two fifths of it at a jump cut, next to nothing where
things just move. So it costs one picture to ask a packet, wherever it stands in its group. What follows tells
cuts from flashes and thrown cameras.
"""

from __future__ import annotations

from collections.abc import Iterable

from shared.media.decoding import PartDecoder
from shared.media.judging import WINDOW_SECONDS, begins_shot, returns
from shared.media.packets import Group, PacketTable
from shared.media.thumbnails import Thumbnail, distance

#: Share of a picture that is coded anew, from which it may begin a shot.
_ANEW = 0.2
#: How much such a picture differs from the shot before: less is motion; from more on, it is clear.
_LEAST_CHANGE, _CLEAR_CHANGE = 4.0, 6.0
#: What is seen for less time may be a flash.
_FLASH_SECONDS = 0.13
#: A flash and a thrown camera code much anew in several packets: so many before, of this share of the size.
_BEFORE, _AS_LARGE = 5, 0.4


class Beginnings:
    """What is learned of a group by asking its packets."""

    def __init__(self, decoder: PartDecoder, table: PacketTable, group: Group, key: Thumbnail) -> None:
        self.cuts: list[float] = []
        #: That the last of the cuts was found by.
        self.last_packet = -1
        #: Packets that code much anew, and yet do not clearly begin a shot.
        self.unclear: list[int] = []
        self._decoder = decoder
        self._table = table
        self._group = group
        self._shares: dict[int, float] = {}
        #: When stretches that were seen begin, and their last pictures, in order.
        self._seen = [(group.start_seconds, key)]

    @property
    def last(self) -> Thumbnail:
        """The last picture that was seen."""
        return self._seen[-1][1]

    def ask(self, packets: Iterable[int]) -> None:
        """Ask packets whether a shot begins with them; once each, and none that was seen in passing."""
        for packet in packets:
            if not self._passed(packet) and self._share_anew(packet) >= _ANEW:
                self._judge(packet)

    def _passed(self, packet: int) -> bool:
        at_seconds = float(self._table.seconds[packet])
        return any(start <= at_seconds <= last.at_seconds for start, last in self._seen)

    def _share_anew(self, packet: int) -> float:
        if packet not in self._shares:
            alone = self._decoder.alone(self._group, packet)
            self._shares[packet] = 0.0 if alone is None else alone.drawn_share
        return self._shares[packet]

    def _judge(self, packet: int) -> None:
        at_seconds = float(self._table.seconds[packet])
        old = [last for _, last in self._seen if last.at_seconds < at_seconds][-1]
        shot = self._shot(packet, old)
        if not shot or (change := distance(old, shot[0])) < _LEAST_CHANGE:
            return
        lasts = shot[-1].at_seconds - shot[0].at_seconds >= _FLASH_SECONDS
        clear = lasts and change >= _CLEAR_CHANGE and not self._goes_on(packet)
        if begins_shot(old, shot) and clear:
            self.cuts.append(shot[0].at_seconds)
            self.last_packet = max(packet, self.last_packet)
        elif not returns(old, shot):
            self.unclear.append(packet)
        self._seen = sorted([*self._seen, (shot[0].at_seconds, shot[-1])], key=lambda seen: seen[0])

    def _goes_on(self, packet: int) -> bool:
        """Tell whether much was coded anew right before, too."""
        least = _AS_LARGE * self._table.sizes[packet]
        before = self._table.upon(packet)
        for _ in range(_BEFORE):
            if before <= self._group.first:
                break
            if self._table.sizes[before] >= least and self._share_anew(before) >= _ANEW:
                return True
            before = self._table.upon(before)
        return False

    def _shot(self, packet: int, old: Thumbnail) -> list[Thumbnail]:
        """Return the pictures of the group that follow a cut, if it is one, for longer than a flash lasts."""
        place = self._table.places[int(self._table.pts[packet])]
        shot: list[Thumbnail] = []
        for decoded in self._decoder.almost(self._group, packet):
            if decoded.packet >= self._group.end and decoded.picture.at_seconds >= self._group.end_seconds:
                break
            picture = decoded.picture.upon(old)
            if decoded.place == place:
                shot = [*(one for one in shot if distance(one, picture) < distance(one, old)), picture]
            else:
                shot.append(picture)
            if decoded.place > place and picture.at_seconds > shot[0].at_seconds + WINDOW_SECONDS:
                break
        return shot
