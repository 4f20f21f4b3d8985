"""Files that are sound but unusual, and files that are far too much."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import replace

import cv2

from infra.local.clips.hostile.boxes import box, overwritten, with_box_in
from infra.local.clips.hostile.cases import ANALYSED, FINE, REFUSED, REFUSED_OR_NOTED, Case, case
from infra.local.clips.hostile.material import (
    FRAMES,
    HEIGHT,
    HEVC,
    REAL_TIME,
    WIDTH,
    Recipe,
    joined,
    made,
    picture,
    repeated,
)

_PLAIN: Mapping[str, str] = {}
_KEYS: Mapping[str, str] = {"preset": "ultrafast", "x264-params": "keyint=1"}


def cases() -> Iterator[Case]:
    """Yield them."""
    yield from _tracks()
    yield from _codings()
    yield from _shapes()
    yield from _huge()
    yield from _long()


def _tracks() -> Iterator[Case]:
    yield case("audio-only", "sound without picture", REFUSED, lambda: made(Recipe(frames=0)))
    yield case("video-only", "picture without sound", FINE, lambda: made(Recipe(sound=None)))
    yield case("cover-only", "sound with a cover picture", REFUSED, _cover_only)
    yield case("many-tracks", "40 sound tracks", REFUSED, lambda: made(Recipe(more_tracks=39)))
    yield case(
        "sound-longer", "3 s of picture, 40 s of sound", ANALYSED, lambda: made(Recipe(sound_seconds=40))
    )
    yield case("two-tracks", "two sound tracks", FINE, lambda: made(Recipe(more_tracks=1)))
    yield case("matroska", "a sound Matroska file", FINE, lambda: made(Recipe(container="matroska")))
    yield case("matroska-many-tracks", "Matroska with 100 sound tracks", REFUSED, _many_in_matroska)
    yield case("matroska-live", "Matroska that says no duration", ANALYSED | REFUSED, _live)
    yield case("encrypted", "encrypted pictures (cenc)", REFUSED_OR_NOTED, lambda: made(_encrypted()))


def _cover_only() -> bytes:
    """Return an MP4 with sound, and a picture where players look for a record's sleeve."""
    art = box(
        b"covr", box(b"data", struct.pack(">II", 13, 0), bytes(cv2.imencode(".jpg", picture(320, 320, 3))[1]))
    )
    handler = box(b"hdlr", bytes(8), b"mdirappl", bytes(9))
    return with_box_in(
        made(Recipe(frames=0)), "moov", box(b"udta", box(b"meta", bytes(4), handler, box(b"ilst", art)))
    )


def _many_in_matroska() -> bytes:
    return made(Recipe(container="matroska", sound="libopus", more_tracks=99, frames=30))


def _live() -> bytes:
    return made(Recipe(container="matroska", options={"live": "1"}))


def _encrypted() -> Recipe:
    secrets = {"encryption_key": "0123456789abcdef" * 2, "encryption_kid": "fedcba9876543210" * 2}
    return Recipe(options={"encryption_scheme": "cenc-aes-ctr", **secrets})


def _codings() -> Iterator[Case]:
    yield case("vp9-webm", "VP9 in WebM", FINE, lambda: made(_webm("libvpx-vp9")))
    yield case("vp8-webm", "VP8 in WebM", FINE, lambda: made(_webm("libvpx")))
    yield case("av1", "AV1 in MP4", FINE, lambda: made(Recipe(codec="libsvtav1", encoding={"preset": "12"})))
    yield case("hevc", "HEVC", FINE, lambda: made(Recipe(codec="libx265", encoding=HEVC)))
    yield case(
        "hevc-10-bit",
        "HEVC, 10 bit",
        FINE,
        lambda: made(Recipe(codec="libx265", pixel_format="yuv420p10le", encoding=HEVC)),
    )
    for codec, container in (("mpeg2video", "mp4"), ("mpeg4", "mp4"), ("mjpeg", "mp4"), ("prores_ks", "mov")):
        recipe = Recipe(
            codec=codec, container=container, encoding=_PLAIN, pixel_format=_FORMATS.get(codec, "yuv420p")
        )
        yield case(f"codec-{codec}", f"{codec} in {container}", REFUSED, lambda recipe=recipe: made(recipe))  # type: ignore[misc]  # bound now
    raw = Recipe(container="matroska", codec="rawvideo", width=1920, height=1080, frames=10, encoding=_PLAIN)
    yield case("codec-rawvideo", "30 MB of uncompressed pictures", REFUSED, lambda: made(raw))
    yield case("codec-ffv1", "FFV1 in Matroska", REFUSED, lambda: made(replace(raw, codec="ffv1", frames=3)))


_FORMATS = {"mjpeg": "yuvj420p", "prores_ks": "yuv422p10le"}


def _webm(codec: str) -> Recipe:
    return Recipe(container="webm", codec=codec, sound="libopus", encoding=REAL_TIME)


