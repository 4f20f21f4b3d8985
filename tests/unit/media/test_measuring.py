"""What is told of a frame."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from av.video.frame import VideoFrame

from shared.media.measuring import Luma, difference, luma_measures, measures_of, perceptual_hash


def _scene(seed: int, height: int = 480, width: int = 270) -> Luma:
    """Make a picture of large and small shapes."""
    chance = np.random.default_rng(seed)
    picture = np.full((height, width), 110, np.uint8)
    for _ in range(60):
        x, y = chance.integers(0, width), chance.integers(0, height)
        side, grey = chance.integers(4, 80), int(chance.integers(30, 220))
        cv2.rectangle(picture, (int(x), int(y)), (int(x + side), int(y + side)), grey, cv2.FILLED)
    return picture


def test_blur_is_less_sharp() -> None:
    picture = _scene(1)
    blurred = np.asarray(cv2.GaussianBlur(picture, (15, 15), 0), np.uint8)
    assert luma_measures(blurred, 0).sharpness < luma_measures(picture, 0).sharpness / 10


@pytest.mark.parametrize(("factor", "added"), [(0.12, 16), (0.3, 170)])
def test_dark_and_bright_pictures_are_badly_exposed(factor: float, added: int) -> None:
    picture = _scene(2)
    wrong = np.clip(picture * factor + added, 0, 255).astype(np.uint8)
    assert luma_measures(wrong, 0).exposure < luma_measures(picture, 0).exposure / 2


@pytest.mark.parametrize("grey", [16, 128, 235])
def test_one_colour_is_nothing_to_see(grey: int) -> None:
    measures = luma_measures(np.full((480, 270), grey, np.uint8), 0)
    assert measures.empty
    assert measures.blank


@pytest.mark.parametrize("seed", range(8))
def test_the_hash_knows_a_picture_again(seed: int) -> None:
    """Darker, noisier, smaller and compressed; and tells it from every other."""
    picture = _scene(seed)
    noise = np.random.default_rng(seed).normal(0, 6, picture.shape)
    again = np.clip(picture * 0.8 + noise, 0, 255).astype(np.uint8)
    small = np.asarray(cv2.resize(again, (135, 240), interpolation=cv2.INTER_AREA), np.uint8)
    _, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 40])
    coded = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)
    one, other = luma_measures(picture, 0), luma_measures(coded, 1)
    assert difference(one, other) <= 8
    for stranger in range(seed + 1, seed + 5):
        assert difference(one, luma_measures(_scene(stranger), 2)) > 8
    assert 0 <= perceptual_hash(picture) < 2**64


@pytest.mark.parametrize("form", ["yuv420p", "yuv420p10le", "yuvj420p", "rgb24", "gray", "nv12"])
def test_every_form_of_frame_is_measured_alike(form: str) -> None:
    picture = cv2.resize(_scene(3), (540, 960), interpolation=cv2.INTER_CUBIC)
    frame = VideoFrame.from_ndarray(
        np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR), np.uint8), format="bgr24"
    )
    measures = measures_of(frame.reformat(format=form), 2.5)
    plain = luma_measures(np.asarray(cv2.resize(picture, (270, 480), interpolation=cv2.INTER_AREA)), 2.5)
    assert measures.at_seconds == 2.5
    assert difference(measures, plain) <= 4
    assert measures.sharpness == pytest.approx(plain.sharpness, rel=0.5)
