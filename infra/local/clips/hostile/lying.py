"""Files whose header promises what is not so: counts, clocks, durations, edits."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

from infra.local.clips.hostile.boxes import box, content_of, overwritten, with_box_in, with_content
from infra.local.clips.hostile.cases import ANALYSED, REFUSED, REFUSED_OR_NOTED, Case, case
from infra.local.clips.hostile.material import Recipe, made

STBL = "moov.trak.mdia.minf.stbl"
Edit = Callable[[bytes], bytes]


def cases() -> Iterator[Case]:
    """Yield them."""
    yield from _tables()
    yield from _clocks()
    yield from _edits()


def edited(edit: Edit) -> Callable[[], bytes]:
    """Return the making of a small MP4 with an edit."""
    return lambda: edit(made(Recipe()))


def put(path: str, offset: int, values: bytes) -> Callable[[], bytes]:
    """Return the making of a small MP4 with bytes of a box overwritten."""
    return edited(lambda data: overwritten(data, path, offset, values))


def filled(path: str, content: bytes) -> Callable[[], bytes]:
    """Return the making of a small MP4 with another content in a box."""
    return edited(lambda data: with_content(data, path, content))


def _tables() -> Iterator[Case]:
    count = struct.pack(">I", 1)
    yield case(
        "stts-count",
        "2^31 entries of frame times",
        REFUSED,
        put(f"{STBL}.stts", 4, struct.pack(">I", 1 << 31)),
    )
    yield case(
        "stts-frames",
        "one entry says 2^31 - 1 frames",
        ANALYSED,
        put(f"{STBL}.stts", 8, struct.pack(">I", (1 << 31) - 1)),
    )
    yield case("stts-zero", "every frame lasts 0", ANALYSED, put(f"{STBL}.stts", 12, bytes(4)))
    yield case(
        "stts-huge",
        "every frame lasts 2^31 - 1",
        ANALYSED,
        put(f"{STBL}.stts", 12, struct.pack(">I", (1 << 31) - 1)),
    )
    yield case(
        "stts-negative", "frames last a negative time", REFUSED, put(f"{STBL}.stts", 12, b"\xff\xff\xff\0")
    )
    yield case("stsz-count", "2^30 frame sizes", REFUSED, put(f"{STBL}.stsz", 8, struct.pack(">I", 1 << 30)))
    yield case(
        "stsz-lies",
        "2^30 frames of one size, 100 bytes",
        REFUSED,
        filled(f"{STBL}.stsz", bytes(4) + struct.pack(">II", 100, 1 << 30)),
    )
    yield case(
        "stsz-large",
        "each frame has 2^31 - 1 bytes",
        REFUSED,
        filled(f"{STBL}.stsz", bytes(4) + struct.pack(">II", (1 << 31) - 1, 90)),
    )
    yield case(
        "stsc-count", "2^31 entries of chunks", REFUSED, put(f"{STBL}.stsc", 4, struct.pack(">I", 1 << 31))
    )
    yield case(
        "stsc-frames",
        "2^31 - 1 frames in a chunk",
        ANALYSED,
        put(f"{STBL}.stsc", 12, struct.pack(">I", (1 << 31) - 1)),
    )
    yield case("stco-count", "2^30 chunks", ANALYSED, put(f"{STBL}.stco", 4, struct.pack(">I", 1 << 30)))
    yield case(
        "stco-beyond",
        "chunks lie beyond the file's end",
        REFUSED,
        filled(f"{STBL}.stco", bytes(4) + count + struct.pack(">I", 0xFFFF_FF00)),
    )
    yield case(
        "stco-header",
        "pictures lie in the header",
        REFUSED,
        filled(f"{STBL}.stco", bytes(4) + count + bytes(4)),
    )
    yield case("stss-count", "2^31 key frames", REFUSED, put(f"{STBL}.stss", 4, struct.pack(">I", 1 << 31)))
    yield case("stss-none", "no key frame", ANALYSED, filled(f"{STBL}.stss", bytes(8)))
    yield case(
        "ctts-extreme",
        "frames are shown years before they are decoded",
        REFUSED_OR_NOTED,
        edited(lambda data: with_box_in(data, STBL, _extreme_offsets())),
    )


def _extreme_offsets() -> bytes:
    return box(b"ctts", b"\1\0\0\0", struct.pack(">I", 90), struct.pack(">Ii", 1, -(1 << 31)) * 90)


def _clocks() -> Iterator[Case]:
    yield case("movie-timescale-0", "the movie's clock stands", ANALYSED, put("moov.mvhd", 12, bytes(4)))
    yield case(
        "media-timescale-0", "the pictures' clock stands", ANALYSED, put("moov.trak.mdia.mdhd", 12, bytes(4))
    )
    yield case(
        "media-timescale-1",
        "one tick a second",
        ANALYSED,
        put("moov.trak.mdia.mdhd", 12, struct.pack(">I", 1)),
    )
    yield case(
        "timescale-max", "2^32 - 1 ticks a second", ANALYSED, put("moov.trak.mdia.mdhd", 12, b"\xff" * 4)
    )
    yield case("duration-0", "the header says a duration of 0", ANALYSED | REFUSED, edited(_without_duration))
    yield case("duration-2-63", "the header says a duration of 2^63", ANALYSED, edited(_endless))
    yield case(
        "duration-hours",
        "3 seconds, the header says 100 hours",
        ANALYSED,
        put("moov.mvhd", 16, struct.pack(">I", 360_000_000)),
    )


def _without_duration(data: bytes) -> bytes:
    data = overwritten(data, "moov.mvhd", 16, bytes(4))
    data = overwritten(data, "moov.trak.tkhd", 20, bytes(4))
    return overwritten(data, "moov.trak.mdia.mdhd", 16, bytes(4))


def _endless(data: bytes) -> bytes:
    """Return it with a movie header of version 1, which has 64 bits for the duration."""
    old = content_of(data, "moov.mvhd")
    new = b"\1\0\0\0" + bytes(16) + old[12:16] + struct.pack(">Q", 1 << 63) + old[20:]
    return with_content(data, "moov.mvhd", new)


def _edits() -> Iterator[Case]:
    def listed(*entries: tuple[int, int, int]) -> Callable[[], bytes]:
        packed = b"".join(struct.pack(">qqi", *entry) for entry in entries)
        return filled("moov.trak.edts.elst", b"\1\0\0\0" + struct.pack(">I", len(entries)) + packed)

    one = 1 << 16
    yield case(
        "edit-negative-start",
        "shown from a negative time",
        REFUSED_OR_NOTED,
        listed((3000, -90_000_000, one)),
    )
    yield case(
        "edit-empty-forever",
        "an empty edit of 2^62 ticks",
        ANALYSED,
        listed((1 << 62, -1, one), (3000, 0, one)),
    )
    yield case("edit-far", "shown from 2^62 on", REFUSED_OR_NOTED, listed((3000, 1 << 62, one)))
    yield case("edit-rate-0", "shown at rate 0", ANALYSED, listed((3000, 0, 0)))
    yield case("edit-rate-negative", "shown backwards", ANALYSED, listed((3000, 0, -one)))
    yield case(
        "edit-many",
        "100 000 edits, back and forth",
        ANALYSED,
        listed(*[(10, index % 2 * 900, one) for index in range(100_000)]),
    )
    yield case(
        "edit-count",
        "2^30 edits, says the header",
        ANALYSED,
        put("moov.trak.edts.elst", 4, struct.pack(">I", 1 << 30)),
    )
