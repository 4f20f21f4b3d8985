"""How alike two pictures are to the eye: structural similarity (Wang et al., IEEE TIP 13(4), 2004)."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

#: The paper's window: Gaussian, 11 x 11, deviation 1.5, over 8-bit luma.
_WINDOW = (11, 11)
_DEVIATION = 1.5
_C1 = (0.01 * 255) ** 2
_C2 = (0.03 * 255) ** 2
_MARGIN = 5

Luma = NDArray[np.uint8]
_Map = NDArray[np.float32]


def similarity(one: Luma, other: Luma) -> float:
    """Return the mean structural similarity of two luma planes of one size, 1 for the same picture."""
    a, b = one.astype(np.float32), other.astype(np.float32)
    mean_a, mean_b = _blurred(a), _blurred(b)
    both, squares = mean_a * mean_b, mean_a * mean_a + mean_b * mean_b
    spread = _blurred(a * a + b * b) - squares
    shared = _blurred(a * b) - both
    found = ((2 * both + _C1) * (2 * shared + _C2)) / ((squares + _C1) * (spread + _C2))
    return float(found[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN].mean())


def _blurred(plane: _Map) -> _Map:
    blurred: _Map = np.asarray(cv2.GaussianBlur(plane, _WINDOW, _DEVIATION), np.float32)
    return blurred
