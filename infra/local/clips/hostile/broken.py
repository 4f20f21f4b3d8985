"""Files that an upload, a disk or a dying phone has broken."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from infra.local.clips.hostile.boxes import fast_start, find, walk
from infra.local.clips.hostile.cases import ANALYSED, ANY, FINE, NOTED, REFUSED, REFUSED_OR_NOTED, Case, case
from infra.local.clips.hostile.material import HEVC, REAL_TIME, Recipe, made

_PHONE = Recipe()
_FRAGMENTED = Recipe(
    options={"movflags": "+frag_keyframe+empty_moov+default_base_moof"},
    encoding={"preset": "ultrafast", "x264-params": "keyint=30:min-keyint=30:scenecut=0"},
)
_MATROSKA = Recipe(container="matroska", sound="libopus")
#: Other demuxers and decoders than a phone's file needs.
_OTHERS = {
    "matroska": _MATROSKA,
    "fragmented": _FRAGMENTED,
    "vp9": Recipe(container="webm", codec="libvpx-vp9", sound="libopus", encoding=REAL_TIME),
    "av1": Recipe(codec="libsvtav1", sound="libopus", encoding={"preset": "12"}),
    "hevc": Recipe(codec="libx265", pixel_format="yuv420p10le", encoding=HEVC),
}
_HEAD_BYTES = 64


def cases() -> Iterator[Case]:
    """Yield them."""
    yield from _truncated_anywhere()
    yield from _truncated_at_boxes()
    yield from _fragments()
    yield from _flipped()
    yield from _otherwise()


def _cut(recipe: Recipe, where: Callable[[bytes], int]) -> Callable[[], bytes]:
    def make() -> bytes:
        data = made(recipe)
        return data[: where(data)]

    return make


def _cut_fast_start(where: Callable[[bytes], int]) -> Callable[[], bytes]:
    def make() -> bytes:
        data = fast_start(made(_PHONE))
        return data[: where(data)]

    return make


def _share(share: float) -> Callable[[bytes], int]:
    return lambda data: int(len(data) * share)


def _truncated_anywhere() -> Iterator[Case]:
    yield case("cut-1-byte", "one byte of an MP4", REFUSED, _cut(_PHONE, lambda _: 1))
    yield case("cut-in-ftyp-header", "ends within the first box's header", REFUSED, _cut(_PHONE, lambda _: 6))
    yield case("cut-in-ftyp", "ends within ftyp", REFUSED, _cut(_PHONE, lambda _: 17))
    yield case(
        "cut-in-mdat-header",
        "ends within mdat's header",
        REFUSED,
        _cut(_PHONE, lambda d: find(d, "mdat").start + 5),
    )
    for percent in (10, 50, 90):
        yield case(
            f"cut-phone-{percent}",
            f"{percent} % of a file with moov at its end",
            REFUSED,
            _cut(_PHONE, _share(percent / 100)),
        )
    yield case(
        "cut-in-moov", "ends within moov", REFUSED, _cut(_PHONE, lambda d: find(d, "moov").content + 300)
    )
    yield case(
        "cut-last-byte", "the last byte is missing", ANALYSED | REFUSED, _cut(_PHONE, lambda d: len(d) - 1)
    )
    for percent in (25, 50, 75, 98):
        yield case(
            f"cut-faststart-{percent}",
            f"{percent} % of a file with moov in front",
            REFUSED_OR_NOTED,
            _cut_fast_start(_share(percent / 100)),
        )
    yield case("cut-matroska-50", "half of a Matroska file", NOTED, _cut(_MATROSKA, _share(0.5)))
    yield case("cut-matroska-100-bytes", "100 bytes of Matroska", REFUSED, _cut(_MATROSKA, lambda _: 100))


def _truncated_at_boxes() -> Iterator[Case]:
    """At the start of each box of a file with moov in front; known without making the file."""
    for number in range(2, 45):
        yield case(
            f"cut-at-box-{number:02}",
            f"ends where box {number} of a file with moov in front begins",
            REFUSED_OR_NOTED,
            _cut_fast_start(_start_of(number)),
        )


def _start_of(number: int) -> Callable[[bytes], int]:
    def start(data: bytes) -> int:
        starts = [found.start for found in walk(data)]
        return starts[min(number, len(starts)) - 1]

    return start


def _fragments() -> Iterator[Case]:
    yield case("fragmented", "a sound fragmented MP4", FINE, lambda: made(_FRAGMENTED))
    # Nothing in the file tells that there was more.
    yield case(
        "cut-in-moof",
        "ends within a fragment's index",
        REFUSED | ANALYSED,
        _cut(_FRAGMENTED, lambda d: find(d, "moof", 1).content + 40),
    )
    yield case(
        "cut-in-fragment",
        "ends within a fragment's pictures",
        REFUSED_OR_NOTED,
        _cut(_FRAGMENTED, lambda d: find(d, "mdat", 1).content + 99),
    )
    yield case(
        "cut-before-fragments", "has no fragment", REFUSED, _cut(_FRAGMENTED, lambda d: find(d, "moof").start)
    )


def _flipped() -> Iterator[Case]:
    for seed, density in enumerate((1e-5, 1e-4, 1e-3, 1e-2, 1e-1)):
        yield case(
            f"flips-mdat-{density:.0e}",
            f"of mdat's bytes, {density:.3%} have a wrong bit",
            ANALYSED | REFUSED,
            _flips(_PHONE, "mdat", density, seed),
        )
    for seed in range(6):
        yield case(
            f"flips-moov-{seed}", "a few wrong bits in moov", ANY, _flips(_PHONE, "moov", 0.004, 100 + seed)
        )
    for seed in range(3):
        what = "many wrong bits in moov"
        yield case(f"flips-moov-many-{seed}", what, ANY, _flips(_PHONE, "moov", 0.05, 200 + seed))
    for name, recipe in _OTHERS.items():
        for density in (1e-4, 3e-3):
            what = f"{name} with wrong bits anywhere"
            yield case(f"flips-{name}-{density:.0e}", what, ANY, _flips(recipe, None, density, 300))


def _flips(recipe: Recipe, where: str | None, density: float, seed: int) -> Callable[[], bytes]:
    """Return the making of a file with wrong bits in a box, or anywhere behind its first bytes."""

    def make() -> bytes:
        data = bytearray(made(recipe))
        damaged = range(_HEAD_BYTES, len(data))
        if where is not None:
            found = find(bytes(data), where)
            damaged = range(found.content, found.end)
        chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
        for at in chance.sample(damaged, max(1, int(len(damaged) * density))):
            data[at] ^= 1 << chance.randrange(8)
        return bytes(data)

    return make


def _otherwise() -> Iterator[Case]:
    yield case("hole", "a tenth in the middle is zeros: a lost part of an upload", NOTED, _hole)
    yield case("headless", "the first 4 KiB are missing", REFUSED, lambda: made(_PHONE)[4096:])
    yield case("twice", "the same file twice, one after the other", ANALYSED, lambda: made(_PHONE) * 2)
    yield case(
        "garbage-after", "a sound file and 100 kB of noise", ANALYSED, lambda: made(_PHONE) + _noise(100_000)
    )
    yield case("garbage-before", "noise and a sound file", REFUSED, lambda: _noise(1000) + made(_PHONE))
    yield case("halves-swapped", "the second half before the first", REFUSED, _swapped)


def _hole() -> bytes:
    data = made(_PHONE)
    pictures = find(data, "mdat")
    size = (pictures.end - pictures.content) // 10
    at = pictures.content + 4 * size
    return data[:at] + bytes(size) + data[at + size :]


def _swapped() -> bytes:
    data = made(_PHONE)
    return data[len(data) // 2 :] + data[: len(data) // 2]


def _noise(count: int) -> bytes:
    return random.Random(5).randbytes(count)  # noqa: S311 - to be repeated, not to be secret
