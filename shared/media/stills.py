"""Looking into one picture that a creator uploaded; runs in the child process only.

What comes out is a new picture of pixels alone: whatever else the file held (a place, a comment, another file
behind it) is not in it. The size is known, and bounded, before a decoder sees the file; large JPEGs are
decoded at a fraction of their size, which costs a fraction of the memory.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from shared.errors import UnsupportedMediaError
from shared.media.developing import Picture, jpeg_of
from shared.media.faces import count_faces
from shared.media.lettering import lettering_share
from shared.media.measuring import FrameMeasures, luma_measures
from shared.media.picture_heads import PictureHead, PictureKind, head_of
from shared.media.report import Still

#: Three tiles of a vision model's 448 pixels: more costs tokens and tells it no more.
LONGEST_SIDE = 1_344
#: The largest that common phones take; decoded in full (other formats than JPEG) it is 150 MB.
MAX_PIXELS = 50_000_000
MAX_SIDE, MIN_SIDE, MAX_RATIO = 20_000, 16, 12
#: Of the shorter side, when measuring: as frames of videos are measured.
_MEASURED_SIDE = 270
_FILE = "picture.jpg"
#: What a JPEG is divided by while it is decoded, if that leaves this many pixels along the longer side.
_REDUCTIONS = (
    (8, cv2.IMREAD_REDUCED_COLOR_8),
    (4, cv2.IMREAD_REDUCED_COLOR_4),
    (2, cv2.IMREAD_REDUCED_COLOR_2),
)
_CHANNELS_WITH_ALPHA = 4


def look_at(path: Path, directory: Path) -> Still:
    """Measure a picture, and put a copy of at most 1,344 pixels into a directory.

    Raises:
        UnsupportedMediaError: it is none that is looked at; the message says why.
    """
    begun = time.process_time()
    data = path.read_bytes()
    head = head_of(data)
    _check(head)
    picture = _decoded(data, head)
    measures = _measures(picture)
    (directory / _FILE).write_bytes(jpeg_of(picture))
    height, width = picture.shape[:2]
    turned = (width > height) != (head.width > head.height) and head.width != head.height
    return Still(
        file=_FILE,
        width=width,
        height=height,
        source_width=head.height if turned else head.width,
        source_height=head.width if turned else head.height,
        form=head.kind,
        size_bytes=len(data),
        sharpness=round(measures.sharpness, 1),
        exposure=round(measures.exposure, 3),
        brightness=round(float(picture.mean()) / 255, 3),
        contrast=round(measures.contrast, 1),
        empty=measures.blank,
        faces=count_faces(picture),
        lettering_share=round(lettering_share(picture), 4),
        animated=head.animated,
        damaged=head.cut_off,
        located=head.located,
        cpu_seconds=round(time.process_time() - begun, 3),
    )


def _check(head: PictureHead) -> None:
    shorter, longer = sorted((head.width, head.height))
    if shorter < MIN_SIDE:
        raise UnsupportedMediaError(f"The picture is smaller than {MIN_SIDE} pixels.")
    if longer > MAX_SIDE or shorter * longer > MAX_PIXELS:
        raise UnsupportedMediaError(f"Pictures of {head.width} by {head.height} pixels are too large.")
    if longer > shorter * MAX_RATIO:
        raise UnsupportedMediaError("The picture is too narrow to be looked at.")


def _decoded(data: bytes, head: PictureHead) -> Picture:
    """Return the picture in 8 bits of blue, green and red, upright, on white where nothing covers it."""
    coded = np.frombuffer(data, np.uint8)
    flags = cv2.IMREAD_UNCHANGED if head.transparent else _reduction(head)
    try:
        pixels = cv2.imdecode(coded, flags)
    except cv2.error as error:
        if getattr(error, "code", None) == cv2.Error.StsNoMem:
            raise UnsupportedMediaError("The picture needs too much memory.") from None
        raise _undecodable(head) from None
    if pixels is None or not pixels.size:
        raise _undecodable(head)
    if pixels.shape[0] * pixels.shape[1] > head.width * head.height:
        raise UnsupportedMediaError("The picture is larger than its header says.")
    return _plain(pixels)


def _undecodable(head: PictureHead) -> UnsupportedMediaError:
    if head.cut_off:
        return UnsupportedMediaError("The picture is cut off: its upload may not be complete.")
    return UnsupportedMediaError("The picture can't be decoded.")


def _reduction(head: PictureHead) -> int:
    if head.kind is PictureKind.JPEG:
        for divisor, flags in _REDUCTIONS:
            if max(head.width, head.height) >= LONGEST_SIDE * divisor:
                return flags
    return cv2.IMREAD_COLOR


def _plain(pixels: npt.NDArray[Any]) -> Picture:
    """Return decoded pixels of any depth and number of channels as 8 bits of blue, green and red."""
    small = _shrunk(pixels)
    if small.dtype == np.uint16:
        small = (small >> 8).astype(np.uint8)
    shown = small.astype(np.uint8, copy=False)
    if shown.ndim == 2:  # noqa: PLR2004 - rows and columns: shades of grey
        return np.asarray(cv2.cvtColor(shown, cv2.COLOR_GRAY2BGR), np.uint8)
    if shown.shape[2] == _CHANNELS_WITH_ALPHA:
        opacity = shown[:, :, 3:].astype(np.float32) / 255
        shown = (shown[:, :, :3] * opacity + 255 * (1 - opacity) + 0.5).astype(np.uint8)
    return np.ascontiguousarray(shown[:, :, :3])


def _shrunk(pixels: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the pixels at the size they are kept in, before anything is computed of them."""
    height, width = pixels.shape[:2]
    scale = LONGEST_SIDE / max(width, height)
    if scale >= 1:
        return pixels
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))


def _measures(picture: Picture) -> FrameMeasures:
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    height, width = grey.shape[:2]
    scale = min(1.0, _MEASURED_SIDE / min(width, height))
    size = max(8, round(width * scale)), max(8, round(height * scale))
    return luma_measures(np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8), 0.0)
