"""How much of a picture is lettering: captions and signs, found by the strokes that letters are made of."""

from __future__ import annotations

import cv2
import numpy as np

from shared.media.developing import Picture

#: Pixels along the shorter side: strokes of a caption are two or three wide.
_SIDE = 360
#: Height of a line, and how much wider than high one is.
_LINE_HEIGHTS, _WIDER = (7, 60), 2.0
#: Edges within a line: fewer are a bar, more are noise.
_EDGE_SHARES = (0.25, 0.85)
#: Difference in brightness between letters and what is under them.
_STROKE = 60
#: Strokes across a line, for every line height of its width.
_STROKES = 1.0


def lettering_share(picture: Picture) -> float:
    """Return the share of a BGR picture that lines of text seem to cover."""
    scale = min(1.0, _SIDE / min(picture.shape[:2]))
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    strokes = cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, np.ones((2, 2), np.uint8))
    edges = np.asarray(strokes > _STROKE, np.uint8)
    joined = cv2.morphologyEx(edges, cv2.MORPH_CLOSE, np.ones((1, 15), np.uint8))
    joined = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    _, _, boxes, _ = cv2.connectedComponentsWithStats(joined)
    lines = [box for box in boxes[1:].tolist() if _is_line(edges, box)]
    return float(sum(width * height for _, _, width, height, _ in lines) / edges.size)


def _is_line(edges: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], box: list[int]) -> bool:
    left, top, width, height, _ = box
    if not _LINE_HEIGHTS[0] <= height <= _LINE_HEIGHTS[1] or width < _WIDER * height:
        return False
    inside = edges[top : top + height, left : left + width]
    middle = inside[height // 3 : -(height // 3) or None]
    crossings = float((np.diff(middle.astype(np.int8), axis=1) > 0).sum(axis=1).mean())
    few, many = _EDGE_SHARES
    return few <= float(inside.mean()) <= many and crossings >= _STROKES * width / height
