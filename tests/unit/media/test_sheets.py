"""Contact sheets: numbered cells that fill the model's tiles."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from shared.ai.pictures import image_tokens
from shared.media.developing import Picture
from shared.media.lettering import lettering_share
from shared.media.sheets import cell_size, scaled, sheet_of


def _cell(grey: int, width: int = 252, height: int = 448) -> Picture:
    return np.full((height, width, 3), grey, np.uint8)


@pytest.mark.parametrize(
    ("width", "height", "cell"),
    [
        (1080, 1920, (252, 448)),
        (2160, 3840, (252, 448)),
        (1920, 1080, (448, 252)),
        (1080, 1080, (298, 298)),
        (1080, 1350, (298, 372)),
    ],
)
def test_cells_have_the_videos_shape(width: int, height: int, cell: tuple[int, int]) -> None:
    assert cell_size(width, height) == cell
    assert image_tokens(cell[0] * 3, cell[1] * 3) <= 1_617


@pytest.mark.parametrize(
    ("count", "shape"),
    [(1, (448, 252)), (2, (448, 504)), (4, (896, 504)), (5, (896, 756)), (7, (1344, 756)), (9, (1344, 756))],
)
def test_a_sheet_is_no_larger_than_its_cells_need(count: int, shape: tuple[int, int]) -> None:
    assert sheet_of([_cell(90)] * count, 1).shape == (*shape, 3)


def test_cells_lie_in_reading_order_each_with_its_number() -> None:
    sheet = sheet_of([_cell(60 + 10 * number) for number in range(9)], 10)
    for number in range(9):
        top, left = number // 3 * 448, number % 3 * 252
        cell = sheet[top : top + 448, left : left + 252]
        assert (cell[300:400, 60:200] == 60 + 10 * number).all()
        box = cell[1:44, 1:60]
        assert (box == 0).mean() > 0.3
        assert (box > 200).mean() > 0.05


def test_numbers_differ() -> None:
    sheets = [sheet_of([_cell(90)], number) for number in range(1, 19)]
    assert len({sheet.tobytes() for sheet in sheets}) == 18


def test_another_shape_is_framed_in_black() -> None:
    framed = scaled(_cell(200, 400, 100), 252, 448)
    assert framed.shape == (448, 252, 3)
    assert framed[0].max() == 0
    assert framed[224].min() == 200


def test_lettering_is_told_from_shapes() -> None:
    plain = _cell(90, 720, 1280)
    for left in range(0, 700, 180):
        cv2.rectangle(plain, (left, 300), (left + 120, 460), (200, 180, 30), cv2.FILLED)
    captioned = plain.copy()
    cv2.putText(captioned, "watch till the end", (60, 900), cv2.FONT_HERSHEY_SIMPLEX, 2.0, (255,) * 3, 5)
    assert lettering_share(plain) == 0
    assert lettering_share(captioned) > 0.01
