"""AMQP 1.0 values to Python and back, at the level a broker needs.

A broker must hand on what it was given byte for byte, so values inside a message are skipped or copied rather
than decoded and encoded again; only what routes or answers is decoded. Layout: AMQP 1.0 part 1, "Types".
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

_U16, _U32, _U64 = struct.Struct(">H"), struct.Struct(">I"), struct.Struct(">Q")
_SIZES = struct.Struct(">II")
_I8, _I16, _I32, _I64 = struct.Struct(">b"), struct.Struct(">h"), struct.Struct(">i"), struct.Struct(">q")
_F32, _F64 = struct.Struct(">f"), struct.Struct(">d")
_BYTE_LIMIT = 256
_DESCRIBED = 0x00
_FIXED_WIDTHS = {0x4: 0, 0x5: 1, 0x6: 2, 0x7: 4, 0x8: 8, 0x9: 16}
_ONE_BYTE_SIZES = frozenset({0xA, 0xC, 0xE})
_FOUR_BYTE_SIZES = frozenset({0xB, 0xD, 0xF})

Decoded = tuple[Any, int]


class CodecError(ValueError):
    """The bytes are not AMQP, or the value has no AMQP form."""


class Symbol(str):
    """An AMQP symbol: ASCII, compared by value, written differently from a string."""

    __slots__ = ()


class Timestamp(int):
    """Milliseconds since the Unix epoch, as AMQP's `timestamp`."""


class Int32(int):
    """An integer written as AMQP's 32-bit `int`; a plain `int` is written as `long`."""


def skip(buffer: bytes, at: int) -> int:
    """Return where the value that starts at `at` ends."""
    code = buffer[at]
    at += 1
    if code == _DESCRIBED:
        return skip(buffer, skip(buffer, at))
    kind = code >> 4
    if kind in _FIXED_WIDTHS:
        return at + _FIXED_WIDTHS[kind]
    if kind in _ONE_BYTE_SIZES:
        return at + 1 + buffer[at]
    if kind in _FOUR_BYTE_SIZES:
        return at + 4 + int(_U32.unpack_from(buffer, at)[0])
    raise CodecError(f"unknown constructor {code:#x}")


def decode(buffer: bytes, at: int = 0) -> Decoded:
    """Return the value at `at` and where it ends.

    Raises:
        CodecError: the bytes are not a complete AMQP value.
    """
    try:
        return _DECODERS[buffer[at]](buffer, at + 1)
    except (LookupError, TypeError, ValueError, ArithmeticError, struct.error, RecursionError) as error:
        raise CodecError(f"no AMQP value at byte {at}") from error


