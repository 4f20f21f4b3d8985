"""What counts as a cut and as a gradual transition, on pictures made of random fields."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from shared.media.blending import gradual_in
from shared.media.judging import CutJudge, begins_shot
from shared.media.observing import Observer
from shared.media.thumbnails import Plane, Thumbnail, distance

RATE = 30


def _scene(seed: int, *, shift: int = 0) -> Plane:
    """Return a picture of coarse random fields, moved sideways by `shift` pixels."""
    darkest = 20 + 40 * (seed % 3)
    coarse = np.random.default_rng(seed).integers(darkest, darkest + 110, (22, 40), dtype=np.uint8)
    return np.kron(coarse, np.ones((4, 4), np.uint8))[:, shift : shift + 49]


def _thumbnails(lumas: Sequence[Plane], *, refreshed: Sequence[int] = ()) -> list[Thumbnail]:
    return [
        Thumbnail(i / RATE, luma, np.full((2, 43, 24), 128, np.uint8), refreshed=i in refreshed)
        for i, luma in enumerate(lumas)
    ]


def _mixed(one: Plane, other: Plane, share: float) -> Plane:
    return (one * (1 - share) + other * share).astype(np.uint8)


def _flashed(luma: Plane) -> Plane:
    return np.clip(luma.astype(np.int16) + 150, 0, 255).astype(np.uint8)


def _captioned(luma: Plane) -> Plane:
    copy = luma.copy()
    copy[50:56, 4:45] = 250
    return copy


A, B = _scene(1), _scene(2)
WHIP = [_scene(3, shift=shift) for shift in (0, 0, 0, 0, 8, 24, 48, 72, 96, 108, 111, 111, 111, 111, 111)]


def _cuts(lumas: Sequence[Plane]) -> list[float]:
    judge = CutJudge()
    for index, picture in enumerate(_thumbnails(lumas)):
        judge.add(picture, joined=index > 0)
    judge.end()
    return judge.cuts


@pytest.mark.parametrize(
    ("what", "lumas", "cut_frames"),
    [
        ("nothing", [A] * 20, []),
        ("a cut", [A] * 10 + [B] * 10, [10]),
        ("a cut near the end", [A] * 18 + [B] * 2, [18]),
        ("shake", [_scene(1, shift=i % 2) for i in range(20)], []),
        ("a flash of one frame", [A] * 10 + [_flashed(A)] + [A] * 10, []),
        ("a flash of four frames", [A] * 10 + [_flashed(A)] * 4 + [A] * 10, []),
        ("a thrown camera", WHIP, []),
        ("words that pop up", [A] * 10 + [_captioned(A)] * 10, []),
        ("a cut in the dark", [A // 8 + 10] * 10 + [B // 8 + 10] * 10, [10]),
        ("a shot of half a second", [A] * 10 + [B] * 15 + [A] * 10, [10, 25]),
        ("a dissolve", [A] * 10 + [_mixed(A, B, i / 16) for i in range(1, 16)] + [B] * 10, []),
    ],
)
def test_a_cut_is_what_changes_all_at_once_and_for_good(
    what: str, lumas: Sequence[Plane], cut_frames: Sequence[int]
) -> None:
    assert _cuts(lumas) == [frame / RATE for frame in cut_frames], what


def test_an_encoder_that_catches_up_at_a_key_picture_makes_no_cut() -> None:
    sharper = np.clip(A.astype(np.int16) + 3, 0, 255).astype(np.uint8)
    judge = CutJudge()
    for index, picture in enumerate(_thumbnails([A] * 10 + [sharper] * 10, refreshed=[10])):
        judge.add(picture, joined=index > 0)
    judge.end()
    assert judge.cuts == []


def test_no_cut_is_told_across_a_gap() -> None:
    judge = CutJudge()
    for index, picture in enumerate(_thumbnails([A] * 10 + [B] * 10)):
        judge.add(picture, joined=index not in {0, 10})
    judge.end()
    assert judge.cuts == []


def test_a_dissolve_is_found_where_it_lies() -> None:
    mixed = [_mixed(A, B, i / 20) for i in range(1, 20)]
    [span] = gradual_in(_thumbnails([A] * 30 + mixed + [B] * 30))
    assert span.start_seconds == pytest.approx(30 / RATE, abs=0.15)
    assert span.end_seconds == pytest.approx(49 / RATE, abs=0.15)


def test_a_fade_through_black_is_one_transition() -> None:
    black = np.full_like(A, 16)
    down = [_mixed(A, black, i / 10) for i in range(1, 10)]
    up = [_mixed(black, B, i / 10) for i in range(1, 10)]
    pictures = _thumbnails([A] * 30 + down + [black] * 15 + up + [B] * 30)
    [span] = gradual_in(pictures)
    assert span.start_seconds < 1.2
    assert span.end_seconds > (30 + 9 + 15 + 7) / RATE


def test_a_pan_is_no_dissolve() -> None:
    assert gradual_in(_thumbnails([_scene(4, shift=i) for i in range(90)])) == []


def test_light_that_changes_is_no_dissolve() -> None:
    assert gradual_in(_thumbnails([_mixed(A, A // 3, min(1.0, i / 20)) for i in range(60)])) == []


def test_distance_forgives_small_motion_and_bounds_a_changed_size() -> None:
    one, moved, other = _thumbnails([A, _scene(1, shift=2), B])
    assert distance(one, moved) < 3
    assert distance(one, other) > 15
    small = Thumbnail(0.0, np.zeros((20, 20), np.uint8), np.zeros((2, 10, 10), np.uint8))
    assert distance(one, small) == 255


def test_a_shot_begins_where_calm_follows_and_the_old_picture_does_not_return() -> None:
    [old] = _thumbnails([A])
    assert begins_shot(old, _thumbnails([B] * 8))
    assert not begins_shot(old, _thumbnails([_flashed(A)] * 3 + [A] * 5))
    assert not begins_shot(old, _thumbnails(WHIP[4:]))
    assert not begins_shot(old, [])


def test_what_is_observed_does_not_grow_with_the_video() -> None:
    """An hour of pictures leaves a few seconds of them in memory."""
    observer = Observer()
    picture = _thumbnails([A])[0]
    for place in range(3_000):
        observer.add(Thumbnail(place / RATE, picture.luma, picture.chroma), place)
    assert len(observer._unbroken) < 6 * RATE
    assert len(observer._judge._seen) < 6 * RATE


def test_black_is_told_from_first_to_last() -> None:
    observer = Observer()
    for place, picture in enumerate(_thumbnails([A] * 5 + [np.full_like(A, 16)] * 12 + [B] * 5)):
        observer.add(picture, place)
    observer.end()
    [span] = observer.black.intervals(99.0)
    assert (span.start_seconds, span.end_seconds) == (5 / RATE, 17 / RATE)
    assert observer.cuts == [5 / RATE, 17 / RATE]
