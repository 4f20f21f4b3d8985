"""Files whose boxes make no sense: sizes, nesting, descriptions of what is in them."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

from infra.local.clips.hostile.boxes import box, find, overwritten, with_box_in
from infra.local.clips.hostile.cases import ANALYSED, ANY, REFUSED, REFUSED_OR_NOTED, Case, case
from infra.local.clips.hostile.lying import STBL, edited, filled, put
from infra.local.clips.hostile.material import Recipe, made


def cases() -> Iterator[Case]:
    """Yield them."""
    yield from _sizes()
    yield from _nesting()
    yield from _descriptions()


def _sizes() -> Iterator[Case]:
    def sized(path: str, size: int) -> Callable[[], bytes]:
        def edit(data: bytes) -> bytes:
            at = find(data, path).start
            return data[:at] + struct.pack(">I", size) + data[at + 4 :]

        return edited(edit)

    for name, size in (("0", 0), ("7", 7), ("8", 8), ("negative", 0xFFFF_FFF0), ("max", 0x7FFF_FFFF)):
        yield case(f"moov-size-{name}", f"moov says a size of {size}", ANY, sized("moov", size))
        yield case(f"stsd-size-{name}", f"stsd says a size of {size}", ANY, sized(f"{STBL}.stsd", size))
    yield case("mdat-size-0", "mdat says that it reaches to the end", REFUSED, sized("mdat", 0))
    yield case("size-64-overflow", "a box of 2^64 - 1 bytes before moov", REFUSED, edited(_overflowing))
    yield case(
        "boxes-without-size",
        "a megabyte of boxes of size 0",
        REFUSED,
        lambda: _ftyp() + struct.pack(">I4s", 0, b"moov") * 131_072,
    )
    yield case("boxes-tiny", "100 000 empty boxes before moov", ANALYSED | REFUSED, edited(_after_many_boxes))


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
        edited(
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
        edited(lambda data: data.replace(b"Lavf", b"\xff\xfe\x80\xc0")),
    )
    yield case(
        "tracks-empty",
        "4000 empty tracks",
        REFUSED,
        edited(lambda data: with_box_in(data, "moov", box(b"trak") * 4000)),
    )
    yield case("tracks-many", "the same tracks 200 times", REFUSED, edited(_multiplied))


def _multiplied(data: bytes) -> bytes:
    track = find(data, "moov.trak")
    return with_box_in(data, "moov", data[track.start : track.end] * 200)


def _descriptions() -> Iterator[Case]:
    entry = f"{STBL}.stsd"
    yield case("stsd-count", "2^31 sample descriptions", REFUSED, put(entry, 4, struct.pack(">I", 1 << 31)))
    yield case("stsd-empty", "no sample description", REFUSED, filled(entry, bytes(8)))
    yield case(
        "stsd-unknown",
        "pictures in a coding that nobody knows",
        REFUSED,
        edited(lambda data: data.replace(b"avc1", b"xyz1")),
    )
    yield case(
        "no-parameters",
        "H.264 without parameter sets",
        REFUSED,
        edited(lambda data: data.replace(b"avcC", b"free")),
    )
    yield case("parameters-garbled", "H.264 with parameter sets of 0xff", REFUSED_OR_NOTED, edited(_garbled))
    yield case(
        "handler-unknown",
        "a track that is neither picture nor sound",
        ANALYSED,
        edited(lambda data: data.replace(b"vide", b"evil", 1)),
    )
    yield case("header-size-0", "the header says 0 by 0 pixels", ANALYSED, edited(_sized_zero))


def _garbled(data: bytes) -> bytes:
    at = data.index(b"avcC") + 12
    return data[:at] + b"\xff" * 20 + data[at + 20 :]


def _sized_zero(data: bytes) -> bytes:
    at = data.index(b"avc1", data.index(b"stsd")) + 4 + 24
    data = data[:at] + bytes(4) + data[at + 4 :]
    return overwritten(data, "moov.trak.tkhd", 76, bytes(8))