def entries(buffer: bytes, at: int) -> Iterator[tuple[Any, bytes]]:
    """Yield the keys of the map at `at` with the undecoded bytes of their values."""
    count, at, _ = compound(buffer, at)
    for _ in range(count // 2):
        key, value_at = decode(buffer, at)
        at = skip(buffer, value_at)
        yield key, buffer[value_at:at]


def items(buffer: bytes, at: int) -> list[bytes]:
    """Return the undecoded items of the list at `at`."""
    count, at, _ = compound(buffer, at)
    found = []
    for _ in range(count):
        end = skip(buffer, at)
        found.append(buffer[at:end])
        at = end
    return found


def compound(buffer: bytes, at: int) -> tuple[int, int, int]:
    """Return the count, the first element's place and the end of the list or map at `at`.

    Raises:
        CodecError: there is neither a list nor a map.
    """
    code = buffer[at]
    if code in (0xC0, 0xC1):
        return buffer[at + 2], at + 3, at + 2 + buffer[at + 1]
    if code in (0xD0, 0xD1):
        size, count = _U32.unpack_from(buffer, at + 1)[0], _U32.unpack_from(buffer, at + 5)[0]
        return count, at + 9, at + 5 + size
    if code in (0x40, 0x45):
        return 0, at + 1, at + 1
    raise CodecError(f"constructor {code:#x} is neither list nor map")


def _constant(value: Any) -> Callable[[bytes, int], Decoded]:
    return lambda _, at: (value, at)


def _number(
    layout: struct.Struct, kind: Callable[[Any], Any] | None = None
) -> Callable[[bytes, int], Decoded]:
    width, unpack = layout.size, layout.unpack_from
    if kind is None:
        return lambda buffer, at: (unpack(buffer, at)[0], at + width)
    return lambda buffer, at: (kind(unpack(buffer, at)[0]), at + width)


def _variable(width: int, convert: Callable[[bytes], Any]) -> Callable[[bytes, int], Decoded]:
    def read(buffer: bytes, at: int) -> Decoded:
        size = buffer[at] if width == 1 else _U32.unpack_from(buffer, at)[0]
        start = at + width
        if start + size > len(buffer):
            raise IndexError
        return convert(buffer[start : start + size]), start + size

    return read


def _list(buffer: bytes, at: int) -> Decoded:
    count, at, end = compound(buffer, at - 1)
    items = []
    for _ in range(count):
        item, at = _DECODERS[buffer[at]](buffer, at + 1)
        items.append(item)
    return items, end


def _map(buffer: bytes, at: int) -> Decoded:
    count, at, end = compound(buffer, at - 1)
    items = {}
    for _ in range(count // 2):
        key, at = _DECODERS[buffer[at]](buffer, at + 1)
        value, at = _DECODERS[buffer[at]](buffer, at + 1)
        items[key] = value
    return items, end


def _array(width: int) -> Callable[[bytes, int], Decoded]:
    def read(buffer: bytes, at: int) -> Decoded:
        size, count = buffer[at : at + 2] if width == 1 else _SIZES.unpack_from(buffer, at)
        end = at + width + size
        at += 2 * width
        decoder, at = _DECODERS[buffer[at]], at + 1
        if count > size:
            raise CodecError("an array claims more values than it has bytes")
        values = []
        for _ in range(count):
            value, at = decoder(buffer, at)
            values.append(value)
        return values, end

    return read


def _described(buffer: bytes, at: int) -> Decoded:
    _, at = decode(buffer, at)
    return decode(buffer, at)


def _symbol(raw: bytes) -> Symbol:
    return Symbol(raw.decode("ascii"))


def _uuid(buffer: bytes, at: int) -> Decoded:
    return UUID(bytes=bytes(buffer[at : at + 16])), at + 16


def _raw(width: int) -> Callable[[bytes, int], Decoded]:
    return lambda buffer, at: (bytes(buffer[at : at + width]), at + width)


_DECODERS: dict[int, Callable[[bytes, int], Decoded]] = {
    0x00: _described,
    0x40: _constant(None),
    0x41: _constant(True),
    0x42: _constant(False),
    0x43: _constant(0),
    0x44: _constant(0),
    0x45: _constant([]),
    0x50: lambda buffer, at: (buffer[at], at + 1),
    0x51: _number(_I8),
    0x52: lambda buffer, at: (buffer[at], at + 1),
    0x53: lambda buffer, at: (buffer[at], at + 1),
    0x54: _number(_I8),
    0x55: _number(_I8),
    0x56: lambda buffer, at: (buffer[at] == 1, at + 1),
    0x60: _number(_U16),
    0x61: _number(_I16),
    0x70: _number(_U32),
    0x71: _number(_I32),
    0x72: _number(_F32),
    0x73: _number(_U32, chr),
    0x74: _raw(4),
    0x80: _number(_U64),
    0x81: _number(_I64),
    0x82: _number(_F64),
    0x83: _number(_I64, Timestamp),
    0x84: _raw(8),
    0x94: _raw(16),
    0x98: _uuid,
    0xA0: _variable(1, bytes),
    0xA1: _variable(1, bytes.decode),
    0xA3: _variable(1, _symbol),
    0xB0: _variable(4, bytes),
    0xB1: _variable(4, bytes.decode),
    0xB3: _variable(4, _symbol),
    0xC0: _list,
    0xC1: _map,
    0xD0: _list,
    0xD1: _map,
    0xE0: _array(1),
    0xF0: _array(4),
}


def encode(value: Any) -> bytes:
    """Write a Python value in the AMQP type that stands for it.

    Raises:
        CodecError: the value has no AMQP form here.
    """
    for kind, writer in _ENCODERS:
        if isinstance(value, kind):
            return writer(value)
    raise CodecError(f"{type(value).__name__} has no AMQP form")


def encode_map(values: dict[Any, Any]) -> bytes:
    """Write a map; values that are AMQP already go through `compose_map`."""
    return compose_map([(encode(key), encode(value)) for key, value in values.items()])


def compose_map(pairs: list[tuple[bytes, bytes]]) -> bytes:
    """Write a map from keys and values that are AMQP already."""
    body = b"".join(key + value for key, value in pairs)
    return b"\xd1" + _U32.pack(len(body) + 4) + _U32.pack(2 * len(pairs)) + body


def compose_list(values: list[bytes]) -> bytes:
    """Write a list from values that are AMQP already."""
    body = b"".join(values)
    return b"\xd0" + _U32.pack(len(body) + 4) + _U32.pack(len(values)) + body


def compose_array(code: int, values: list[bytes]) -> bytes:
    """Write an array of one constructor; the values come without theirs."""
    body = bytes([code]) + b"".join(values)
    return b"\xf0" + _U32.pack(len(body) + 4) + _U32.pack(len(values)) + body


def section(code: int, value: bytes) -> bytes:
    """Write a described value with a small descriptor, as message sections are."""
    return b"\x00\x53" + bytes([code]) + value


def uint(value: int) -> bytes:
    """Write an unsigned 32-bit integer in its shortest form."""
    if value == 0:
        return b"\x43"
    return b"\x52" + bytes([value]) if value < _BYTE_LIMIT else b"\x70" + _U32.pack(value)


def _sized(short: int, raw: bytes) -> bytes:
    if len(raw) < _BYTE_LIMIT:
        return bytes([short, len(raw)]) + raw
    return bytes([short + 0x10]) + _U32.pack(len(raw)) + raw


_ENCODERS: list[tuple[type | tuple[type, ...], Callable[[Any], bytes]]] = [
    (type(None), lambda _: b"\x40"),
    (bool, lambda value: b"\x41" if value else b"\x42"),
    (Timestamp, lambda value: b"\x83" + _I64.pack(value)),
    (Int32, lambda value: b"\x71" + _I32.pack(value)),
    (int, lambda value: b"\x81" + _I64.pack(value)),
    (float, lambda value: b"\x82" + _F64.pack(value)),
    (Symbol, lambda value: _sized(0xA3, value.encode("ascii"))),
    (str, lambda value: _sized(0xA1, value.encode())),
    ((bytes, bytearray, memoryview), lambda value: _sized(0xA0, bytes(value))),
    (UUID, lambda value: b"\x98" + value.bytes),
    (dict, encode_map),
    (list, lambda value: compose_list([encode(item) for item in value])),
]
