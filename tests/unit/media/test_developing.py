"""Pictures that people look at: upright, bounded, and in SDR whatever they were recorded in."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from av.video.frame import VideoFrame

from shared.media.developing import Picture, developed, is_hdr, jpeg_of

#: ITU-T H.273.
PQ, HLG, BT709, BT2020 = 16, 18, 1, 9
#: Blue, green, red: greys, skin, sky, grass, a red dress.
COLOURS = [
    (40, 40, 40),
    (128, 128, 128),
    (200, 200, 200),
    (140, 170, 225),
    (215, 160, 90),
    (60, 140, 80),
    (50, 40, 190),
]


def _light(colour: tuple[int, int, int]) -> npt.NDArray[np.float64]:
    """Return linear Rec. 2020 light, blue, green, red, of an sRGB colour; 1 is white."""
    signal = np.array(colour) / 255
    linear = np.where(signal <= 0.04045, signal / 12.92, ((signal + 0.055) / 1.055) ** 2.4)
    to_2020 = np.array([[0.8956, 0.0880, 0.0164], [0.0114, 0.9195, 0.0691], [0.0433, 0.3293, 0.6274]])
    light: npt.NDArray[np.float64] = to_2020 @ linear
    return light


def _hlg(light: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Encode display light, 1 being 203 cd/m2 on a display of 1,000, as BT.2100 says."""
    display = light * 203 / 1000
    luminance = display @ np.array([0.0593, 0.6780, 0.2627])
    scene = display * max(luminance, 1e-9) ** (1 / 1.2 - 1)
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    signal: npt.NDArray[np.float64] = np.where(
        scene <= 1 / 12, np.sqrt(3 * scene), a * np.log(np.maximum(12 * scene - b, 1e-9)) + c
    )
    return signal


def _pq(light: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    power = (light * 203 / 10_000) ** m1
    signal: npt.NDArray[np.float64] = ((c1 + c2 * power) / (1 + c3 * power)) ** m2
    return signal


def _frame(signal: npt.NDArray[np.float64], transfer: int) -> VideoFrame:
    """Make a 10-bit frame of one colour."""
    codes = np.broadcast_to(np.round(np.clip(signal, 0, 1) * 65_535).astype(np.uint16), (64, 64, 3))
    frame = VideoFrame.from_ndarray(np.ascontiguousarray(codes), format="bgr48le")
    frame = frame.reformat(format="yuv420p10le", dst_colorspace=BT2020, dst_color_range=1)
    frame.color_trc, frame.color_primaries, frame.colorspace = transfer, BT2020, BT2020
    return frame


def _middle(picture: Picture) -> npt.NDArray[np.float64]:
    middle: npt.NDArray[np.float64] = picture[16:48, 16:48].mean((0, 1))
    return middle


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_hdr_looks_like_what_was_filmed(colour: tuple[int, int, int], transfer: int) -> None:
    """Neither washed out nor dark: hue and brightness within a tenth of the range."""
    signal = _pq(_light(colour)) if transfer == PQ else _hlg(_light(colour))
    frame = _frame(signal, transfer)
    assert is_hdr(frame)
    assert _middle(developed(frame)) == pytest.approx(np.array(colour), abs=22)


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_highlights_brighter_than_white_stay_apart(transfer: int) -> None:
    encode = _pq if transfer == PQ else _hlg
    shown = [_middle(developed(_frame(encode(np.full(3, light)), transfer)))[1] for light in (0.5, 1, 2, 4)]
    assert shown == sorted(shown)
    assert shown[1] > 220
    assert shown[3] - shown[1] > 8


def test_sdr_keeps_its_colours() -> None:
    for colour in COLOURS:
        plain = np.full((720, 720, 3), colour, np.uint8)
        frame = VideoFrame.from_ndarray(plain, format="bgr24")
        frame = frame.reformat(format="yuv420p", dst_colorspace=BT709, dst_color_range=1)
        assert not is_hdr(frame)
        assert _middle(developed(frame)) == pytest.approx(np.array(colour), abs=4)


@pytest.mark.parametrize(("turn", "corner"), [(0, (0, 0)), (90, (0, -1)), (180, (-1, -1)), (270, (-1, 0))])
def test_pictures_are_turned_upright(turn: int, corner: tuple[int, int]) -> None:
    plain = np.zeros((64, 128, 3), np.uint8)
    plain[:24, :24] = 255
    picture = developed(VideoFrame.from_ndarray(plain, format="bgr24"), rotation_degrees=turn)
    assert picture.shape[:2] == ((64, 128) if turn % 180 == 0 else (128, 64))
    assert picture[corner].mean() > 200


def test_large_frames_become_smaller_and_small_ones_stay() -> None:
    large = VideoFrame(3840, 2160, "yuv420p")
    assert developed(large).shape == (720, 1280, 3)
    assert developed(VideoFrame(320, 240, "yuv420p")).shape == (240, 320, 3)


def test_a_jpeg_is_one() -> None:
    data = jpeg_of(np.full((64, 64, 3), 90, np.uint8))
    assert np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)).shape == (64, 64, 3)


def test_a_jpeg_of_noise_is_bounded_all_the_same() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (1280, 720, 3), dtype=np.uint8)
    calm = np.asarray(cv2.GaussianBlur(noise, (3, 3), 0), np.uint8)
    assert len(jpeg_of(calm)) <= 400_000
    assert len(jpeg_of(noise)) < 1_000_000
