"""How many tokens a picture takes at Phi-4-multimodal, from its size alone.

The model cuts a picture into tiles of 448 pixels, as many as cover it, scales it to fit and pads the rest;
padding costs nothing. Formula: `image_processing_phi4_multimodal_fast.py` of Hugging Face's transformers
(base 448, patch 14, at most 36 tiles). Whether Azure bills the same is to be compared with `usage` on a live
call; Azure's own sample of one chart counts 2,380.
"""

from __future__ import annotations

import struct

from shared.ai.port import Image

_TILE = 448
_PATCH = 14
_MAX_TILES = 36
#: The picture as a whole in one tile (16 x 16, and 16 line ends), and a separator.
_OVERVIEW_TOKENS = 273
#: JPEG's frame headers, which tell the size.
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_HEAD, _PNG_HEAD = b"\xff\xd8", b"\x89PNG\r\n\x1a\n"


def image_tokens(width: int, height: int) -> int:
    """Return how many tokens a picture of that many pixels takes.

    Raises:
        ValueError: a side is not positive.
    """
    if width < 1 or height < 1:
        raise ValueError("a picture has positive sides")
    across, down = _tiles(width, height)
    scale = min(across * _TILE / width, down * _TILE / height)
    columns = _shown(across, int(width * scale))
    rows = _shown(down, int(height * scale))
    return _OVERVIEW_TOKENS + columns * rows + rows


def picture_size(image: Image) -> tuple[int, int] | None:
    """Return the width and height that a JPEG or PNG states; `None` if it states none."""
    data = image.data
    try:
        if data.startswith(_PNG_HEAD):
            width, height = struct.unpack_from(">II", data, 16)
        elif data.startswith(_JPEG_HEAD):
            width, height = _jpeg_size(data)
        else:
            return None
    except (struct.error, IndexError):
        return None
    return (width, height) if width and height else None


def tokens_of(image: Image, *, unknown: int) -> int:
    """Return how many tokens a picture takes; `unknown` if its size can't be told."""
    size = picture_size(image)
    return image_tokens(*size) if size else unknown


def _tiles(width: int, height: int) -> tuple[int, int]:
    """Return how many tiles lie across and down."""
    across, down = -(-width // _TILE), -(-height // _TILE)
    if across * down <= _MAX_TILES:
        return across, down
    ratio = width / height
    shapes = [(a, d) for a in range(1, _MAX_TILES + 1) for d in range(1, _MAX_TILES // a + 1)]
    return min(shapes, key=lambda shape: (abs(ratio - shape[0] / shape[1]), -shape[0] * shape[1]))


def _shown(tiles: int, pixels: int) -> int:
    """Return the rows (or columns) of tokens that are not padding, of which every tile has 16."""
    padding = (tiles * _TILE - pixels) // _PATCH
    return -(-(tiles * (_TILE // _PATCH) - padding) // 2)


def _jpeg_size(data: bytes) -> tuple[int, int]:
    position = 2
    while data[position] == 0xFF:  # noqa: PLR2004 - what every marker begins with
        marker = data[position + 1]
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", data, position + 5)
            return width, height
        position += 2 + int(struct.unpack_from(">H", data, position + 2)[0])
    return 0, 0
