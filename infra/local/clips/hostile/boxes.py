"""Surgery on MP4 files: finding boxes, and putting others in their place."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_NESTS = frozenset(
    {b"moov", b"trak", b"edts", b"mdia", b"minf", b"dinf", b"stbl", b"mvex", b"moof", b"traf", b"udta"}
)
_HEADER_BYTES = 8
_LONG_HEADER_BYTES = 16


@dataclass(frozen=True, kw_only=True)
class Box:
    """Where a box lies in a file."""

    #: Kinds from the outermost box to this one.
    path: tuple[bytes, ...]
    start: int
    #: Where its header ends.
    content: int
    end: int


def box(kind: bytes, *parts: bytes) -> bytes:
    """Return a box."""
    content = b"".join(parts)
    return struct.pack(">I4s", len(content) + _HEADER_BYTES, kind) + content


def walk(data: bytes, start: int = 0, end: int | None = None, path: tuple[bytes, ...] = ()) -> Iterator[Box]:
    """Yield all boxes of a sound file, each before those that it holds."""
    end = len(data) if end is None else end
    while start + _HEADER_BYTES <= end:
        size, kind = struct.unpack_from(">I4s", data, start)
        content = start + _HEADER_BYTES
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, content)
            content = start + _LONG_HEADER_BYTES
        found = Box(path=(*path, kind), start=start, content=content, end=start + size)
        yield found
        if kind in _NESTS:
            yield from walk(data, content, found.end, found.path)
        start = found.end


def find(data: bytes, path: str, occurrence: int = 0) -> Box:
    """Return a box by the kinds that lead to it, such as `moov.trak.mdia.mdhd`.

    Raises:
        LookupError: there is none.
    """
    wanted = tuple(kind.encode() for kind in path.split("."))
    found = [each for each in walk(data) if each.path == wanted]
    if len(found) <= occurrence:
        raise LookupError(path)
    return found[occurrence]


def content_of(data: bytes, path: str) -> bytes:
    """Return what a box holds."""
    found = find(data, path)
    return data[found.content : found.end]


def overwritten(data: bytes, path: str, offset: int, values: bytes) -> bytes:
    """Return the file with bytes of a box's content replaced by as many others."""
    at = find(data, path).content + offset
    return data[:at] + values + data[at + len(values) :]


def with_content(data: bytes, path: str, content: bytes) -> bytes:
    """Return the file with other content in a box; the boxes around it grow. Pictures must lie before it."""
    found = find(data, path)
    grown = len(content) - (found.end - found.content)
    changed = bytearray(data)
    for outer in walk(data):
        if outer.start <= found.start and outer.end >= found.end:
            (size,) = struct.unpack_from(">I", changed, outer.start)
            struct.pack_into(">I", changed, outer.start, size + grown)
    changed[found.content : found.end] = content
    return bytes(changed)


def with_box_in(data: bytes, path: str, *added: bytes) -> bytes:
    """Return the file with further boxes at the end of a box."""
    return with_content(data, path, content_of(data, path) + b"".join(added))


def fast_start(data: bytes) -> bytes:
    """Return the file with its index before its pictures, as for the web."""
    moov, pictures = find(data, "moov"), find(data, "mdat")
    index = bytearray(data[moov.start : moov.end])
    for table in walk(bytes(index)):
        if table.path[-1] == b"stco":
            (count,) = struct.unpack_from(">I", index, table.content + 4)
            layout, at = f">{count}I", table.content + 8
            moved = (offset + len(index) for offset in struct.unpack_from(layout, index, at))
            struct.pack_into(layout, index, at, *moved)
    return data[: pictures.start] + bytes(index) + data[pictures.start : moov.start] + data[moov.end :]