def _shapes() -> Iterator[Case]:
    yield case(
        "odd-size",
        "1079 by 1919 pixels",
        FINE,
        lambda: made(Recipe(width=1079, height=1919, pixel_format="yuv444p", frames=20)),
    )
    yield case(
        "odd-size-vp9",
        "179 by 319 pixels in VP9",
        FINE,
        lambda: made(replace(_webm("libvpx-vp9"), width=179, height=319)),
    )
    yield case("one-frame", "a single frame", ANALYSED, lambda: made(Recipe(frames=1, sound=None)))
    yield case("two-frames", "two frames", ANALYSED, lambda: made(Recipe(frames=2)))
    yield case(
        "pixel", "1 by 1 pixel", REFUSED, lambda: made(replace(_webm("libvpx-vp9"), width=1, height=1))
    )
    yield case("strip", "4096 by 16 pixels", ANALYSED | REFUSED, lambda: made(Recipe(width=4096, height=16)))
    yield case("grey", "no colour", FINE, lambda: made(Recipe(pixel_format="gray")))
    yield case("high-444", "4:4:4, 10 bit", FINE, lambda: made(Recipe(pixel_format="yuv444p10le")))
    yield case(
        "resized-smaller",
        "the picture's size changes in mid-stream",
        ANALYSED,
        lambda: joined(Recipe(), Recipe(width=96, height=64)),
    )
    yield case(
        "resized-8k",
        "the picture grows to 8K in mid-stream",
        ANALYSED,
        lambda: joined(Recipe(), _black(7680, 4320, frames=3)),
    )
    yield case("rotated-oddly", "turned by 33 degrees, mirrored and enlarged", ANALYSED, _oddly_turned)


def _black(width: int, height: int, frames: int) -> Recipe:
    return Recipe(width=width, height=height, frames=frames, black=True, sound=None)


def _oddly_turned() -> bytes:
    matrix = struct.pack(">iiiiiiiii", 54_000, 36_000, 9, -36_000, 99_000, 3, 1 << 30, -(1 << 30), 1 << 29)
    return overwritten(made(Recipe()), "moov.trak.tkhd", 40, matrix)


def _huge() -> Iterator[Case]:
    yield case("8k", "8K, black", REFUSED, lambda: made(_black(7680, 4320, frames=8)))
    yield case("16k", "16K, black", REFUSED, lambda: made(_black(15360, 8640, frames=2)))
    yield case(
        "16k-matroska",
        "16K, black, in Matroska",
        REFUSED,
        lambda: made(replace(_black(15360, 8640, frames=2), container="matroska")),
    )
    yield case(
        "hevc-8192",
        "HEVC, 8192 by 8192, 10 bit",
        REFUSED,
        lambda: made(
            replace(_black(8192, 8192, frames=3), codec="libx265", pixel_format="yuv420p10le", encoding=HEVC)
        ),
    )
    yield case("8k-hidden", "8K, the header says 1080 by 1920", REFUSED, _hidden)
    many = replace(_black(2160, 3840, frames=40), encoding={"preset": "ultrafast", "x264-params": "ref=16"})
    yield case("4k-16-references", "4K that keeps 16 pictures", ANALYSED | REFUSED, lambda: made(many))
    yield case("4k", "4K, black", ANALYSED, lambda: made(_black(2160, 3840, frames=10)))


def _hidden() -> bytes:
    data = made(_black(7680, 4320, frames=8))
    at = data.index(b"avc1", data.index(b"stsd")) + 4 + 24
    data = data[:at] + struct.pack(">HH", 1080, 1920) + data[at + 4 :]
    return overwritten(data, "moov.trak.tkhd", 76, struct.pack(">II", 1080 << 16, 1920 << 16))


def _long() -> Iterator[Case]:
    small = Recipe(sound=None, black=True)
    yield case(
        "1000-fps",
        "20 000 key frames at 1000 a second",
        REFUSED,
        lambda: repeated(replace(small, frames=20, encoding=_KEYS), 1000, frames_per_second=1000),
    )
    yield case(
        "240-fps",
        "240 frames a second, all key frames",
        ANALYSED,
        lambda: repeated(replace(small, frames=20, encoding=_KEYS), 120, frames_per_second=240),
    )
    yield case(
        "10-hours",
        "10 hours of black",
        REFUSED,
        lambda: repeated(replace(small, frames=250), 144, frames_per_second=1),
    )
    yield case(
        "15-minutes",
        "15 minutes of black at 30 frames a second",
        ANALYSED,
        lambda: repeated(replace(small, frames=FRAMES), 295, frames_per_second=30),
    )
    yield case(
        "4k-slow-motion",
        "a minute of 4K at 240 frames a second: 14 400 pictures in a small file",
        ANALYSED,
        lambda: repeated(_black(2160, 3840, frames=120), 120, frames_per_second=240),
    )
    yield case("tall", f"{WIDTH} by 4096 pixels", ANALYSED, lambda: made(_black(WIDTH, 4096, frames=30)))
    yield case("plain", f"{WIDTH} by {HEIGHT} pixels, as it should be", FINE, lambda: made(Recipe()))
