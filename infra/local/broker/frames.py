"""What the engine does not tell of incoming transfers: their message format, which marks a batch.

Reads along with the engine, ahead of it, and keeps for every link the formats of its deliveries in order.
Layout: AMQP 1.0 part 2, "Transport".
"""

from __future__ import annotations

import struct
from collections import deque
from typing import Any

from infra.local.broker.codec import CodecError, compound, decode

BATCH_FORMAT = 0x80013700
Formats = deque[int]

_ATTACH, _TRANSFER = 0x12, 0x14
_PROTOCOL_HEADER_BYTES, _FRAME_HEADER_BYTES = 8, 8
_LOOKED_AT_BYTES = 4096
_FRAME_HEADER = struct.Struct(">IBBH")
_ATTACH_FIELDS, _TRANSFER_FIELDS = 2, 10
_FORMAT, _MORE, _ABORTED = 3, 5, 9


class _IncomingLink:
    """The deliveries of one link that have begun and have not been taken."""

    def __init__(self) -> None:
        self.formats: Formats = deque()
        self.continues = False


class TransferFormats:
    """Follows a client's frames from the AMQP header on."""

    def __init__(self) -> None:
        self._rest = b""
        self._skipped_bytes = _PROTOCOL_HEADER_BYTES
        self._links: dict[tuple[int, int], _IncomingLink] = {}
        self._attached: deque[Formats] = deque()

    def next_attached(self) -> Formats:
        """Return the formats of the link that the engine reports next."""
        return self._attached.popleft()

    def feed(self, data: bytes) -> None:
        """Take the bytes that the engine is about to take.

        Raises:
            CodecError: they are no AMQP frames.
        """
        data, at, end = self._rest + data, 0, len(self._rest) + len(data)
        while True:
            at += self._skipped_bytes
            if at > end:
                self._skipped_bytes, self._rest = at - end, b""
                return
            self._skipped_bytes = 0
            if end - at < _FRAME_HEADER_BYTES:
                break
            size, offset, kind, channel = _FRAME_HEADER.unpack_from(data, at)
            if size < _FRAME_HEADER_BYTES:
                raise CodecError("a frame is shorter than its header")
            if end - at < min(size, _LOOKED_AT_BYTES):
                break
            if kind == 0 and size > 4 * offset:
                self._read(data, at + 4 * offset, channel)
            self._skipped_bytes = size
        self._rest = data[at:]

    def _read(self, data: bytes, at: int, channel: int) -> None:
        try:
            self._read_performative(data, at, channel)
        except (IndexError, TypeError, struct.error) as error:
            raise CodecError("a frame holds no performative") from error

    def _read_performative(self, data: bytes, at: int, channel: int) -> None:
        code, at = decode(data, at + 1)
        if code == _TRANSFER:
            self._read_transfer(_fields(data, at, _TRANSFER_FIELDS), channel)
        elif code == _ATTACH:
            link = _IncomingLink()
            self._links[channel, _fields(data, at, _ATTACH_FIELDS)[1]] = link
            self._attached.append(link.formats)

    def _read_transfer(self, fields: list[Any], channel: int) -> None:
        link = self._links.get((channel, fields[0]))
        if link is None:
            return
        if not link.continues:
            link.formats.append(fields[_FORMAT] or 0)
        link.continues = bool(fields[_MORE]) and not fields[_ABORTED]


def _fields(data: bytes, at: int, limit: int) -> list[Any]:
    """Return a performative's first fields; those left out at its end are None."""
    count, at, _ = compound(data, at)
    fields: list[Any] = []
    for _ in range(min(count, limit)):
        value, at = decode(data, at)
        fields.append(value)
    return fields + [None] * (limit - len(fields))
