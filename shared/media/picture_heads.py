"""What a picture's file says of itself, read without decoding anything: its format and its size.

Files are told by their first bytes, never by a name or a content type. Sizes are read before a decoder sees
the file, because a decoder allocates by them; where two readers might disagree about a header, it is broken.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from shared.errors import UnsupportedMediaError

#: How much of a file tells its format.
KIND_BYTES = 32


class PictureKind(StrEnum):
    """The formats that are looked at: what phones, editors and browsers write."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    GIF = "gif"


@dataclass(frozen=True, kw_only=True)
class PictureHead:
    """What a file says of the picture in it."""

    kind: PictureKind
    #: As coded: turning it is the decoder's.
    width: int
    height: int
    #: It may have transparent parts.
    transparent: bool = False
    #: More than one picture follows; the first one is looked at.
    animated: bool = False
    #: The file ends before the picture does.
    cut_off: bool = False
    #: The file tells where the picture was taken.
    located: bool = False


#: JPEG's frame headers that decoders know: baseline, extended, progressive.
_FRAMES, _OTHER_FRAMES = frozenset({0xC0, 0xC1, 0xC2}), frozenset(range(0xC3, 0xD0)) - {0xC4, 0xC8, 0xCC}
_MARKER, _SCAN, _APP1, _END = 0xFF, 0xDA, 0xE1, b"\xff\xd9"
_EXIF, _GPS_TAG = b"Exif\0\0", 0x8825
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_ALPHA = frozenset({4, 6})
_MAX_PARTS = 10_000


def picture_kind(head: bytes) -> PictureKind | None:
    """Return the format that a file's first bytes tell; `None` if it is no picture that is looked at."""
    if head.startswith(b"\xff\xd8\xff"):
        return PictureKind.JPEG
    if head.startswith(_PNG):
        return PictureKind.PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return PictureKind.WEBP
    if head[:6] in {b"GIF87a", b"GIF89a"}:
        return PictureKind.GIF
    return None


def head_of(data: bytes) -> PictureHead:
    """Return what a file says of its picture.

    Raises:
        UnsupportedMediaError: it is no picture that is looked at, or its header is broken.
    """
    kind = picture_kind(data)
    if kind is None:
        raise UnsupportedMediaError("The file is not a JPEG, PNG, WebP or GIF picture.")
    readers = {
        PictureKind.JPEG: _jpeg,
        PictureKind.PNG: _png,
        PictureKind.WEBP: _webp,
        PictureKind.GIF: _gif,
    }
    try:
        return readers[kind](data)
    except (struct.error, IndexError, ValueError):
        raise UnsupportedMediaError("The picture's header is missing or broken.") from None


def _jpeg(data: bytes) -> PictureHead:
    size: tuple[int, int] | None = None
    located = False
    for marker, start, length in _segments(data):
        if marker in _OTHER_FRAMES:
            raise ValueError("a frame of a kind that nobody writes")
        if marker in _FRAMES and size is None:
            height, width = struct.unpack_from(">HH", data, start + 1)
            size = width, height
        elif marker == _APP1:
            located = located or _holds_location(data[start : start + length])
        elif marker == _SCAN and size is not None:
            cut_off = data.find(_END, start + length) < 0
            return PictureHead(
                kind=PictureKind.JPEG, width=size[0], height=size[1], cut_off=cut_off, located=located
            )
    raise ValueError("no picture")


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield the markers up to the first scan, each with where its content begins and how long that is."""
    position = 2
    for _ in range(_MAX_PARTS):
        if data[position] != _MARKER:
            raise ValueError("no marker where one should be")
        while data[position] == _MARKER:
            position += 1
        marker = data[position]
        (length,) = struct.unpack_from(">H", data, position + 1)
        if length < 2 or position + 1 + length > len(data):  # noqa: PLR2004 - the length's own
            raise ValueError("a segment that leads nowhere")
        yield marker, position + 3, length - 2
        position += 1 + length


def _holds_location(segment: bytes) -> bool:
    """Say whether Exif data name a place: their first directory leads to one of positions."""
    if not segment.startswith(_EXIF):
        return False
    exif = segment[len(_EXIF) :]
    order = "<" if exif[:2] == b"II" else ">"
    try:
        (start,) = struct.unpack_from(order + "I", exif, 4)
        (count,) = struct.unpack_from(order + "H", exif, start)
        tags = (struct.unpack_from(order + "H", exif, start + 2 + 12 * n)[0] for n in range(min(count, 500)))
        found = set(tags)
    except struct.error:
        return False
    return _GPS_TAG in found


def _png(data: bytes) -> PictureHead:
    length, name, width, height, _, colour = struct.unpack_from(">I4sIIBB", data, len(_PNG))
    if name != b"IHDR" or length != 13:  # noqa: PLR2004 - its size by the specification
        raise ValueError("no header")
    transparent, animated, position, whole = colour in _PNG_ALPHA, False, len(_PNG), False
    for _ in range(_MAX_PARTS):
        if position + 12 > len(data):
            break
        length, name = struct.unpack_from(">I4s", data, position)
        transparent = transparent or name == b"tRNS"
        animated = animated or name == b"acTL"
        position += 12 + length
        if name == b"IEND":
            whole = position <= len(data)
            break
    return PictureHead(
        kind=PictureKind.PNG,
        width=width,
        height=height,
        transparent=transparent,
        animated=animated,
        cut_off=not whole,
    )


def _webp(data: bytes) -> PictureHead:
    (size,) = struct.unpack_from("<I", data, 4)
    form = data[12:16]
    cut_off = size + 8 > len(data)
    if form == b"VP8X":
        flags = data[20]
        width, height = (1 + int.from_bytes(data[at : at + 3], "little") for at in (24, 27))
        return PictureHead(
            kind=PictureKind.WEBP,
            width=width,
            height=height,
            transparent=bool(flags & 0x10),
            animated=bool(flags & 0x02),
            cut_off=cut_off,
        )
    if form == b"VP8L" and data[20] == 0x2F:  # noqa: PLR2004 - its signature
        (bits,) = struct.unpack_from("<I", data, 21)
        return PictureHead(
            kind=PictureKind.WEBP,
            width=1 + (bits & 0x3FFF),
            height=1 + (bits >> 14 & 0x3FFF),
            transparent=bool(bits >> 28 & 1),
            cut_off=cut_off,
        )
    if form == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", data, 26))
        return PictureHead(kind=PictureKind.WEBP, width=width, height=height, cut_off=cut_off)
    raise ValueError("no picture")


def _gif(data: bytes) -> PictureHead:
    width, height = struct.unpack_from("<HH", data, 6)
    cut_off = not data.rstrip(b"\0").endswith(b";")
    animated = data.count(b"\x21\xf9\x04") > 1
    return PictureHead(
        kind=PictureKind.GIF, width=width, height=height, transparent=True, animated=animated, cut_off=cut_off
    )
