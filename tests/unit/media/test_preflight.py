"""What is read of a video before it is fetched: little, in few requests, and never without end."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typing_extensions import override

from shared.errors import NetworkError, UnsupportedMediaError
from shared.media.preflight import Preflight, preflight
from shared.media.report import Inspection, MediaProbe
from shared.media.scripted import ScriptedMedia
from shared.storage.memory import MemoryObject, MemoryObjects
from shared.storage.port import ObjectLocation

PROBE = MediaProbe(
    container="mov",
    duration_seconds=4.0,
    width=1080,
    height=1920,
    rotation_degrees=0,
    frames_per_second=30.0,
    size_bytes=1,
    video_codec="h264",
    pixel_format="yuv420p",
    high_dynamic_range=False,
    audio_codec="aac",
    audio_channels=1,
    bits_per_second=8,
)


class Watching(ScriptedMedia):
    """Keeps the file that it is asked about."""

    seen: bytes = b""

    @override
    async def probe(self, path: Path, *, size_bytes: int, deadline: float) -> MediaProbe:
        self.seen = path.read_bytes()
        return await ScriptedMedia.probe(self, path, size_bytes=size_bytes, deadline=deadline)


def box(kind: bytes, content: bytes = b"") -> bytes:
    return (len(content) + 8).to_bytes(4, "big") + kind + content


def large_box(kind: bytes, content: bytes) -> bytes:
    return (1).to_bytes(4, "big") + kind + (len(content) + 16).to_bytes(8, "big") + content


FTYP = box(b"ftyp", b"isommp42")
MOOV = box(b"moov", bytes(range(256)) * 200)
PICTURES = b"pictures" * 400_000
MDAT = box(b"mdat", PICTURES)


def watching() -> Watching:
    return Watching(inspection=Inspection(probe=PROBE, scenes=[]))


async def looked_at(
    data: bytes, directory: Path, media: ScriptedMedia | None = None, store: MemoryObjects | None = None
) -> Preflight:
    store = store or MemoryObjects()
    store.objects["bucket", "clip.mp4"] = MemoryObject(data=data)
    pinned = await store.look_up(ObjectLocation(bucket="bucket", key="clip.mp4"))
    found = await preflight(store, media or watching(), pinned, directory, deadline=9e9)
    assert (found.bytes_read, found.requests) == (store.bytes_read, store.requests)
    assert not any(directory.iterdir())
    return found


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(FTYP + MOOV + MDAT, id="header first"),
        pytest.param(FTYP + box(b"free", bytes(900)) + MOOV + box(b"wide") + MDAT, id="padding"),
        pytest.param(FTYP + MDAT + MOOV, id="header last"),
        pytest.param(FTYP + large_box(b"mdat", PICTURES) + MOOV, id="large sizes"),
        pytest.param(FTYP + MOOV + (0).to_bytes(4, "big") + b"mdat" + PICTURES, id="pictures to the end"),
        pytest.param(FTYP + MDAT + MOOV + box(b"free", bytes(2_000_000)), id="header in the middle"),
        pytest.param(MDAT + MOOV, id="no type box"),
    ],
)
async def test_the_header_is_found_wherever_it_lies(tmp_path: Path, data: bytes) -> None:
    media = watching()
    found = await looked_at(data, tmp_path, media)
    assert len(media.seen) == len(data)
    assert MOOV in media.seen
    assert PICTURES[:90_000] in media.seen
    assert found.bytes_read < 400_000
    assert found.requests <= 4
    assert found.probe.size_bytes == len(data)
    assert found.probe.duration_seconds == 4.0


async def test_a_small_video_is_read_once(tmp_path: Path) -> None:
    assert (await looked_at(FTYP + MOOV + box(b"mdat", b"pictures"), tmp_path)).requests == 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"short", "neither"),
        (b"ffconcat version 1.0\nfile 'a.mp4'\n", "neither"),
        (b"#EXTM3U\nhttp://127.0.0.1/\n", "neither"),
        (FTYP, "may not be complete"),
        (FTYP + MDAT, "may not be complete"),
        (FTYP + box(b"meta", bytes(900)) + MDAT, "is a picture"),
        (FTYP + MDAT[:2000], "may not be complete"),
        (FTYP + MDAT + MOOV[:2000], "cut off"),
        (FTYP + MOOV, "nothing else"),
        (FTYP + (5).to_bytes(4, "big") + b"moov", "structure is broken"),
        (FTYP + (1).to_bytes(4, "big") + b"moov" + (15).to_bytes(8, "big"), "structure is broken"),
        (FTYP + (1 << 30).to_bytes(4, "big") + b"moov", "too large"),
        (FTYP + (1).to_bytes(4, "big") + b"moov" + (1 << 62).to_bytes(8, "big"), "too large"),
        (FTYP + box(b"free") * 70 + MOOV + MDAT, "too many parts"),
    ],
)
async def test_what_will_be_refused_is_refused_unfetched(tmp_path: Path, data: bytes, reason: str) -> None:
    media, store = watching(), MemoryObjects()
    with pytest.raises(UnsupportedMediaError, match=reason):
        await looked_at(data, tmp_path, media, store)
    assert media.asked == []
    assert store.bytes_read < 400_000
    assert not any(tmp_path.iterdir())


async def test_what_the_probe_refuses_leaves_no_file(tmp_path: Path) -> None:
    media = watching()
    media.failures["probe"] = UnsupportedMediaError("The video is longer than 900 seconds.")
    with pytest.raises(UnsupportedMediaError, match="900"):
        await looked_at(FTYP + MOOV + MDAT, tmp_path, media)
    assert not any(tmp_path.iterdir())


async def test_a_store_that_fails_is_no_verdict_on_the_video(tmp_path: Path) -> None:
    class Failing(MemoryObjects):
        @override
        async def read_range(self, *_: object) -> bytes:
            raise NetworkError

    with pytest.raises(NetworkError):
        await looked_at(FTYP + MOOV + MDAT, tmp_path, store=Failing())


FRAGMENTED = box(b"moov", box(b"mvex"))
FRAGMENT = box(b"moof", bytes(400)) + box(b"mdat", bytes(500_000))


async def test_a_recording_in_fragments_tells_its_length_by_the_first_of_them(tmp_path: Path) -> None:
    media = watching()
    found = await looked_at(FTYP + FRAGMENTED + FRAGMENT * 40, tmp_path, media)
    assert found.requests <= 6
    assert media.seen.count(b"moof") == 4
    assert found.probe.duration_seconds == pytest.approx(40.0, rel=0.01)
    assert found.probe.bits_per_second == pytest.approx(500_408 * 8, rel=0.01)


async def test_a_recording_that_must_be_too_long_is_not_fetched(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedMediaError, match="longer than 900"):
        await looked_at(FTYP + FRAGMENTED + FRAGMENT * 10, tmp_path, lasting(4 * 140.0))
    assert not any(tmp_path.iterdir())


async def test_an_estimate_near_the_limit_decides_nothing(tmp_path: Path) -> None:
    found = await looked_at(FTYP + FRAGMENTED + FRAGMENT * 10, tmp_path, lasting(4 * 130.0))
    assert 1_290 < found.probe.duration_seconds < 1_310


def lasting(seconds: float) -> Watching:
    probe = PROBE.model_copy(update={"duration_seconds": seconds})
    return Watching(inspection=Inspection(probe=probe, scenes=[]))


async def test_an_index_of_fragments_leaves_nothing_to_guess(tmp_path: Path) -> None:
    data = FTYP + FRAGMENTED + box(b"sidx", bytes(600)) * 2 + FRAGMENT * 40
    assert (await looked_at(data, tmp_path)).probe.duration_seconds == 4.0


async def test_few_fragments_are_all_looked_at(tmp_path: Path) -> None:
    data = FTYP + FRAGMENTED + FRAGMENT * 3
    assert (await looked_at(data, tmp_path)).probe.duration_seconds == 4.0


async def test_of_matroska_the_beginning_is_read(tmp_path: Path) -> None:
    media = watching()
    found = await looked_at(b"\x1a\x45\xdf\xa3" + bytes(3_000_000), tmp_path, media)
    assert found.bytes_read < 600_000
    assert len(media.seen) == 512 * 1024
    assert found.probe.duration_seconds == 4.0


_KINDS = st.sampled_from([b"moov", b"mdat", b"moof", b"sidx", b"free", b"mvex", b"\0\0\0\0", b"uuid"])
_BOXES = st.builds(
    lambda size, kind, content: size.to_bytes(4, "big") + kind + content,
    st.one_of(st.integers(0, 40), st.integers(0, 2**32 - 1)),
    _KINDS,
    st.binary(max_size=40),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(boxes=st.lists(_BOXES, max_size=12), ending=st.integers(0, 300_000))
async def test_no_structure_makes_it_read_without_end(
    tmp_path: Path, boxes: list[bytes], ending: int
) -> None:
    store = MemoryObjects()
    with suppress(UnsupportedMediaError):
        await looked_at(FTYP + b"".join(boxes) + bytes(ending), tmp_path, store=store)
    assert store.requests <= 70
