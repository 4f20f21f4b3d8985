"""Looking at a video before it is fetched: its header, wherever that lies, and a little of its pictures.

An MP4's header (`moov`) may stand before or behind the pictures; the boxes' sizes lead to it at once.
What was read is put into a sparse file of the whole size and probed in the child process, as the whole file
would be: what will be refused is refused here, some 200 KB into it.
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.errors import UnsupportedMediaError
from shared.media.heads import HEAD_BYTES, container_of
from shared.media.port import MediaInspector
from shared.media.report import MAX_DURATION_SECONDS, MediaProbe
from shared.storage.port import ObjectStore, StoredObject

#: Read beyond what is asked for: the next box is often there.
_AHEAD_BYTES = 64 * 1024
#: So near its end the file is read to it.
_TAIL_BYTES = 256 * 1024
#: The beginning of the first picture tells the pixel format; sound may stand before it.
_PICTURE_BYTES = 96 * 1024
#: Quarter of an hour at 240 frames a second lists some 5 MB of samples.
_MAX_HEADER_BYTES = 16 * 1024 * 1024
#: The first cluster of pictures has to end within, or its format stays unknown.
_MATROSKA_BYTES = 512 * 1024
#: Identifiers of elements.
_CLUSTER, _DURATION = b"\x1f\x43\xb6\x75", b"\x44\x89"
#: More boxes than that at the top are no video of a phone, an editor or a browser.
_MAX_BOXES = 64
#: A recording in fragments (browsers) lists its length nowhere; the first ones tell the bit rate.
_MAX_FRAGMENTS = 4
#: So much longer than allowed an estimate has to be, to be believed: bit rates vary.
_ROUGHNESS = 1.5
_LARGE_SIZE, _TO_THE_END = 1, 0
_SHORT_HEADER, _LONG_HEADER = 8, 16


@dataclass(frozen=True, kw_only=True)
class Preflight:
    """What was learnt before the download."""

    probe: MediaProbe
    bytes_read: int
    requests: int


async def preflight(
    objects: ObjectStore,
    media: MediaInspector,
    pinned: StoredObject,
    directory: Path,
    *,
    deadline: float,
) -> Preflight:
    """Read a pinned video's header and probe it.

    Args:
        objects: where it lies.
        media: what probes it, in the child process.
        pinned: the video.
        directory: the job's own; a sparse file stands there meanwhile.
        deadline: in monotonic seconds.

    Raises:
        UnsupportedMediaError: it is not to be analysed, and need not be downloaded.
        JobError: it can't be read now.
    """
    pieces = _Pieces(objects, pinned)
    looked_through = await _read_header(pieces)
    path = directory / "header"
    await asyncio.to_thread(pieces.write, path)
    try:
        probe = await media.probe(path, size_bytes=pinned.size_bytes, deadline=deadline)
    finally:
        await asyncio.to_thread(path.unlink)
    return Preflight(
        probe=_extrapolated(probe, pinned.size_bytes / looked_through),
        bytes_read=pieces.bytes_read,
        requests=pieces.requests,
    )


@dataclass(frozen=True, kw_only=True)
class _Box:
    kind: bytes
    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start


@dataclass(kw_only=True)
class _Piece:
    start: int
    data: bytearray

    @property
    def end(self) -> int:
        return self.start + len(self.data)


class _Pieces:
    """The parts of an object that were read."""

    def __init__(self, objects: ObjectStore, pinned: StoredObject) -> None:
        self._objects = objects
        self._pinned = pinned
        self._pieces: list[_Piece] = []
        #: How much of the object is written, with holes: all of it, or the beginning only.
        self.written_bytes = pinned.size_bytes
        self.bytes_read = 0
        self.requests = 0

    @property
    def size_bytes(self) -> int:
        return self._pinned.size_bytes

    async def at(self, start: int, length: int) -> bytes:
        """Return a part, reading what of it is missing; shorter only at the object's end."""
        piece = next((piece for piece in self._pieces if piece.start <= start <= piece.end), None)
        if piece is None:
            piece = _Piece(start=start, data=bytearray())
            self._pieces.append(piece)
        if (missing := min(start + length, self.size_bytes) - piece.end) > 0:
            piece.data += await self._read(piece.end, missing + _AHEAD_BYTES)
        begin = start - piece.start
        return bytes(piece.data[begin : begin + length])

    async def _read(self, start: int, length: int) -> bytes:
        if self.size_bytes - start <= _TAIL_BYTES:
            length = self.size_bytes - start
        data = await self._objects.read_range(self._pinned, start, length)
        self.requests += 1
        self.bytes_read += len(data)
        return data

    def write(self, path: Path) -> None:
        """Write what was read to where it stands in the whole; the holes take no space."""
        with path.open("wb") as file:
            for piece in self._pieces:
                file.seek(piece.start)
                file.write(piece.data)
            file.truncate(self.written_bytes)


