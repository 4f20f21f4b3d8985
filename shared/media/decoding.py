"""Decoding parts of a video: its key pictures alone, or a group of pictures from its key picture on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, takewhile

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from shared.media.budgets import WorkBudget
from shared.media.opening import check_frame
from shared.media.packets import Group, PacketTable, packets, shown_at
from shared.media.planning import by_the_clock
from shared.media.thumbnails import Thumbnail

#: Told every decoded key picture.
Watch = Callable[[VideoFrame], None]
#: Tells whether pictures of a time, in seconds, are wanted.
Wanted = Callable[[float], bool]


def always(_seconds: float) -> bool:
    """Want every picture."""
    return True


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """A decoded picture."""

    picture: Thumbnail
    #: In the order of presentation.
    place: int
    #: Index of the last packet that was decoded to get it.
    packet: int


class PartDecoder:
    """Decodes as little of a video as it is asked for."""

    def __init__(
        self, container: InputContainer, stream: VideoStream, table: PacketTable, budget: WorkBudget
    ) -> None:
        self._container = container
        self._stream = stream
        self._context: VideoCodecContext = stream.codec_context
        # Set before the first decoding, or it has no effect. Thumbnails do not show block edges.
        self._context.options = {**self._context.options, "skip_loop_filter": "all"}
        self._table = table
        self._budget = budget
        self._packets: Iterator[Packet[VideoStream]] = iter(())
        #: The packet that would be decoded next without a seek.
        self._next = -1
        self._ready: deque[Decoded] = deque()
        self._by_the_clock = by_the_clock(table.groups)
        self._wanted: Wanted = always
        self.looked_at = 0
        self.corrupt = 0

    @property
    def codec(self) -> str:
        """Name of the codec, as FFmpeg has it."""
        return self._context.codec.canonical_name

    def key_pictures(self, watch: Watch | None) -> Iterator[Thumbnail | None]:
        """Yield a picture for each group, `None` for those that cannot be decoded, in one reading."""
        wanted = [int(self._table.pts[group.first]) for group in self._table.groups]
        self._seek(wanted[0] if wanted else 0)
        for packet in self._packets:
            if not wanted or self._budget.spent:
                return
            if packet.is_keyframe and shown_at(packet) == wanted[0]:
                wanted.pop(0)
                yield self._key_picture(packet, watch)

    def pictures(self, group: Group, *, wanted: Wanted = always) -> Iterator[Decoded]:
        """Yield the pictures from a group's key picture on, as far as they are wanted.

        It goes on into the following groups. Nothing is decoded twice if it was left at or in this group.

        Args:
            group: Where to begin.
            wanted: The pictures of other times are left out, and decoded only if others are coded upon them.
        """
        self._wanted = wanted
        if not group.first <= self._next < group.end:
            self._rewind(group.first)
        first_place = self._table.places[int(self._table.pts[group.first])]
        for packet in self._packets:
            index, self._next = self._next, self._next + 1
            needed = self._wanted(shown_at(packet) * self._table.time_base_seconds)
            self._context.skip_frame = "DEFAULT" if needed else "NONREF"
            self._ready.extend(self._decoded(packet, index, first_place))
            yield from self._taken()
            if self._budget.spent:
                return
        self._ready.extend(self._decoded(None, self._table.count, first_place))
        yield from self._taken()
        self.leave()

    def leave(self) -> None:
        """Tell that what follows will not be decoded on from here."""
        self._next = -1
        self._ready.clear()
        self._context.skip_frame = "DEFAULT"

    def _taken(self) -> Iterator[Decoded]:
        while self._ready:
            yield self._ready.popleft()

    def _rewind(self, first: int) -> None:
        """Stand before a packet that holds a key picture; before none, if it is not found again."""
        self.leave()
        wanted = int(self._table.pts[first])
        for start in (wanted, int(self._table.pts[0])):
            self._seek(start)
            found = next((p for p in self._packets if p.is_keyframe and shown_at(p) == wanted), None)
            if found is not None:
                self._packets = chain((found,), self._packets)
                self._next = first
                return

    def _seek(self, pts: int) -> None:
        self._context.flush_buffers()
        self._packets = iter(())
        try:
            self._container.seek(pts, stream=self._stream)
        except av.FFmpegError:
            self._budget.failed()
        else:
            found = packets(self._container, self._stream, self._budget.failed)
            self._packets = takewhile(lambda _packet: self._budget.read(), found)

    def _key_picture(self, packet: Packet[VideoStream], watch: Watch | None) -> Thumbnail | None:
        frames = [*self._frames(packet), *self._frames(None)]
        self._context.flush_buffers()
        frame = next((frame for frame in frames if frame.pts is not None), None)
        if frame is None or frame.is_corrupt:
            self.looked_at += frame is None
            self.corrupt += frame is None
            return None
        if watch is not None:
            watch(frame)
        return self._thumbnail(frame)

    def _decoded(self, packet: Packet[VideoStream] | None, index: int, first_place: int) -> Iterator[Decoded]:
        for frame in self._frames(packet):
            if not self._wanted((frame.pts or 0) * self._table.time_base_seconds):
                continue
            place = self._table.places.get(frame.pts if frame.pts is not None else -1)
            if place is not None and place >= first_place and not frame.is_corrupt:
                yield Decoded(picture=self._thumbnail(frame), place=place, packet=index)

    def _frames(self, packet: Packet[VideoStream] | None) -> list[VideoFrame]:
        try:
            frames = self._context.decode(packet)
        except av.FFmpegError:
            self._budget.failed()
            self.looked_at += 1
            self.corrupt += 1
            return []
        for frame in frames:
            check_frame(frame)
            self.looked_at += 1
            self.corrupt += frame.is_corrupt
            self._budget.decoded(frame.width * frame.height)
        return frames

    def _thumbnail(self, frame: VideoFrame) -> Thumbnail:
        seconds = (frame.pts or 0) * self._table.time_base_seconds
        return Thumbnail.of(frame, seconds, refreshed=self._by_the_clock)
