"""Files whose header promises what is not so: counts, durations, sizes, nesting."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

from infra.local.clips.hostile.boxes import box, content_of, find, overwritten, with_box_in, with_content
from infra.local.clips.hostile.cases import ANALYSED, ANY, REFUSED, REFUSED_OR_NOTED, Case, case
from infra.local.clips.hostile.material import Recipe, made

_STBL = "moov.trak.mdia.minf.stbl"
_Edit = Callable[[bytes], bytes]


def cases() -> Iterator[Case]:
    """Yield them."""
    yield from _tables()
    yield from _clocks()
    yield from _edits()
    yield from _sizes()
    yield from _nesting()
    yield from _descriptions()


def _edited(edit: _Edit) -> Callable[[], bytes]:
    return lambda: edit(made(Recipe()))


def _put(path: str, offset: int, values: bytes) -> Callable[[], bytes]:
    return _edited(lambda data: overwritten(data, path, offset, values))


def _filled(path: str, content: bytes) -> Callable[[], bytes]:
    return _edited(lambda data: with_content(data, path, content))


def _tables() -> Iterator[Case]:
    count = struct.pack(">I", 1)
    yield case(
        "stts-count",
        "2^31 entries of frame times",
        REFUSED,
        _put(f"{_STBL}.stts", 4, struct.pack(">I", 1 << 31)),
    )
    yield case(
        "stts-frames",
        "one entry says 2^31 - 1 frames",
        ANALYSED,
        _put(f"{_STBL}.stts", 8, struct.pack(">I", (1 << 31) - 1)),
    )
    yield case("stts-zero", "every frame lasts 0", ANALYSED, _put(f"{_STBL}.stts", 12, bytes(4)))
    yield case(
        "stts-huge",
        "every frame lasts 2^31 - 1",
        ANALYSED,
        _put(f"{_STBL}.stts", 12, struct.pack(">I", (1 << 31) - 1)),
    )
    yield case(
        "stts-negative", "frames last a negative time", REFUSED, _put(f"{_STBL}.stts", 12, b"\xff\xff\xff\0")
    )
    yield case(
        "stsz-count", "2^30 frame sizes", REFUSED, _put(f"{_STBL}.stsz", 8, struct.pack(">I", 1 << 30))
    )
    yield case(
        "stsz-lies",
        "2^30 frames of one size, 100 bytes",
        REFUSED,
        _filled(f"{_STBL}.stsz", bytes(4) + struct.pack(">II", 100, 1 << 30)),
    )
    yield case(
        "stsz-large",
        "each frame has 2^31 - 1 bytes",
        REFUSED,
        _filled(f"{_STBL}.stsz", bytes(4) + struct.pack(">II", (1 << 31) - 1, 90)),
    )
    yield case(
        "stsc-count", "2^31 entries of chunks", REFUSED, _put(f"{_STBL}.stsc", 4, struct.pack(">I", 1 << 31))
    )
    yield case(
        "stsc-frames",
        "2^31 - 1 frames in a chunk",
        ANALYSED,
        _put(f"{_STBL}.stsc", 12, struct.pack(">I", (1 << 31) - 1)),
    )
    yield case("stco-count", "2^30 chunks", ANALYSED, _put(f"{_STBL}.stco", 4, struct.pack(">I", 1 << 30)))
    yield case(
        "stco-beyond",
        "chunks lie beyond the file's end",
        REFUSED,
        _filled(f"{_STBL}.stco", bytes(4) + count + struct.pack(">I", 0xFFFF_FF00)),
    )
    yield case(
        "stco-header",
        "pictures lie in the header",
        REFUSED,
        _filled(f"{_STBL}.stco", bytes(4) + count + bytes(4)),
    )
    yield case("stss-count", "2^31 key frames", REFUSED, _put(f"{_STBL}.stss", 4, struct.pack(">I", 1 << 31)))
    yield case("stss-none", "no key frame", ANALYSED, _filled(f"{_STBL}.stss", bytes(8)))
    yield case(
        "ctts-extreme",
        "frames are shown years before they are decoded",
        REFUSED_OR_NOTED,
        _edited(lambda data: with_box_in(data, _STBL, _extreme_offsets())),
    )


def _extreme_offsets() -> bytes:
    return box(b"ctts", b"\1\0\0\0", struct.pack(">I", 90), struct.pack(">Ii", 1, -(1 << 31)) * 90)


def _clocks() -> Iterator[Case]:
    yield case("movie-timescale-0", "the movie's clock stands", ANALYSED, _put("moov.mvhd", 12, bytes(4)))
    yield case(
        "media-timescale-0", "the pictures' clock stands", ANALYSED, _put("moov.trak.mdia.mdhd", 12, bytes(4))
    )
    yield case(
        "media-timescale-1",
        "one tick a second",
        ANALYSED,
        _put("moov.trak.mdia.mdhd", 12, struct.pack(">I", 1)),
    )
    yield case(
        "timescale-max", "2^32 - 1 ticks a second", ANALYSED, _put("moov.trak.mdia.mdhd", 12, b"\xff" * 4)
    )
    yield case(
        "duration-0", "the header says a duration of 0", ANALYSED | REFUSED, _edited(_without_duration)
    )
    yield case("duration-2-63", "the header says a duration of 2^63", ANALYSED, _edited(_endless))
    yield case(
        "duration-hours",
        "3 seconds, the header says 100 hours",
        ANALYSED,
        _put("moov.mvhd", 16, struct.pack(">I", 360_000_000)),
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
        return _filled("moov.trak.edts.elst", b"\1\0\0\0" + struct.pack(">I", len(entries)) + packed)

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
        _put("moov.trak.edts.elst", 4, struct.pack(">I", 1 << 30)),
    )


def _sizes() -> Iterator[Case]:
    def sized(path: str, size: int) -> Callable[[], bytes]:
        def edit(data: bytes) -> bytes:
            at = find(data, path).start
            return data[:at] + struct.pack(">I", size) + data[at + 4 :]

        return _edited(edit)

    for name, size in (("0", 0), ("7", 7), ("8", 8), ("negative", 0xFFFF_FFF0), ("max", 0x7FFF_FFFF)):
        yield case(f"moov-size-{name}", f"moov says a size of {size}", ANY, sized("moov", size))
        yield case(f"stsd-size-{name}", f"stsd says a size of {size}", ANY, sized(f"{_STBL}.stsd", size))
    yield case("mdat-size-0", "mdat says that it reaches to the end", REFUSED, sized("mdat", 0))
    yield case("size-64-overflow", "a box of 2^64 - 1 bytes before moov", REFUSED, _edited(_overflowing))
    yield case(
        "boxes-without-size",
        "a megabyte of boxes of size 0",
        REFUSED,
        lambda: _ftyp() + struct.pack(">I4s", 0, b"moov") * 131_072,
    )
    yield case(
        "boxes-tiny", "100 000 empty boxes before moov", ANALYSED | REFUSED, _edited(_after_many_boxes)
    )


def _ftyp() -> bytes:
    return box(b"ftyp", b"isom\0\0\2\0isomavc1")


def _overflowing(data: bytes) -> bytes:
    at = find(data, "moov").start
    return data[:at] + struct.pack(">I4sQ", 1, b"free", (1 << 64) - 1) + data[at:]


def _after_many_boxes(data: bytes) -> bytes:
    at = find(data, "moov").start
    return data[:at] + box(b"free") * 100_000 + data[at:]


def _nesting() -> Iterator[Case]:
    def nested(kinds: tuple[bytes, ...], depth: int) -> Callable[[], bytes]:
        def make() -> bytes:
            # From the inside out, in one pass: joining would take the square of the depth.
            sizes = range(8 * depth, 0, -8)
            return _ftyp() + b"".join(
                struct.pack(">I4s", size, kinds[index % len(kinds)]) for index, size in enumerate(sizes)
            )

        return make

    yield case("nested-moov", "moov in moov, 10 000 deep", REFUSED, nested((b"moov",), 10_000))
    yield case("nested-trak", "a million traks in traks", REFUSED, nested((b"moov", b"trak"), 1_000_000))
    yield case(
        "nested-udta", "moov, udta, moov, udta, 50 000 deep", REFUSED, nested((b"moov", b"udta"), 50_000)
    )
    yield case(
        "metadata-large",
        "20 MB of user data",
        ANALYSED,
        _edited(
            lambda data: with_box_in(
                data, "moov", box(b"udta", box(b"\xa9cmt", b"\0\1\0\0", bytes(20_000_000)))
            )
        ),
    )
    yield case(
        "metadata-long",
        "a title of a megabyte",
        ANALYSED,
        lambda: made(Recipe(metadata={"title": "x" * 1_000_000})),
    )
    yield case(
        "metadata-binary",
        "a title that is no UTF-8",
        ANALYSED,
        _edited(lambda data: data.replace(b"Lavf", b"\xff\xfe\x80\xc0")),
    )
    yield case(
        "tracks-empty",
        "4000 empty tracks",
        REFUSED,
        _edited(lambda data: with_box_in(data, "moov", box(b"trak") * 4000)),
    )
    yield case("tracks-many", "the same tracks 200 times", REFUSED, _edited(_multiplied))


def _multiplied(data: bytes) -> bytes:
    track = find(data, "moov.trak")
    return with_box_in(data, "moov", data[track.start : track.end] * 200)


def _descriptions() -> Iterator[Case]:
    entry = f"{_STBL}.stsd"
    yield case("stsd-count", "2^31 sample descriptions", REFUSED, _put(entry, 4, struct.pack(">I", 1 << 31)))
    yield case("stsd-empty", "no sample description", REFUSED, _filled(entry, bytes(8)))
    yield case(
        "stsd-unknown",
        "pictures in a coding that nobody knows",
        REFUSED,
        _edited(lambda data: data.replace(b"avc1", b"xyz1")),
    )
    yield case(
        "no-parameters",
        "H.264 without parameter sets",
        REFUSED,
        _edited(lambda data: data.replace(b"avcC", b"free")),
    )
    yield case("parameters-garbled", "H.264 with parameter sets of 0xff", REFUSED_OR_NOTED, _edited(_garbled))
    yield case(
        "handler-unknown",
        "a track that is neither picture nor sound",
        ANALYSED,
        _edited(lambda data: data.replace(b"vide", b"evil", 1)),
    )
    yield case("header-size-0", "the header says 0 by 0 pixels", ANALYSED, _edited(_sized_zero))


def _garbled(data: bytes) -> bytes:
    at = data.index(b"avcC") + 12
    return data[:at] + b"\xff" * 20 + data[at + 20 :]


def _sized_zero(data: bytes) -> bytes:
    at = data.index(b"avc1", data.index(b"stsd")) + 4 + 24
    data = data[:at] + bytes(4) + data[at + 4 :]
    return overwritten(data, "moov.trak.tkhd", 76, bytes(8))
