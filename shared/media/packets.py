"""The table of a video's packets: when each picture is shown and how many bytes it took, without decoding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

import av
import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

#: Key pictures closer than this are not worth looking at one by one: some cameras write nothing else.
_SHORTEST_GROUP_SECONDS = 0.3
#: More than a quarter of an hour at 250 frames a second.
_MOST_PACKETS = 300_000
_FRAME_SECONDS = 1 / 30
_NOTHING = bytes(4)


@dataclass(frozen=True, kw_only=True)
class Group:
    """A key picture and what is coded upon it: packets from `first` up to, not including, `end`."""

    first: int
    end: int
    #: Presentation time of the key picture, and of the one that follows the group (or of the end).
    start_seconds: float
    end_seconds: float


@dataclass(frozen=True, kw_only=True)
class PacketTable:
    """All packets of a video stream in the order of decoding."""

    #: Presentation times in units of `time_base_seconds`.
    pts: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.int64]
    keys: npt.NDArray[np.bool_]
    time_base_seconds: float
    #: What went wrong while reading: packets of which a part is missing, and what could not be read at all.
    errors: int = 0
    #: Packets that begin as no picture does, with zeros: part of an upload was lost.
    hollow: int = 0

    @property
    def count(self) -> int:
        """How many packets there are."""
        return len(self.pts)

    @cached_property
    def seconds(self) -> npt.NDArray[np.float64]:
        """Presentation times in seconds, in the order of decoding."""
        return self.pts.astype(np.float64) * self.time_base_seconds

    @cached_property
    def places(self) -> dict[int, int]:
        """Return the place of each presentation time in the order of presentation."""
        return {pts: place for place, pts in enumerate(np.unique(self.pts).tolist())}

    @cached_property
    def reordered(self) -> npt.NDArray[np.bool_]:
        """Tell the packets that are shown before one that was decoded earlier: B pictures."""
        return self.pts < np.maximum.accumulate(self.pts)

    @cached_property
    def end_seconds(self) -> float:
        """When the last picture has been shown; 0 where all are shown before the file's clock starts."""
        shown = np.unique(self.seconds)
        return max(0.0, float(shown[-1] + (np.median(np.diff(shown)) if len(shown) > 1 else _FRAME_SECONDS)))

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Groups of pictures, each from a key picture to the next that is not too close."""
        starts: list[int] = []
        for index in np.flatnonzero(self.keys).tolist():
            if not starts or self.seconds[index] - self.seconds[starts[-1]] >= _SHORTEST_GROUP_SECONDS:
                starts.append(index)
        ends = [*starts[1:], self.count] if starts else []
        return tuple(
            Group(
                first=first,
                end=end,
                start_seconds=float(self.seconds[first]),
                end_seconds=float(self.seconds[end]) if end < self.count else self.end_seconds,
            )
            for first, end in zip(starts, ends, strict=True)
        )


@dataclass(kw_only=True)
class _Rows:
    pts: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    keys: list[bool] = field(default_factory=list)
    errors: int = 0
    hollow: int = 0

    def failed(self) -> None:
        self.errors += 1


def read_table(container: InputContainer, stream: VideoStream) -> PacketTable:
    """Read all packets once; what cannot be read ends the table."""
    rows = _Rows()
    for packet in packets(container, stream, rows.failed):
        rows.errors += packet.is_corrupt
        rows.hollow += bytes(memoryview(packet)[:4]) == _NOTHING
        rows.pts.append(shown_at(packet))
        rows.sizes.append(packet.size)
        rows.keys.append(packet.is_keyframe)
        if len(rows.pts) >= _MOST_PACKETS:
            break
    time_base = stream.time_base
    return PacketTable(
        pts=np.array(rows.pts, np.int64),
        sizes=np.array(rows.sizes, np.int64),
        keys=np.array(rows.keys, np.bool_),
        time_base_seconds=float(time_base) if time_base else 1.0,
        errors=rows.errors,
        hollow=rows.hollow,
    )


def packets(
    container: InputContainer, stream: VideoStream, failed: Callable[[], None]
) -> Iterator[Packet[VideoStream]]:
    """Yield the packets from where the container stands; an error is told to `failed` and ends it."""
    try:
        for packet in container.demux(stream):
            if packet.size and (packet.pts is not None or packet.dts is not None):
                yield packet
    except av.FFmpegError:
        failed()


def shown_at(packet: Packet[VideoStream]) -> int:
    """Return a packet's presentation time; files that carry none are shown in the order of decoding."""
    return int(packet.pts if packet.pts is not None else packet.dts or 0)
