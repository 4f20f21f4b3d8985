"""Making a picture that people may look at of a decoded frame: upright, of a bounded size, in SDR.

HDR is mapped in linear light at the small size: scene light by the transfer function, Rec. 2020 to Rec. 709
primaries, highlights bent below white by their brightest channel, so that hue stays, and sRGB at the end.
Plain conversion leaves HLG and PQ pale and grey. Figures: ITU-R BT.2100 (curves), BT.2087 (primaries),
BT.2408 (203 cd/m2 is diffuse white).
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace, Interpolation

#: 8 bits; blue, green, red.
Picture = npt.NDArray[np.uint8]
_Light = npt.NDArray[np.float32]

#: Fills a phone's screen; nobody shows a thumbnail larger.
LONGEST_SIDE = 1280

#: Noise takes many bytes and is worth none.
_JPEG_QUALITIES, _MOST_JPEG_BYTES = (84, 70, 50), 400_000

#: ITU-T H.273.
_PQ, _HLG = 16, 18
_BT709, _SMPTE170M, _BT2020 = 1, 6, 9
_HD_ROWS = 720
_CODES = 65_536
_WHITE_NITS, _HLG_PEAK_NITS, _HLG_SYSTEM_GAMMA = 203.0, 1_000.0, 1.2
#: Where diffuse white ends up, in linear SDR light: what is above it still needs to be told apart.
_DIFFUSE_WHITE, _KNEE = 0.92, 0.6
#: Rows and columns are blue, green, red.
_FROM_BT2020 = np.array(
    [
        [1.1187, -0.1006, -0.0182],
        [-0.0083, 1.1329, -0.1246],
        [-0.0728, -0.5876, 1.6605],
    ],
    np.float32,
)
_BT2020_LUMINANCE = np.array([0.0593, 0.6780, 0.2627], np.float32)


def developed(frame: VideoFrame, *, rotation_degrees: int = 0, longest_side: int = LONGEST_SIDE) -> Picture:
    """Return the frame as it is meant to be seen.

    Args:
        frame: decoded with all filters on.
        rotation_degrees: clockwise, where the header tells it; what the frame itself tells comes first.
        longest_side: in pixels; nothing is enlarged.
    """
    width, height = _fitted(frame.width, frame.height, longest_side)
    picture = _from_hdr(frame, width, height) if is_hdr(frame) else _from_sdr(frame, width, height)
    turn = round(-frame.rotation / 90) * 90 % 360 or rotation_degrees
    return np.ascontiguousarray(np.rot90(picture, k=-turn // 90)) if turn else picture


def is_hdr(frame: VideoFrame) -> bool:
    """Say whether a frame's values are PQ's or HLG's."""
    return int(frame.color_trc) in {_PQ, _HLG}


def jpeg_of(picture: Picture) -> bytes:
    """Return a picture as JPEG: as good as fits into 400 KB."""
    data = b""
    for quality in _JPEG_QUALITIES:
        written, coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
        if not written:
            raise ValueError("OpenCV wrote no JPEG")
        data = coded.tobytes()
        if len(data) <= _MOST_JPEG_BYTES:
            break
    return data


def _fitted(width: int, height: int, longest_side: int) -> tuple[int, int]:
    scale = min(1.0, longest_side / max(width, height))
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def _from_sdr(frame: VideoFrame, width: int, height: int) -> Picture:
    small = frame.reformat(
        width=width,
        height=height,
        format="bgr24",
        src_colorspace=_matrix(frame),
        interpolation=Interpolation.AREA,
    )
    return np.asarray(small.to_ndarray(), np.uint8)


def _matrix(frame: VideoFrame) -> Colorspace:
    """Return by which matrix YUV is meant: what is said, else what sizes imply."""
    said = int(frame.colorspace)
    if said == _BT2020:
        return Colorspace.BT2020
    if said == _BT709 or (said != _SMPTE170M and min(frame.width, frame.height) >= _HD_ROWS):
        return Colorspace.ITU709
    return Colorspace.ITU601


def _from_hdr(frame: VideoFrame, width: int, height: int) -> Picture:
    deep = frame.reformat(
        width=width,
        height=height,
        format="bgr48le",
        src_colorspace=Colorspace.BT2020,
        interpolation=Interpolation.AREA,
    )
    codes = np.asarray(deep.to_ndarray(), np.uint16)
    light = _hlg_light(codes) if int(frame.color_trc) == _HLG else _pq_curve()[codes]
    light = np.maximum(light @ _FROM_BT2020.T, 0) * np.float32(_DIFFUSE_WHITE)
    brightest = np.maximum(light.max(axis=-1, keepdims=True), 1e-6)
    return _srgb_of(light * (_bent(brightest) / brightest))


def _hlg_light(codes: npt.NDArray[np.uint16]) -> _Light:
    """Return display light, 1 being diffuse white: HLG holds scene light, which a display makes steeper."""
    scene = _hlg_curve()[codes]
    luminance = np.maximum(scene @ _BT2020_LUMINANCE, 1e-6)[..., None]
    gained: _Light = scene * luminance ** np.float32(_HLG_SYSTEM_GAMMA - 1)
    return gained * np.float32(_HLG_PEAK_NITS / _WHITE_NITS)


def _bent(light: _Light) -> _Light:
    """Leave light below the knee as it is, and lead what is above it towards 1."""
    room = np.float32(1 - _KNEE)
    over = np.maximum(light - np.float32(_KNEE), 0)
    bent: _Light = np.minimum(light, np.float32(_KNEE)) + room * (1 - np.exp(-over / room))
    return bent


def _srgb_of(light: _Light) -> Picture:
    return _srgb_curve()[(np.clip(light, 0, 1) * 4095 + 0.5).astype(np.uint16)]


@cache
def _srgb_curve() -> Picture:
    light = np.arange(4096) / 4095
    signal = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)  # noqa: PLR2004 - IEC 61966-2-1's
    return np.round(signal * 255).astype(np.uint8)


@cache
def _hlg_curve() -> _Light:
    """Undo the curve of ARIB STD-B67; 1 is the most light that HLG holds."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    signal = np.arange(_CODES) / (_CODES - 1)
    light = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)  # noqa: PLR2004 - the standard's
    return light.astype(np.float32)


@cache
def _pq_curve() -> _Light:
    """Undo the curve of SMPTE ST 2084; 1 is diffuse white."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    power = (np.arange(_CODES) / (_CODES - 1)) ** (1 / m2)
    light = 10_000 * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1)
    return (light / _WHITE_NITS).astype(np.float32)
