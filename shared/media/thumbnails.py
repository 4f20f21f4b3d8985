"""Thumbnails that cost next to nothing, and how far apart two of them are.

A few pixels are picked out of the decoded planes and averaged; nothing is scaled or converted, which costs as
much as a third of decoding. The distance forgives what a hand-held camera does: a pixel counts as changed
only if no pixel near it had its value before.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane

Plane = npt.NDArray[np.uint8]

#: Pixels along the picture's shorter side: few enough to be compared in 50 microseconds, enough for a face.
SIDE = 48
#: Thumbnail pixels by which content may move without counting as changed: a twentieth of the shorter side.
_REACH = 2
_CHROMA_REACH = 1
#: Side of a field, in thumbnail pixels.
_FIELD = 6
#: Chroma varies less than luma.
_CHROMA_WEIGHT = 2.0
_EIGHT_BIT = 8
#: Mean of black, and its brightest hundredth, in steps of 8-bit luma.
_BLACK, _BLACK_PEAK = 19.0, 28.0


class Thumbnail:
    """A picture at about 48 pixels along its shorter side, with colour at half of that."""

    def __init__(self, at_seconds: float, luma: Plane, chroma: Plane, *, refreshed: bool = False) -> None:
        self.at_seconds = at_seconds
        #: It was coded anew because it was time, not for what it shows.
        self.refreshed = refreshed
        self.luma = luma
        #: Blue above red difference: shape (2, rows, columns).
        self.chroma = chroma

    @classmethod
    def of(cls, frame: VideoFrame, at_seconds: float, *, refreshed: bool = True) -> Thumbnail:
        """Pick a thumbnail out of a decoded frame.

        Args:
            frame: Any decoded frame.
            at_seconds: Its presentation time.
            refreshed: Key pictures come by the clock in its video.
        """
        planes, depth = _planar(frame)
        step = max(2, min(frame.width, frame.height) // SIDE)
        luma = _picked(planes[0], depth, step, 4)
        if len(planes) < 3:  # noqa: PLR2004 - luma, blue and red
            return cls(
                at_seconds, luma, np.full((2, 8, 8), 128, np.uint8), refreshed=refreshed and frame.key_frame
            )
        across = max(1, round(frame.width / planes[1].width))
        colours = [_picked(plane, depth, max(2, 2 * step // across), 2) for plane in planes[1:3]]
        return cls(at_seconds, luma, np.stack(colours), refreshed=refreshed and frame.key_frame)

    @cached_property
    def brightness(self) -> float:
        """Mean luma, as coded: 16 is black and 235 white."""
        return float(self.luma.mean())

    @cached_property
    def contrast(self) -> float:
        """Mean absolute deviation of luma."""
        return float(np.abs(self.luma - self.brightness).mean())

    @cached_property
    def black(self) -> bool:
        """Nothing is shown, whether black is coded as 16 or as 0, but for the noise of sensors."""
        return self.brightness < _BLACK and float(np.percentile(self.luma, 99)) < _BLACK_PEAK

    @cached_property
    def envelopes(self) -> tuple[Plane, Plane, Plane, Plane]:
        """Return the lowest and highest values around each pixel, of luma and of chroma."""
        return (*_envelope(self.luma, _REACH), *_envelope(self.chroma, _CHROMA_REACH))

    @cached_property
    def fields(self) -> npt.NDArray[np.float32]:
        """Means of the fields of luma and of both colours, one after another: they forgive shake."""
        coarse = [_means(self.luma, _FIELD)] + [_means(plane, _FIELD // 2) for plane in self.chroma]
        return np.concatenate([means.ravel() for means in coarse]).astype(np.float32)

    @property
    def luma_fields(self) -> int:
        """How many of the fields, from the first on, are of luma."""
        return int(_means(self.luma, _FIELD).size)

    @cached_property
    def histogram(self) -> npt.NDArray[np.float32]:
        """Return the shares of the luma and chroma values, in steps of 8 and 4."""
        counts = [np.bincount((self.luma >> 3).ravel(), minlength=32) / self.luma.size]
        counts += [np.bincount((plane >> 2).ravel(), minlength=64) / plane.size for plane in self.chroma]
        return np.concatenate(counts).astype(np.float32)


def distance(one: Thumbnail, other: Thumbnail) -> float:
    """Return how much has changed that small motion does not explain, in steps of 8-bit luma."""
    if one.luma.shape != other.luma.shape:
        return 255.0
    low, high, chroma_low, chroma_high = other.envelopes
    forward = _outside(one.luma, low, high, _REACH) + _CHROMA_WEIGHT * _outside(
        one.chroma, chroma_low, chroma_high, _CHROMA_REACH
    )
    low, high, chroma_low, chroma_high = one.envelopes
    backward = _outside(other.luma, low, high, _REACH) + _CHROMA_WEIGHT * _outside(
        other.chroma, chroma_low, chroma_high, _CHROMA_REACH
    )
    return (forward + backward) / 2


def changed_share(one: Thumbnail, other: Thumbnail) -> float:
    """Return in how much of the picture something has changed, 0 to 1.

    Of a grid of small fields, those count that changed at least a quarter as much as the picture did.
    """
    if one.luma.shape != other.luma.shape:
        return 1.0
    low, high, _, _ = other.envelopes
    inner = one.luma[_REACH:-_REACH, _REACH:-_REACH]
    changed = (np.maximum(inner, high) - high) + (low - np.minimum(inner, low))
    fields = _means(changed, _FIELD)
    return float((fields >= max(0.2, float(fields.mean()) / 4)).mean())


def histogram_distance(one: Thumbnail, other: Thumbnail) -> float:
    """Return by how much the shares of brightness and colour differ: 0 is not at all, 1 is entirely."""
    return float(np.abs(one.histogram - other.histogram).sum() / 6)


def _planar(frame: VideoFrame) -> tuple[tuple[VideoPlane, ...], int]:
    """Return the planes and their depth in bits; what is not planar YUV is converted."""
    form = frame.format
    if form.name.startswith(("yuv", "gray")) and not form.name.endswith("be"):
        return frame.planes, form.components[0].bits
    small = frame.reformat(width=SIDE * 4, height=SIDE * 4 * frame.height // frame.width, format="yuv420p")
    return small.planes, _EIGHT_BIT


def _picked(plane: VideoPlane, depth: int, step: int, points: int) -> Plane:
    """Return the means of 2 or 4 pixels of every square of `step` pixels."""
    deep = depth > _EIGHT_BIT
    values: npt.NDArray[Any] = np.frombuffer(memoryview(plane), np.uint16 if deep else np.uint8)
    pitch = plane.line_size // values.itemsize
    values = values[: pitch * plane.height].reshape(plane.height, pitch)
    rows, columns = plane.height // step * step, plane.width // step * step
    near, far = step // 4, step - 1 - step // 4
    places = ((near, near), (far, far), (near, far), (far, near))[:points]
    # Four values of up to 14 bits fit.
    total = np.zeros((rows // step, columns // step), np.uint16)
    for down, across in places:
        total += values[down:rows:step, across:columns:step]
    shift = depth - _EIGHT_BIT + (points // 2)
    return (total >> shift).astype(np.uint8)


def _envelope(values: Plane, reach: int) -> tuple[Plane, Plane]:
    low = high = values
    for axis in (-1, -2):
        low, high = _narrowed(low, reach, axis, np.minimum), _narrowed(high, reach, axis, np.maximum)
    return low, high


def _narrowed(values: Plane, reach: int, axis: int, choose: np.ufunc) -> Plane:
    """Choose among each pixel and its neighbours along an axis; the edge is lost."""
    length = values.shape[axis] - 2 * reach
    chosen: Plane = _part(values, 0, length, axis)
    for offset in range(1, 2 * reach + 1):
        chosen = choose(chosen, _part(values, offset, length, axis))
    return chosen


def _part(values: Plane, start: int, length: int, axis: int) -> Plane:
    return values[..., start : start + length] if axis == -1 else values[..., start : start + length, :]


def _means(values: Plane, side: int) -> npt.NDArray[np.float64]:
    """Return the means of square fields."""
    rows, columns = (max(1, size // side) for size in values.shape)
    whole = values[: rows * side, : columns * side]
    down, across = whole.shape[0] // rows, whole.shape[1] // columns
    means: npt.NDArray[np.float64] = whole.reshape(rows, down, columns, across).mean((1, 3))
    return means


def _outside(values: Plane, low: Plane, high: Plane, reach: int) -> float:
    inner = values[..., reach:-reach, reach:-reach]
    over = np.maximum(inner, high) - high
    under = low - np.minimum(inner, low)
    changed = np.add(over, under, out=over)
    return int(np.add.reduce(changed, axis=None, dtype=np.uint32)) / changed.size
