"""How many tokens a picture takes."""

from __future__ import annotations

import struct

import pytest

from shared.ai.estimating import input_tokens
from shared.ai.pictures import image_tokens, picture_size, tokens_of
from shared.ai.port import Image, Message


@pytest.mark.parametrize(
    ("width", "height", "tokens"),
    [
        (448, 448, 545),
        (252, 448, 433),
        (504, 896, 881),
        (447, 792, 766),
        (720, 1280, 1_617),
        (756, 1_344, 1_617),
        (894, 1_590, 2_154),
        (896, 1_592, 2_154),
        (1_080, 1_920, 3_953),
        (2_160, 3_840, 7_441),
    ],
)
def test_tokens_are_those_of_the_models_own_arithmetic(width: int, height: int, tokens: int) -> None:
    """Counted by hand from the masks that the model's image processor makes."""
    assert image_tokens(width, height) == tokens


def test_a_picture_of_any_shape_takes_some() -> None:
    assert image_tokens(1, 1) > 273
    assert image_tokens(20_000, 10) > 273
    with pytest.raises(ValueError, match="positive"):
        image_tokens(0, 448)


def test_the_size_is_read_from_the_head() -> None:
    assert picture_size(_jpeg(756, 1_344)) == (756, 1_344)
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 504, 896)
    assert picture_size(Image(data=png, media_type="image/png")) == (504, 896)


@pytest.mark.parametrize(
    "data", [b"", b"x", b"\xff\xd8", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0\x00"]
)
def test_what_states_no_size_takes_what_the_caller_says(data: bytes) -> None:
    assert tokens_of(Image(data=data, media_type="image/jpeg"), unknown=7) == 7


def test_estimates_and_holds_go_by_the_size() -> None:
    messages = (Message(role="user", text="", images=(_jpeg(756, 1_344), _jpeg(504, 896))),)
    assert input_tokens(messages) == 8 + 1_617 + 881


def _jpeg(width: int, height: int) -> Image:
    application = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0" + bytes(9)
    frame = b"\xff\xc0" + struct.pack(">HBHH", 17, 8, height, width) + bytes(10)
    return Image(data=b"\xff\xd8" + application + frame + b"\xff\xd9", media_type="image/jpeg")
