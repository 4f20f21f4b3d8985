"""AMQP values and message sections: what goes in comes out, and nothing is read past its end."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from infra.local.broker.codec import (
    CodecError,
    Int32,
    Symbol,
    Timestamp,
    compose_array,
    compose_list,
    decode,
    encode,
    encode_map,
    entries,
    section,
    skip,
    uint,
)
from infra.local.broker.frames import BATCH_FORMAT, TransferFormats
from infra.local.broker.message import (
    APPLICATION_PROPERTIES,
    DATA,
    HEADER,
    PROPERTIES,
    VALUE,
    identified,
    parse,
    unbatch,
    with_application_properties,
    write,
)

EncodeMessage = Callable[..., bytes]

_LONGS = st.integers(min_value=-(2**63), max_value=2**63 - 1)
_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    _LONGS,
    st.floats(allow_nan=False),
    st.text(max_size=300),
    st.binary(max_size=300),
    st.uuids(),
    st.text(alphabet="abc-:", max_size=20).map(Symbol),
    _LONGS.map(Timestamp),
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)


@given(_VALUES, st.binary(max_size=3))
def test_values_come_back_and_end_where_they_should(value: Any, rest: bytes) -> None:
    raw = encode(value)
    decoded, end = decode(raw + rest)
    assert (decoded, type(decoded)) == (value, type(value))
    assert end == skip(raw + rest, 0) == len(raw)


@given(st.binary(max_size=40))
@example(b"s\x80\x00\x00\x00")  # a character beyond any
def test_any_bytes_decode_or_are_refused(raw: bytes) -> None:
    """Whatever a client sends, the answer is a value or a CodecError."""
    with contextlib.suppress(CodecError):
        decode(raw)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_message_or_are_refused(raw: bytes) -> None:
    with contextlib.suppress(CodecError):
        parse(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"\x00" * 5000,
        section(DATA, b"\xc0\x02\x01" * 5000),
        section(HEADER, compose_list([encode(True), encode("high")])),
        section(HEADER, compose_list([encode(True), encode(4), encode("soon")])),
        section(PROPERTIES, encode("text")),
        section(APPLICATION_PROPERTIES, compose_list([encode(1)])),
        section(APPLICATION_PROPERTIES, b"\xc1\x04\x02\x45\x41\x41"),
        section(0x72, b"\xd1\x00"),
        section(0x79, encode(None)),
    ],
)
def test_what_is_no_message_is_refused(raw: bytes) -> None:
    """Too deep, cut short, or of the wrong shape: a CodecError, never anything else."""
    with pytest.raises(CodecError):
        parse(raw)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"\x56\x01", True),
        (b"\x60\x01\x00", 256),
        (b"\x51\xff", -1),
        (b"\x54\xff", -1),
        (b"\x71\xff\xff\xff\xff", -1),
        (b"\x72" + struct.pack(">f", 0.5), 0.5),
        (b"\x73\x00\x00\x00\x41", "A"),
        (b"\x44", 0),
        (b"\x45", []),
        (b"\xa3\x01a", "a"),
        (b"\xe0\x04\x02\x50\x01\x02", [1, 2]),
        (b"\x00\x53\x70\x41", True),
        (compose_array(0x98, [UUID(int=1).bytes]), [UUID(int=1)]),
    ],
)
def test_forms_that_only_clients_write(raw: bytes, value: Any) -> None:
    assert decode(raw) == (value, len(raw))


def test_a_value_without_an_amqp_form_is_refused() -> None:
    with pytest.raises(CodecError):
        encode(object())


def test_integers_are_written_in_the_width_they_name() -> None:
    assert encode(1)[:1] == b"\x81"
    assert encode(Int32(1)) == b"\x71\x00\x00\x00\x01"
    assert [uint(0), uint(255), uint(256)] == [b"\x43", b"\x52\xff", b"\x70\x00\x00\x01\x00"]


def test_map_entries_keep_the_bytes_of_their_values() -> None:
    raw = b"\xc1\x06\x02\xa1\x01k\x50\x07"
    assert list(entries(raw, 0)) == [("k", b"\x50\x07")]


def test_everything_below_the_annotations_is_kept_byte_for_byte(encode_message: EncodeMessage) -> None:
    raw = encode_message(b"\x00\xff", message_id=7, ttl_ms=1000, scheduled_ms=5, properties={"n": 1})
    content = parse(raw)
    assert raw.endswith(content.bare)
    assert (content.ttl_ms, content.scheduled_ms, content.message_id) == (1000, 5, 7)
    assert content.application_properties == {"n": 1}
    again = write(
        content,
        bare=content.bare,
        ttl_ms=1000,
        delivery_count=3,
        sequence_number=9,
        enqueue_sequence_number=8,
        enqueued_ms=7,
        locked_until_ms=6,
        state=1,
        dead_letter_source="elsewhere",
    )
    assert parse(again).bare == content.bare


def test_an_id_is_given_only_to_a_message_without_one(encode_message: EncodeMessage) -> None:
    named, nameless = parse(encode_message(message_id="m")), parse(encode_message(label="l"))
    assert identified(named) is named
    given_id = identified(nameless)
    assert len(given_id.message_id) == 32
    assert parse(given_id.bare).message_id == given_id.message_id
    assert parse(given_id.bare).property(3) == "l"
    bare = identified(parse(section(DATA, encode(b"x"))))
    assert parse(bare.bare).message_id == bare.message_id


def test_application_properties_are_added_and_replaced_beside_untouched_ones() -> None:
    raw_float = b"\x72" + struct.pack(">f", 0.5)
    properties = b"\xc1" + bytes([14, 4]) + b"\xa1\x01f" + raw_float + b"\xa1\x01k" + b"\x50\x07"
    body = section(PROPERTIES, compose_list([])) + section(APPLICATION_PROPERTIES, properties)
    body += section(VALUE, encode("v"))
    changed = with_application_properties(body, {"k": encode("new"), "added": encode(True)})
    assert raw_float in changed
    assert parse(changed).application_properties == {"f": 0.5, "k": "new", "added": True}
    assert changed.endswith(section(VALUE, encode("v")))


def test_a_batch_is_its_data_sections(encode_message: EncodeMessage) -> None:
    messages = [encode_message(b"1"), encode_message(b"2")]
    envelope = section(HEADER, compose_list([]))
    envelope += section(APPLICATION_PROPERTIES, encode_map({"copied": 1}))
    envelope += b"".join(section(DATA, encode(message)) for message in messages)
    assert unbatch(envelope) == messages


def _frame(channel: int, code: int, fields: list[bytes], payload: bytes = b"") -> bytes:
    body = section(code, compose_list(fields)) + payload
    return struct.pack(">IBBH", len(body) + 8, 2, 0, channel) + body


def _transfer(handle: int, message_format: int | None, *, more: bool = False) -> bytes:
    written = encode(None) if message_format is None else b"\x70" + struct.pack(">I", message_format)
    fields = [uint(handle), uint(0), encode(b"tag"), written, encode(False), encode(more)]
    return _frame(1, 0x14, fields, b"\x00\x53\x75\xa0\x01x" * 300)


_STREAM = b"".join(
    [
        b"AMQP\x00\x01\x00\x00",
        _frame(0, 0x10, [encode("container")]),
        struct.pack(">IBBH", 8, 2, 0, 0),
        _frame(1, 0x11, []),
        _frame(1, 0x12, [encode("first"), uint(0), encode(False)]),
        _frame(1, 0x12, [encode("second"), uint(1), encode(False)]),
        _transfer(0, BATCH_FORMAT, more=True),
        _transfer(1, 0),
        _transfer(0, None),
        _transfer(0, 0),
        _transfer(1, BATCH_FORMAT),
    ]
)


@given(st.lists(st.integers(min_value=1, max_value=len(_STREAM) - 1), max_size=8).map(sorted))
def test_formats_are_read_however_the_stream_is_cut(cuts: list[int]) -> None:
    """A delivery in two transfers counts once, links do not mix, and the cuts of TCP do not matter."""
    formats = TransferFormats()
    for start, end in zip([0, *cuts], [*cuts, len(_STREAM)], strict=True):
        formats.feed(_STREAM[start:end])
    assert list(formats.next_attached()) == [BATCH_FORMAT, 0]
    assert list(formats.next_attached()) == [0, BATCH_FORMAT]


@given(st.binary(max_size=80), st.binary(max_size=40))
def test_any_bytes_are_frames_or_are_refused(raw: bytes, body: bytes) -> None:
    """Noise, and noise inside a well-formed frame header."""
    framed = struct.pack(">IBBH", len(body) + 8, 2, 0, 1) + body
    for stream in (raw, framed):
        with contextlib.suppress(CodecError):
            TransferFormats().feed(b"AMQP\x00\x01\x00\x00" + stream)
