"""What is told of a frame without keeping it: sharpness, exposure, contrast, and a hash of how it looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane

_Number = TypeVar("_Number", np.uint8, np.uint16)

Luma = npt.NDArray[np.uint8]

#: Pixels along the shorter side when measuring: blur that a viewer sees is still blur here.
_SIDE = 270
_HASH_SIDE, _HASH_BITS_SIDE = 32, 8
_EIGHT_BIT = 8
#: Luma as coded: below and above, a pixel has lost what it showed.
_DARK, _BRIGHT = 24, 228
#: Mean luma between which a picture is well exposed, and how far beyond it is not at all.
_WELL_FROM, _WELL_TO, _FALLOFF = 70.0, 170.0, 60.0
#: Standard deviation of luma under which there is nothing to see.
_FLAT, _BLANK = 6.0, 2.5


@dataclass(frozen=True, kw_only=True)
class FrameMeasures:
    """What is remembered of a frame."""

    at_seconds: float
    #: Variance of the Laplacian; to be compared within one clip only.
    sharpness: float
    #: 0 to 1: neither dark nor bright, with little lost in black or white.
    exposure: float
    #: Standard deviation of luma.
    contrast: float
    #: Perceptual hash of 64 bits; see `difference`.
    look: int
    #: Dark, or nearly one colour: not worth showing if there is anything else.
    empty: bool

    @property
    def blank(self) -> bool:
        """Whether there is nothing to see at all."""
        return self.contrast < _BLANK


def measures_of(frame: VideoFrame, at_seconds: float) -> FrameMeasures:
    """Measure a decoded frame; takes a millisecond or two."""
    return luma_measures(small_luma(frame), at_seconds)


def luma_measures(luma: Luma, at_seconds: float) -> FrameMeasures:
    """Measure a small picture's luma."""
    mean, deviation = float(luma.mean()), float(luma.std())
    return FrameMeasures(
        at_seconds=at_seconds,
        sharpness=float(cv2.Laplacian(luma, cv2.CV_32F).var()),
        exposure=_exposure(luma, mean),
        contrast=deviation,
        look=perceptual_hash(luma),
        empty=deviation < _FLAT or mean < _DARK,
    )


def small_luma(frame: VideoFrame) -> Luma:
    """Return the frame's luma in 8 bits, at most 270 pixels along the shorter side."""
    shape = _small_shape(frame.width, frame.height)
    if not frame.format.name.startswith(("yuv", "gray")) or frame.format.name.endswith("be"):
        grey = frame.reformat(width=shape[0], height=shape[1], format="gray")
        return _pixels(grey.planes[0], np.uint8).copy()
    depth = frame.format.components[0].bits
    if depth == _EIGHT_BIT:
        small = cv2.resize(_pixels(frame.planes[0], np.uint8), shape, interpolation=cv2.INTER_AREA)
        return np.asarray(small, np.uint8)
    deep = cv2.resize(_pixels(frame.planes[0], np.uint16), shape, interpolation=cv2.INTER_AREA)
    return (np.asarray(deep, np.uint16) >> (depth - _EIGHT_BIT)).astype(np.uint8)


def _pixels(plane: VideoPlane, kind: type[_Number]) -> npt.NDArray[_Number]:
    """Return a plane's values without its padding, sharing its memory."""
    values = np.frombuffer(memoryview(plane), kind)
    pitch = plane.line_size // values.itemsize
    return values[: pitch * plane.height].reshape(plane.height, pitch)[:, : plane.width]


def perceptual_hash(luma: Luma) -> int:
    """Return 64 bits that tell which of a picture's coarse waves are strong (pHash).

    Alike for pictures that look alike, whatever their size, brightness and compression.
    """
    small = cv2.resize(luma, (_HASH_SIDE, _HASH_SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    waves = cv2.dct(small)[:_HASH_BITS_SIDE, :_HASH_BITS_SIDE].ravel()
    bits = waves > np.median(waves[1:])  # the first one is brightness
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def difference(one: FrameMeasures, other: FrameMeasures) -> int:
    """Return in how many of 64 bits two frames' hashes differ: 0 alike, about 32 unlike."""
    return (one.look ^ other.look).bit_count()


def _exposure(luma: Luma, mean: float) -> float:
    off = max(_WELL_FROM - mean, mean - _WELL_TO, 0.0)
    lost = float(((luma < _DARK) | (luma > _BRIGHT)).mean())
    return max(0.0, 1 - off / _FALLOFF) * (1 - min(1.0, lost))


def _small_shape(width: int, height: int) -> tuple[int, int]:
    scale = min(1.0, _SIDE / min(width, height))
    return max(8, round(width * scale)), max(8, round(height * scale))
