"""What the simulator sees of a sound file: its format, its channels and its length. It hears nothing."""

from __future__ import annotations

import struct
from dataclasses import dataclass

_FLAC_MAGIC = b"fLaC"
_STREAMINFO_BYTES = 34
_WAV_FORMAT_BYTES = 16


@dataclass(frozen=True, kw_only=True)
class Sound:
    """A sound file by its header."""

    seconds: float
    channels: int


def read_sound(data: bytes) -> Sound | None:
    """Return what a FLAC or WAV file says of itself; `None` if it is neither, or empty."""
    try:
        found = _flac(data) if data.startswith(_FLAC_MAGIC) else _wav(data)
    except struct.error:
        return None
    return found if found and found.seconds > 0 else None


def _flac(data: bytes) -> Sound | None:
    """Read the first block: in 64 bits, 20 of rate, 3 of channels, 5 of depth and 36 of length."""
    body = data[8 : 8 + _STREAMINFO_BYTES]
    if len(body) < _STREAMINFO_BYTES or data[4] & 0x7F != 0:
        return None
    (packed,) = struct.unpack(">Q", body[10:18])
    rate, samples = packed >> 44, packed & (1 << 36) - 1
    return Sound(seconds=samples / rate, channels=(packed >> 41 & 0x7) + 1) if rate else None


def _wav(data: bytes) -> Sound | None:
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        return None
    at, channels, bytes_per_second = 12, 0, 0
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if name == b"fmt " and size >= _WAV_FORMAT_BYTES:
            _, channels, _, bytes_per_second = struct.unpack("<HHII", data[at + 8 : at + 20])
        if name == b"data" and bytes_per_second:
            return Sound(seconds=min(size, len(data) - at - 8) / bytes_per_second, channels=channels)
        at += 8 + size + size % 2
    return None
