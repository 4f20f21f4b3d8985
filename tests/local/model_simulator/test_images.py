"""The simulator looks at pictures closely enough to notice what is none."""

from __future__ import annotations

import base64
import random
import struct
import zlib
from typing import Any

import pytest

from infra.local.model_simulator.images import images_of, is_picture


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _png(width: int = 3, height: int = 2, pixels: bytes | None = None) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = (b"\0" + b"\x10\x20\x30" * width) * height if pixels is None else pixels
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


FRAME = struct.pack(">BHHB", 8, 16, 16, 1) + b"\x01\x11\x00"
JPEG = (
    b"\xff\xd8"
    + _segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
    + b"\xff"  # fill bytes may stand before a marker
    + _segment(0xC0, FRAME)
    + _segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")
    + b"\x12\x34\xff\xd9"
)
GIF = b"GIF89a" + struct.pack("<HH", 4, 4) + b"\0\0\0,;"
WEBP = b"RIFF" + struct.pack("<I", 16) + b"WEBPVP8 " + bytes(8)


def _url(kind: str, data: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


@pytest.mark.parametrize(
    ("kind", "data"), [("png", _png()), ("jpeg", JPEG), ("jpg", JPEG), ("gif", GIF), ("webp", WEBP)]
)
def test_a_picture_is_one(kind: str, data: bytes) -> None:
    """Until it is cut off, or said to be of another kind."""
    assert is_picture(_url(kind, data))
    for length in range(len(data)):
        assert not is_picture(_url(kind, data[:length]))
    other = "gif" if kind == "png" else "png"
    assert not is_picture(_url(other, data))


@pytest.mark.parametrize(
    "url",
    [
        None,
        3,
        "",
        "https://example.com/a.png",
        "data:image/png;base64,***",
        "data:text/plain;base64,aGk=",
        _url("bmp", b"BM"),
        _url("png", _png(pixels=b"\0\x10")),
        _url("png", _png(width=0)),
        _url("png", _png(width=2**31 - 1, height=2**31 - 1, pixels=b"\0")),
        _url("jpeg", JPEG.replace(FRAME, FRAME[:1] + b"\0\0\0\0" + FRAME[5:])),
        _url("jpeg", b"\xff\xd8\xff\xd9"),
    ],
)
def test_what_is_no_picture_is_none(url: object) -> None:
    """Whatever it says it is."""
    assert not is_picture(url)


def test_noise_and_damage_are_noticed() -> None:
    """A flipped byte anywhere in a PNG, and random bytes behind any signature."""
    chance = random.Random(7)  # noqa: S311 - the same noise in every run
    png = _png()
    for position in range(len(png)):
        damaged = png[:position] + bytes([png[position] ^ 0x55]) + png[position + 1 :]
        assert not is_picture(_url("png", damaged))
    for kind, signature in (("png", png[:8]), ("jpeg", JPEG[:2]), ("gif", GIF[:6]), ("webp", b"RIFF")):
        for _ in range(50):
            assert not is_picture(_url(kind, signature + chance.randbytes(60) + b"\0"))


def test_pictures_are_found_in_a_conversation() -> None:
    """Among text, in either of the ways they are named."""
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": "Look."},
        {"role": "user", "content": [{"type": "text", "text": "x"}, {"type": "image_url", "image_url": "a"}]},
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "b"}}, 3]},
    ]
    assert images_of(messages) == ["a", "b"]
