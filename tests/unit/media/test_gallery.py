"""Which frames are chosen to stand for a video."""

from __future__ import annotations

import tracemalloc
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from av.video.frame import VideoFrame

from shared.media.gallery import Gallery
from shared.media.report import FoundScene

Grey = np.ndarray[tuple[int, int], np.dtype[np.uint8]]


def _frame(at_seconds: float | None, seed: int, *, blur: int = 0, light: float = 1.0) -> VideoFrame:
    """Make a small frame of random squares."""
    coarse = np.random.default_rng(seed).integers(40, 210, (12, 8)).astype(np.float32)
    picture = np.kron(coarse, np.ones((8, 8), np.float32))
    for _ in range(blur):
        picture = (picture + np.roll(picture, 1, 0) + np.roll(picture, 1, 1)) / 3
    frame = VideoFrame.from_ndarray((picture * light).astype(np.uint8), format="gray")
    frame.pts, frame.time_base = None if at_seconds is None else round(at_seconds * 1000), Fraction(1, 1000)
    return frame


def _scenes(*edges: float) -> list[FoundScene]:
    return [FoundScene(start_seconds=a, end_seconds=b) for a, b in pairwise(edges)]


def test_the_sharpest_frame_of_a_scene_is_chosen() -> None:
    gallery = Gallery()
    for second, blur in enumerate((4, 0, 4)):
        gallery.consider(_frame(second + 0.5, 1, blur=blur))
    (pick,) = gallery.choose(_scenes(0, 3))
    assert pick.at_seconds == 1.5
    assert pick.measures


def test_a_black_frame_is_not_chosen_for_a_scene_that_has_others() -> None:
    gallery = Gallery()
    for second, light in enumerate((0.0, 0.9, 0.02)):
        gallery.consider(_frame(second + 0.5, 2, light=light))
    assert [pick.at_seconds for pick in gallery.choose(_scenes(0, 3))] == [1.5]


def test_frames_at_a_cut_are_left_to_nobody() -> None:
    """Detectors are a frame off, and a dissolve shows both sides."""
    gallery = Gallery()
    for at_seconds, blur in ((1.0, 5), (1.95, 0), (2.05, 0), (3.0, 5)):
        gallery.consider(_frame(at_seconds, int(at_seconds), blur=blur))
    assert [pick.at_seconds for pick in gallery.choose(_scenes(0, 2, 4))] == [1.0, 3.0]


def test_a_scene_between_key_frames_is_to_be_searched() -> None:
    gallery = Gallery()
    gallery.consider(_frame(0.0, 1))
    gallery.consider(_frame(4.0, 2))
    _, between, _ = gallery.choose(_scenes(0, 2, 3, 5))
    assert between.measures is None
    assert between.start_seconds > 2
    assert between.end_seconds < 3


def test_a_long_scene_has_several_frames_that_differ() -> None:
    gallery = Gallery()
    for second in range(40):
        gallery.consider(_frame(second + 0.5, second // 20))
    picks = gallery.choose(_scenes(0, 40))
    assert len(picks) == 2
    assert picks[0].at_seconds < 20 < picks[1].at_seconds


def test_of_many_scenes_the_hook_and_the_longest_are_shown() -> None:
    gallery = Gallery()
    edges = [0.0]
    for number in range(30):
        gallery.consider(_frame(edges[-1] + 0.5, number))
        edges.append(edges[-1] + (1.0 if number % 2 else 2.0))
    picks = gallery.choose(_scenes(*edges), most=9)
    assert len(picks) == 9
    assert picks[0].scene == 0
    assert all(pick.scene % 2 == 0 for pick in picks)
    assert [pick.at_seconds for pick in picks] == sorted(pick.at_seconds for pick in picks)


def test_of_many_scenes_those_that_look_alike_come_last() -> None:
    gallery = Gallery()
    for number in range(12):
        gallery.consider(_frame(number + 0.5, 1 if number % 3 else number + 10))
    shown = {pick.scene for pick in gallery.choose(_scenes(*range(13)), most=5)}
    assert {0, 3, 6, 9} <= shown


def test_any_number_of_frames_takes_bounded_memory_and_time() -> None:
    """A thousand key frames a second, for a minute."""
    gallery = Gallery()
    frame = _frame(0, 3)
    tracemalloc.start()
    for number in range(60_000):
        frame.pts = number
        gallery.consider(frame)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(gallery) < 1_000
    assert peak_bytes < 2_000_000


def test_a_long_clip_is_thinned_out_but_nowhere_empty() -> None:
    gallery = Gallery()
    for number in range(2_500):
        gallery.consider(_frame(number * 0.12, number // 100))
    assert len(gallery) < 2_048
    picks = gallery.choose(_scenes(*range(0, 301, 10)), most=90)
    assert all(pick.measures for pick in picks)


@pytest.mark.parametrize("most", [1, 9, 18])
def test_never_more_than_asked_for(most: int) -> None:
    gallery = Gallery()
    for number in range(100):
        gallery.consider(_frame(number, number))
    assert len(gallery.choose(_scenes(*range(0, 101, 4)), most=most)) <= most


def test_a_frame_without_a_time_is_passed_over() -> None:
    gallery = Gallery()
    gallery.consider(_frame(None, 1))
    assert len(gallery) == 0
    assert gallery.choose([]) == []
