"""Likeness and tone."""

from __future__ import annotations

import itertools
from fractions import Fraction

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from shared.media.similarity import similarity
from shared.media.tone import HLG, PQ, ToneMapper

Picture = NDArray[np.uint8]


def texture(seed: int = 1) -> Picture:
    random = np.random.default_rng(seed)
    coarse = random.integers(40, 200, (24, 24), np.uint8)
    return np.asarray(coarse.repeat(8, axis=0).repeat(8, axis=1), np.uint8)


def test_a_picture_is_like_itself() -> None:
    assert similarity(texture(), texture()) == pytest.approx(1.0)


def test_other_pictures_are_not_alike() -> None:
    assert similarity(texture(1), texture(2)) < 0.5


def test_it_agrees_with_the_definition() -> None:
    """The paper's formula, window by window."""
    random = np.random.default_rng(4)
    plain = texture()[:40, :40]
    noisy = np.clip(plain + random.normal(0, 9, plain.shape), 0, 255).astype(np.uint8)
    assert similarity(plain, noisy) == pytest.approx(_by_definition(plain, noisy), abs=1e-4)


def _by_definition(one: Picture, other: Picture) -> float:
    offsets = np.arange(-5, 6)
    line = np.exp(-(offsets**2) / (2 * 1.5**2))
    window = np.outer(line, line) / line.sum() ** 2
    found = []
    for row, column in itertools.product(range(30), range(30)):
        a, b = (plane[row : row + 11, column : column + 11].astype(float) for plane in (one, other))
        mean_a, mean_b = (a * window).sum(), (b * window).sum()
        spread_a, spread_b = (window * (a - mean_a) ** 2).sum(), (window * (b - mean_b) ** 2).sum()
        shared = (window * (a - mean_a) * (b - mean_b)).sum()
        alike = (2 * mean_a * mean_b + 6.5025) * (2 * shared + 58.5225)
        found.append(alike / ((mean_a**2 + mean_b**2 + 6.5025) * (spread_a + spread_b + 58.5225)))
    return float(np.mean(found))


@pytest.mark.parametrize("transfer", [HLG, PQ])
def test_tones_keep_their_order_and_reach_from_black_to_white(transfer: int) -> None:
    ramp = np.linspace(64, 940, 64).astype(np.uint16)
    planes = np.vstack((np.tile(ramp, (64, 1)), np.full((32, 64), 512, np.uint16)))
    frame = av.VideoFrame.from_ndarray(planes, format="yuv420p10le")
    frame.pts, frame.time_base = 7, Fraction(1, 30)
    mapped = ToneMapper(transfer).mapped(frame)
    assert (mapped.format.name, mapped.pts) == ("yuv420p", 7)
    luma, chroma = np.split(mapped.to_ndarray(), [64])
    assert (np.diff(luma[0].astype(int)) >= 0).all()
    assert luma[0, 0] == 16
    assert 220 < luma[0, -1] <= 235
    assert (chroma == 128).all()


def test_diffuse_white_of_hlg_is_bright_and_not_burnt() -> None:
    white = np.full((24, 16), 64 + round(876 * 0.75), np.uint16)
    white[16:] = 512
    frame = av.VideoFrame.from_ndarray(white, format="yuv420p10le")
    frame.time_base = Fraction(1, 30)
    luma = ToneMapper(HLG).mapped(frame).to_ndarray()[:16]
    assert 210 < luma.mean() < 228