async def _read_header(pieces: _Pieces) -> int:
    """Read all that a probe needs, and return how much of the object was looked through by that."""
    container = container_of(await pieces.at(0, HEAD_BYTES))
    if container == "matroska":
        return await _read_matroska(pieces)
    return await _read_boxes(pieces)


async def _read_matroska(pieces: _Pieces) -> int:
    """Read the beginning; a browser's recording is told by it that has no length before its first cluster."""
    beginning = await pieces.at(0, _MATROSKA_BYTES)
    pieces.written_bytes = len(beginning)
    header, clusters, _ = beginning.partition(_CLUSTER)
    return pieces.size_bytes if not clusters or _DURATION in header else pieces.written_bytes


async def _read_boxes(pieces: _Pieces) -> int:
    header = pictures = None
    kinds: set[bytes] = set()
    async for box in _boxes(pieces):
        kinds.add(box.kind)
        if box.kind == b"moov":
            header = await _whole_header(pieces, box)
            if b"mvex" in header:
                return await _read_fragments(pieces, box.end)
        elif box.kind == b"mdat":
            pictures = box
            await pieces.at(box.start, min(box.length, _PICTURE_BYTES))
        if header and pictures:
            return pieces.size_bytes
    if header:
        raise UnsupportedMediaError("The file has a header and nothing else.")
    if b"meta" in kinds:  # HEIF, AVIF
        raise UnsupportedMediaError("The file is a picture, not a video.")
    raise UnsupportedMediaError("The file's MP4 header is missing: its upload may not be complete.")


async def _whole_header(pieces: _Pieces, box: _Box) -> bytes:
    if box.length > _MAX_HEADER_BYTES:
        raise UnsupportedMediaError("The file's MP4 header is too large.")
    header = await pieces.at(box.start, box.length)
    if len(header) < box.length:
        raise UnsupportedMediaError("The file's MP4 header is cut off: its upload may not be complete.")
    return header


async def _read_fragments(pieces: _Pieces, start: int) -> int:
    """Read the first fragments' headers, and return where the last of them ends.

    Indexes (`sidx`, one a track) before them all list the others' lengths: then nothing is left to guess.
    """
    seen: Counter[bytes] = Counter()
    indexes = 0
    async for box in _boxes(pieces, start):
        if seen[b"moof"] == _MAX_FRAGMENTS and box.kind == b"moof":
            if 0 < indexes == seen[b"sidx"]:
                break
            pieces.written_bytes = box.start
            return box.start
        seen[box.kind] += 1
        if seen[b"moof"] == 0:
            indexes = seen[b"sidx"]
        if box.kind == b"moof":
            await _whole_header(pieces, box)
        elif box.kind == b"mdat" and seen[b"mdat"] == 1:
            await pieces.at(box.start, min(box.length, _PICTURE_BYTES))
    return pieces.size_bytes


async def _boxes(pieces: _Pieces, start: int = 0) -> AsyncIterator[_Box]:
    """Yield the boxes at the file's top level, one small read for each that is not there yet."""
    for _ in range(_MAX_BOXES):
        head = await pieces.at(start, _LONG_HEADER)
        if len(head) < _SHORT_HEADER:
            return
        box = _box(head, start, pieces.size_bytes)
        yield box
        start = box.end
    raise UnsupportedMediaError("The file is made of too many parts.")


def _box(head: Sequence[int] | bytes, start: int, size_bytes: int) -> _Box:
    header, length = _SHORT_HEADER, int.from_bytes(bytes(head[:4]), "big")
    if length == _LARGE_SIZE:
        header, length = _LONG_HEADER, int.from_bytes(bytes(head[8:16]), "big")
    elif length == _TO_THE_END:
        length = size_bytes - start
    if length < header:
        raise UnsupportedMediaError("The file's MP4 structure is broken.")
    return _Box(kind=bytes(head[4:8]), start=start, end=start + length)


def _extrapolated(probe: MediaProbe, share: float) -> MediaProbe:
    """Return the whole file's length, where a probe knows the first fragments only.

    Raises:
        UnsupportedMediaError: it is longer than allowed, however rough the estimate; a length nearer to the
            limit is found out once the file is there.
    """
    if math.isclose(share, 1.0):
        return probe
    seconds = probe.duration_seconds * share
    if seconds > MAX_DURATION_SECONDS * _ROUGHNESS:
        raise UnsupportedMediaError(f"The video is longer than {MAX_DURATION_SECONDS:.0f} seconds.")
    bits = round(probe.size_bytes * 8 / seconds)
    return probe.model_copy(update={"duration_seconds": seconds, "bits_per_second": bits})
