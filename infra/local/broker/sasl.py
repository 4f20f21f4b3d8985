"""The SASL layer of a connection: every mechanism that the SDKs offer is accepted, as the emulator does.

The engine's own SASL server knows neither PLAIN nor MSSBCBS, so these few frames are answered here, and the
engine sees the connection from the AMQP header on.
"""

from __future__ import annotations

from infra.local.broker.codec import CodecError, compose_array, compose_list, decode, encode, section

SASL_HEADER = b"AMQP\x03\x01\x00\x00"
MECHANISMS = ("MSSBCBS", "PLAIN", "ANONYMOUS", "EXTERNAL")
_HEADER_BYTES = 8
_LONGEST_FRAME_BYTES = 4096
_SYMBOL, _UBYTE = 0xA3, b"\x50"
_SASL_MECHANISMS, _SASL_INIT, _SASL_OUTCOME = 0x40, 0x41, 0x44
_OK, _AUTH_FAILED = 0, 1


def _frame(code: int, fields: list[bytes]) -> bytes:
    body = b"\x02\x01\x00\x00" + section(code, compose_list(fields))
    return (len(body) + 4).to_bytes(4, "big") + body


class SaslServer:
    """Takes the first bytes of a connection until the client is let in."""

    def __init__(self) -> None:
        self.is_done = False
        self._received = b""
        self._greeted = False

    def feed(self, data: bytes) -> tuple[bytes, bytes]:
        """Take bytes; return what to answer and what is left for the engine.

        Raises:
            CodecError: the bytes are not SASL frames.
        """
        self._received += data
        answer = b""
        if not self._greeted:
            if len(self._received) < _HEADER_BYTES:
                return b"", b""
            answer = self._greet()
        if self._greeted and not self.is_done:
            answer += self._negotiate()
        rest, self._received = (self._received, b"") if self.is_done else (b"", self._received)
        return answer, rest

    def _greet(self) -> bytes:
        self._greeted = True
        if self._received[:_HEADER_BYTES] != SASL_HEADER:
            self.is_done = True  # a client without SASL: the engine answers its header
            return b""
        self._received = self._received[_HEADER_BYTES:]
        names = [bytes([len(name)]) + name.encode() for name in MECHANISMS]
        return SASL_HEADER + _frame(_SASL_MECHANISMS, [compose_array(_SYMBOL, names)])

    def _negotiate(self) -> bytes:
        size = int.from_bytes(self._received[:4], "big")
        if len(self._received) < 4:  # noqa: PLR2004 - the bytes of a frame's size
            return b""
        if not _HEADER_BYTES < size <= _LONGEST_FRAME_BYTES:
            raise CodecError("a SASL frame is too short or too long")
        if len(self._received) < size:
            return b""
        frame, self._received = self._received[:size], self._received[size:]
        offset = 4 * frame[4]
        _, value_at = decode(frame, offset + 1)
        fields, _ = decode(frame, value_at)
        known = isinstance(fields, list) and bool(fields) and str(fields[0]) in MECHANISMS
        self.is_done = known
        return _frame(_SASL_OUTCOME, [_UBYTE + bytes([_OK if known else _AUTH_FAILED]), encode(None)])
