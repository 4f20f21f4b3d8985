"""Whether a picture in a question is one: its data URL read, its format recognised, its data checked.

PNG is decoded in full. Of JPEG, GIF and WebP the structure is walked, which tells a picture from noise and
from a file that was cut off.
"""

from __future__ import annotations

import base64
import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from shared.ai.pictures import tokens_of
from shared.ai.port import Image

#: Beyond any picture that a model looks at; guards against compression bombs.
_MAX_PIXEL_BYTES = 256 * 1024 * 1024

#: Sizes stand in the first kilobytes; in base64, four characters hold three bytes.
_HEAD_CHARACTERS = 4 * 8_192

_DATA_URL = re.compile(r"data:image/(png|jpe?g|gif|webp);base64,(.*)", re.DOTALL)
_PNG, _RIFF = b"\x89PNG\r\n\x1a\n", b"RIFF"
_SAMPLES_PER_PIXEL = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
#: JPEG's frame headers, and its markers without a length.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset(range(0xD0, 0xD8)) | {0x01}
_START_OF_SCAN = 0xDA
_MARKER = 0xFF


def images_of(messages: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return the URLs of a conversation's pictures, whatever they are."""
    contents = (message.get("content") for message in messages)
    parts = [part for content in contents if isinstance(content, list) for part in content]
    named = [
        part.get("image_url")
        for part in parts
        if isinstance(part, Mapping) and part.get("type") == "image_url"
    ]
    return [name.get("url") if isinstance(name, Mapping) else name for name in named]


def picture_tokens(url: Any, *, unknown: int) -> int:
    """Return how many tokens a picture takes, by the size that its head states."""
    found = _DATA_URL.fullmatch(url) if isinstance(url, str) else None
    if found is None:
        return unknown
    try:
        head = base64.b64decode(found.group(2)[:_HEAD_CHARACTERS])
    except ValueError:
        return unknown
    return tokens_of(Image(data=head, media_type=f"image/{found.group(1)}"), unknown=unknown)


def is_picture(url: Any) -> bool:
    """Say whether a data URL holds a picture of the kind that it names."""
    found = _DATA_URL.fullmatch(url) if isinstance(url, str) else None
    if found is None:
        return False
    try:
        data = base64.b64decode(found.group(2), validate=True)
        return _CHECKS[found.group(1)](data)
    except (ValueError, IndexError, struct.error, zlib.error):
        return False


def _is_png(data: bytes) -> bool:
    if not data.startswith(_PNG):
        return False
    chunks = list(_png_chunks(data))
    if not chunks or chunks[0][0] != b"IHDR" or chunks[-1][0] != b"IEND":
        return False
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    row_bytes = 1 + (width * depth * _SAMPLES_PER_PIXEL.get(colour, 0) + 7) // 8
    if not width or not height or row_bytes * height > _MAX_PIXEL_BYTES:
        return False
    pixels = zlib.decompressobj().decompress(
        b"".join(body for kind, body in chunks if kind == b"IDAT"), row_bytes * height * 2
    )
    return len(pixels) > 0 if interlaced else len(pixels) == row_bytes * height


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = len(_PNG)
    while position < len(data):
        (length,) = struct.unpack_from(">I", data, position)
        named = data[position + 4 : position + 8 + length]
        (check,) = struct.unpack_from(">I", data, position + 8 + length)
        if zlib.crc32(named) != check:
            raise ValueError("a chunk is damaged")
        yield named[:4], named[4:]
        position += 12 + length


def _is_jpeg(data: bytes) -> bool:
    """Walk the segments up to the scan; it takes a frame with a size before it and an end after it."""
    if not data.startswith(b"\xff\xd8") or not data.rstrip(b"\0").endswith(b"\xff\xd9"):
        return False
    has_frame = False
    for marker, position in _jpeg_segments(data):
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", data, position + 3)
            has_frame = bool(height and width)
        if marker == _START_OF_SCAN:
            return has_frame
    return False


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield the markers with their segments' positions; those without a segment have nothing to say."""
    position = 2
    while data[position] == _MARKER:
        marker = data[position + 1]
        if marker == _MARKER:
            position += 1
        elif marker in _BARE:
            position += 2
        else:
            (length,) = struct.unpack_from(">H", data, position + 2)
            yield marker, position + 2
            position += 2 + length


def _is_gif(data: bytes) -> bool:
    width, height = struct.unpack_from("<HH", data, 6)
    return data[:6] in {b"GIF87a", b"GIF89a"} and bool(width and height) and data.endswith(b";")


def _is_webp(data: bytes) -> bool:
    (length,) = struct.unpack_from("<I", data, 4)
    return data.startswith(_RIFF) and data[8:15] == b"WEBPVP8" and len(data) >= length + 8


_CHECKS: dict[str, Callable[[bytes], bool]] = {
    "png": _is_png,
    "jpeg": _is_jpeg,
    "jpg": _is_jpeg,
    "gif": _is_gif,
    "webp": _is_webp,
}
