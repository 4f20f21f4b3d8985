"""Contact sheets: numbered frames in one picture, laid out so that a vision model's tiles are filled.

Nine frames in one sheet take 1,617 tokens at Phi-4-multimodal; nine full frames take 35,577.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

from shared.ai.pictures import image_tokens
from shared.media.developing import Picture

#: Cells of a full sheet.
CELLS = 9
_COLUMNS = 3
_TILE = 448
#: How many tiles of 448 pixels a sheet of nine may take across and down.
_CANVASES = ((2, 3), (3, 2), (2, 2))
#: A frame that is worth a closer look, such as one full of text: four tiles.
CLOSE_UP = (2 * _TILE, 2 * _TILE)
_BLACK, _WHITE = (0, 0, 0), (255, 255, 255)
#: Of the cell's shorter side.
_NUMBER_SHARE, _MOST_NUMBER_PIXELS = 0.15, 44.0


def cell_size(width: int, height: int) -> tuple[int, int]:
    """Return the size of a cell for pictures of that shape, so that nine of them fill their tiles best."""
    fitting = []
    for across, down in _CANVASES:
        cell = fitted(width, height, across * _TILE // _COLUMNS, down * _TILE // _COLUMNS)
        tokens = image_tokens(cell[0] * _COLUMNS, cell[1] * _COLUMNS)
        fitting.append((cell[0] * cell[1] / tokens, cell))
    return max(fitting)[1]


def fitted(width: int, height: int, most_width: int, most_height: int) -> tuple[int, int]:
    """Return the largest size of the same shape that fits; at least 16 pixels."""
    scale = min(most_width / width, most_height / height)
    return max(16, int(width * scale + 0.01)), max(16, int(height * scale + 0.01))


def sheet_of(cells: Sequence[Picture], first_number: int) -> Picture:
    """Return the cells, all of one size, in one picture: row by row, numbered from `first_number` on."""
    columns = min(_COLUMNS, math.ceil(math.sqrt(len(cells))))
    rows = math.ceil(len(cells) / columns)
    height, width = cells[0].shape[:2]
    sheet = np.full((rows * height, columns * width, 3), 255, np.uint8)
    for number, cell in enumerate(cells):
        top, left = number // columns * height, number % columns * width
        sheet[top : top + height, left : left + width] = _numbered(cell, first_number + number)
    return sheet


def scaled(picture: Picture, width: int, height: int) -> Picture:
    """Return a picture in another size, its shape kept, on black."""
    rows, columns = picture.shape[:2]
    inner = fitted(columns, rows, width, height)
    small = np.asarray(cv2.resize(picture, inner, interpolation=cv2.INTER_AREA), np.uint8)
    if inner == (width, height):
        return small
    canvas = np.zeros((height, width, 3), np.uint8)
    top, left = (height - inner[1]) // 2, (width - inner[0]) // 2
    canvas[top : top + inner[1], left : left + inner[0]] = small
    return canvas


def _numbered(cell: Picture, number: int) -> Picture:
    """Return the cell with its number in a black box in the upper left corner, and a line around it."""
    marked = cell.copy()
    height, width = marked.shape[:2]
    text, font = str(number), cv2.FONT_HERSHEY_SIMPLEX
    wanted = min(max(12.0, min(width, height) * _NUMBER_SHARE), _MOST_NUMBER_PIXELS)
    scale = wanted / cv2.getTextSize("0", font, 1.0, 2)[0][1]
    thickness = max(2, round(scale * 2.5))
    (across, up), _ = cv2.getTextSize(text, font, scale, thickness)
    margin = max(4, up // 4)
    cv2.rectangle(marked, (0, 0), (across + 2 * margin, up + 2 * margin), _BLACK, cv2.FILLED)
    cv2.putText(marked, text, (margin, up + margin), font, scale, _WHITE, thickness, cv2.LINE_AA)
    cv2.rectangle(marked, (0, 0), (width - 1, height - 1), _WHITE, 1)
    return marked
