"""Clips are what their truth says, and are made once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from infra.local.clips import STYLES, Sound, Truth, make_clip

_WIDTH, _HEIGHT, _SECONDS = 180, 320, 6.0


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clips")


@dataclass(frozen=True, kw_only=True)
class _Watched:
    truth: Truth
    times: Sequence[float]
    #: Small grey pictures.
    pictures: Sequence[Any]
    keys: Sequence[int]


def _watched(path: Path, truth: Truth) -> _Watched:
    times, pictures, keys = [], [], []
    with av.open(str(path)) as container:
        for index, frame in enumerate(container.decode(video=0)):
            assert frame.time is not None
            times.append(frame.time)
            grey = frame.reformat(width=frame.width // 4, height=frame.height // 4, format="gray")
            pictures.append(grey.to_ndarray().astype(np.int16))
            if frame.key_frame:
                keys.append(index)
    return _Watched(truth=truth, times=times, pictures=pictures, keys=keys)


def _made(cache: Path, name: str, style: str, seed: int, **more: Any) -> tuple[Path, Truth]:
    path = cache / "mine" / f"{name}.mp4"
    size = {"seconds": _SECONDS, "width": _WIDTH, "height": _HEIGHT, "cache": cache}
    return path, make_clip(path, STYLES[style], seed=seed, **{**size, **more})


def _changes(watched: _Watched) -> list[float]:
    """Return how much of each frame's picture differs from the one before."""
    pairs = pairwise(watched.pictures)
    return [0.0, *(float(np.abs(after - before).mean()) for before, after in pairs)]


@pytest.mark.parametrize(
    ("style", "seed"),
    [
        ("phone", 102),
        ("phone", 107),
        ("edited", 101),
        ("cbr", 110),
        ("hardware", 105),
        ("vfr", 104),
        ("hevc_hlg", 103),
        ("rotated", 106),
        ("sixty", 108),
        ("low_light", 109),
    ],
)
def test_cuts_are_where_the_truth_says(cache: Path, style: str, seed: int) -> None:
    watched = _watched(*_made(cache, f"{style}-{seed}", style, seed))
    assert len(watched.times) == watched.truth.frames
    changes = _changes(watched)
    for cut in watched.truth.cuts:
        index = int(np.argmin(np.abs(np.array(watched.times) - cut)))
        assert watched.times[index] == pytest.approx(cut, abs=0.0001)
        around = changes[index - 2 : index] + changes[index + 1 : index + 3]
        assert changes[index] > 1.5 * max(around) or changes[index] > 20


def test_flashes_are_bright_and_black_is_black(cache: Path) -> None:
    path, truth = _made(cache, "events", "phone", 59, seconds=24.0)
    watched = _watched(path, truth)
    assert truth.flashes
    assert truth.black
    for start, end in truth.flashes:
        assert _light(watched, start, end) > 1.3 * _light(watched, start - 0.2, start)
    for start, end in truth.black:
        assert _light(watched, start, end) < 24


def _light(watched: _Watched, start: float, end: float) -> float:
    shown = zip(watched.times, watched.pictures, strict=True)
    return float(np.mean([p.mean() for at, p in shown if start - 0.001 <= at < end - 0.001]))


def test_a_detector_finds_the_faces(cache: Path) -> None:
    path, truth = _made(cache, "faces", "phone", 1, seconds=10.0, width=360, height=640)
    cascade = Path(cv2.__file__).parent / "data" / "haarcascade_frontalface_default.xml"
    detector = cv2.CascadeClassifier(str(cascade))
    found = []
    with av.open(str(path)) as container:
        for index, frame in enumerate(container.decode(video=0)):
            at = frame.time or 0.0
            if index % 15 == 0 and any(start <= at < end for start, end in truth.faces):
                found.append(len(detector.detectMultiScale(frame.to_ndarray(format="gray"), 1.1, 5)) > 0)
    assert len(found) >= 5
    assert sum(found) >= 0.9 * len(found)


