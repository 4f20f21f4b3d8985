"""Telling a file's container by its first bytes, before any demuxer is asked."""

from __future__ import annotations

from shared.errors import UnsupportedMediaError

#: How much of a file is needed.
HEAD_BYTES = 12
_ISO_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"})
_EBML = b"\x1a\x45\xdf\xa3"


def container_of(head: bytes) -> str:
    """Return FFmpeg's name of the demuxer to use: `mov` (MP4, too) or `matroska` (WebM, too).

    Raises:
        UnsupportedMediaError: it is neither.
    """
    if not head:
        raise UnsupportedMediaError("The file is empty.")
    if len(head) >= HEAD_BYTES and head[4:8] in _ISO_BOXES:
        return "mov"
    if head.startswith(_EBML):
        return "matroska"
    raise UnsupportedMediaError("The file is neither MP4 (or MOV) nor WebM (or Matroska).")
