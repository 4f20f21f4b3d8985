"""What pictures' headers say, and that no header, however spoilt, does more than be refused."""

from __future__ import annotations

from contextlib import suppress

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import UnsupportedMediaError
from shared.media.picture_heads import PictureKind, head_of, picture_kind

PICTURE = np.random.default_rng(2).integers(0, 255, (30, 50, 3), np.uint8)
FILES = {
    PictureKind.JPEG: cv2.imencode(".jpg", PICTURE)[1].tobytes(),
    PictureKind.PNG: cv2.imencode(".png", PICTURE)[1].tobytes(),
    PictureKind.WEBP: cv2.imencode(".webp", PICTURE, [cv2.IMWRITE_WEBP_QUALITY, 80])[1].tobytes(),
    PictureKind.GIF: cv2.imencode(".gif", PICTURE)[1].tobytes(),
}
LOSSLESS = cv2.imencode(".webp", PICTURE)[1].tobytes()


@pytest.mark.parametrize("kind", PictureKind)
def test_a_picture_tells_its_format_and_size(kind: PictureKind) -> None:
    head = head_of(FILES[kind])
    assert (head.kind, head.width, head.height) == (kind, 50, 30)
    assert (head.cut_off, head.animated, head.located) == (False, False, False)
    assert picture_kind(FILES[kind][:32]) is kind


def test_a_lossless_webp_tells_its_size() -> None:
    head = head_of(LOSSLESS)
    assert (head.kind, head.width, head.height) == (PictureKind.WEBP, 50, 30)


@pytest.mark.parametrize("kind", PictureKind)
def test_a_picture_that_is_cut_off_says_so(kind: PictureKind) -> None:
    assert head_of(FILES[kind][: len(FILES[kind]) * 3 // 4]).cut_off


def test_transparency_is_told() -> None:
    clear = cv2.imencode(".png", np.zeros((20, 20, 4), np.uint8))[1].tobytes()
    assert head_of(clear).transparent
    assert not head_of(FILES[PictureKind.PNG]).transparent


@given(st.binary(max_size=200))
def test_noise_is_refused(data: bytes) -> None:
    with pytest.raises(UnsupportedMediaError):
        head_of(data)


@given(
    st.sampled_from([*FILES.values(), LOSSLESS]),
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 255)), min_size=1, max_size=8),
    st.integers(0, 3_000),
)
def test_a_spoilt_header_is_read_or_refused(data: bytes, changes: list[tuple[int, int]], length: int) -> None:
    """Nothing else happens, whatever bytes are changed, and wherever it ends."""
    spoilt = bytearray(data[:length])
    for place, value in changes:
        if place < len(spoilt):
            spoilt[place] = value
    with suppress(UnsupportedMediaError):
        head = head_of(bytes(spoilt))
        assert head.width >= 0
        assert head.height >= 0