def test_phones_set_keys_by_the_clock_and_editors_where_cuts_are(cache: Path) -> None:
    phone = _watched(*_made(cache, "keys-phone", "phone", 101, seconds=3.0))
    assert phone.keys == list(range(0, len(phone.times), 30))
    edited = _watched(*_made(cache, "keys-edited", "edited", 102, width=360, height=640))
    cuts = [round(cut * 30) for cut in edited.truth.cuts]
    assert len(set(edited.keys) & set(cuts)) >= len(cuts) / 2


@pytest.mark.parametrize(("style", "turn"), [("rotated", -90), ("rotated_left", 90)])
def test_a_rotated_clip_shows_the_same_once_turned(cache: Path, style: str, turn: int) -> None:
    plain, _ = _made(cache, "upright", "phone", 2, seconds=1.0)
    turned, _ = _made(cache, style, style, 2, seconds=1.0)
    first, second = _first(plain), _first(turned)
    assert second.rotation == turn
    upright = np.rot90(second.to_ndarray(format="gray"), turn // 90)
    expected = first.to_ndarray(format="gray")
    assert upright.shape == expected.shape
    assert float(np.abs(upright.astype(int) - expected.astype(int)).mean()) < 6


def _first(path: Path) -> Any:
    with av.open(str(path)) as container:
        return next(iter(container.decode(video=0)))


def test_high_dynamic_range_says_so(cache: Path) -> None:
    path, _ = _made(cache, "hlg", "hevc_hlg", 2, seconds=0.5)
    with av.open(str(path)) as container:
        context: Any = container.streams.video[0].codec_context
        assert (context.name, context.pix_fmt, context.codec_tag) == ("hevc", "yuv420p10le", "hvc1")
        assert (context.color_primaries, context.color_trc, context.colorspace) == (9, 18, 9)


def test_the_same_again_is_the_same_file_and_costs_nothing(cache: Path, tmp_path: Path) -> None:
    first, truth = _made(cache, "first", "phone", 11, seconds=1.0)
    elsewhere, _ = _made(tmp_path, "anew", "phone", 11, seconds=1.0)
    assert first.read_bytes() == elsewhere.read_bytes()
    first.write_bytes(b"damaged")
    told: list[float] = []
    again, same = _made(cache, "first", "phone", 11, seconds=1.0, progress=told.append)
    assert again.read_bytes() == elsewhere.read_bytes()
    assert same == truth
    assert told == []


def test_many_who_want_the_same_at_once_wait_for_one(tmp_path: Path) -> None:
    told: list[float] = []

    def make(name: str) -> Truth:
        return _made(tmp_path, name, "phone", 12, seconds=0.5, progress=told.append)[1]

    with ThreadPoolExecutor(3) as pool:
        truths = list(pool.map(make, "abc"))
    assert truths[0] == truths[1] == truths[2]
    assert len(told) == 15


def _samples(path: Path) -> Iterator[Any]:
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            yield frame.to_ndarray()[0]


def test_speech_is_where_the_truth_says(cache: Path) -> None:
    path, truth = _made(cache, "speech", "phone", 13, seconds=6.0)
    sound = np.concatenate(list(_samples(path)))
    spoken = [_loudness(sound, start + 0.05, end - 0.05) for start, end in truth.speech]
    pauses = [
        _loudness(sound, start + 0.05, end - 0.05) for start, end in truth.silences if end - start > 0.2
    ]
    assert spoken
    assert pauses
    assert min(spoken) > 10 * max(pauses)


def _loudness(sound: Any, start: float, end: float) -> float:
    return float(np.sqrt(np.mean(sound[int(start * 48_000) : int(end * 48_000)] ** 2)))


@pytest.mark.parametrize(("kind", "loud"), [(Sound.MUSIC, True), (Sound.SILENCE, False)])
def test_sound_may_be_something_else(cache: Path, kind: Sound, *, loud: bool) -> None:
    path, truth = _made(cache, kind, "phone", 14, seconds=1.0, sound=kind)
    assert (_loudness(np.concatenate(list(_samples(path))), 0.1, 0.9) > 0.01) == loud
    assert not truth.speech


def test_there_may_be_no_sound_track(cache: Path) -> None:
    path, _ = _made(cache, "mute", "phone", 14, seconds=1.0, sound=Sound.NONE)
    with av.open(str(path)) as container:
        assert not container.streams.audio
