"""EBU Tech 3341's minimum requirements, made as the document says: 1 kHz, stereo, in phase."""

from fractions import Fraction

import av
import numpy as np
import pytest

from shared.media.loudness import LoudnessMeter

RATE = 48_000


def measured(parts: list[tuple[float, float]], *, meter: LoudnessMeter | None = None) -> LoudnessMeter:
    meter = meter or LoudnessMeter()
    for dbfs, seconds in parts:
        tone = np.sin(2 * np.pi * 1000 * np.arange(int(RATE * seconds)) / RATE) * 10 ** (dbfs / 20)
        frame = av.AudioFrame.from_ndarray(np.vstack((tone, tone)).astype(np.float32), "fltp", "stereo")
        frame.sample_rate, frame.time_base = RATE, Fraction(1, RATE)
        assert meter.add(frame)
    return meter


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([(-23.0, 20)], -23.0),
        ([(-33.0, 20)], -33.0),
        ([(-36.0, 10), (-23.0, 60), (-36.0, 10)], -23.0),
        ([(-72.0, 10), (-36.0, 10), (-23.0, 60), (-36.0, 10), (-72.0, 10)], -23.0),
        ([(-26.0, 20), (-20.0, 20.1), (-26.0, 20)], -23.0),
    ],
    ids=["1", "2", "3", "4", "5"],
)
def test_integrated_loudness(parts: list[tuple[float, float]], expected: float) -> None:
    assert measured(parts).integrated_lufs() == pytest.approx(expected, abs=0.1)


def test_the_highest_sample() -> None:
    assert measured([(-30.0, 1), (-6.0, 1)]).peak_dbfs() == pytest.approx(-6.0, abs=0.1)


def test_silence_has_neither_loudness_nor_peak() -> None:
    meter = measured([(-400.0, 2)])
    assert (meter.integrated_lufs(), meter.peak_dbfs()) == (None, None)


def test_another_format_is_left_out() -> None:
    meter = measured([(-23.0, 5)])
    frame = av.AudioFrame.from_ndarray(np.ones((1, 960), np.float32), "fltp", "mono")
    frame.sample_rate, frame.time_base = RATE, Fraction(1, RATE)
    assert not meter.add(frame)
    assert meter.integrated_lufs() == pytest.approx(-23.0, abs=0.1)
