"""One message as a broker sees it: what routes it, and the bytes it hands on unread.

Everything from the properties on (properties, application properties, body, footer) is kept as received, so
ids, property types and bodies come out byte for byte. Only header and annotations are the broker's to write.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from uuid import uuid4

from infra.local.broker.codec import (
    CodecError,
    Symbol,
    compose_list,
    compose_map,
    decode,
    encode,
    entries,
    items,
    section,
    skip,
    uint,
)

HEADER, DELIVERY_ANNOTATIONS, ANNOTATIONS = 0x70, 0x71, 0x72
PROPERTIES, APPLICATION_PROPERTIES = 0x73, 0x74
DATA, SEQUENCE, VALUE, FOOTER = 0x75, 0x76, 0x77, 0x78

SCHEDULED_ENQUEUE_TIME = "x-opt-scheduled-enqueue-time"
_SMALL_DESCRIPTOR, _LONG_DESCRIPTOR = 0x53, 0x80
_BROKER_OWNED = frozenset(
    {
        "x-opt-sequence-number",
        "x-opt-enqueued-time",
        "x-opt-enqueue-sequence-number",
        "x-opt-locked-until",
        "x-opt-message-state",
    }
)
_DEFAULT_PRIORITY = 4
_Kind = TypeVar("_Kind")
_ENTRY_SEQUENCE = encode(Symbol("x-opt-sequence-number")) + b"\x81"
_ENTRY_ENQUEUED = encode(Symbol("x-opt-enqueued-time")) + b"\x83"
_ENTRY_ENQUEUE_SEQUENCE = encode(Symbol("x-opt-enqueue-sequence-number")) + b"\x81"
_ENTRY_LOCKED_UNTIL = encode(Symbol("x-opt-locked-until")) + b"\x83"
_ENTRY_STATE = encode(Symbol("x-opt-message-state")) + b"\x71"
_ENTRY_SOURCE = encode(Symbol("x-opt-deadletter-source"))
_LONG = struct.Struct(">q")
_INT = struct.Struct(">i")
_SIZES = struct.Struct(">II")


def split(message: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Yield each section as (descriptor, start, start of its value, end).

    Raises:
        CodecError: the bytes are not a sequence of message sections.
    """
    at, length = 0, len(message)
    while at < length:
        start = at
        if message[at] != 0 or at + 3 > length:
            raise CodecError(f"no section at byte {at}")
        if message[at + 1] == _SMALL_DESCRIPTOR:
            code, value_at = message[at + 2], at + 3
        elif message[at + 1] == _LONG_DESCRIPTOR:
            code, value_at = int.from_bytes(message[at + 2 : at + 10], "big"), at + 10
        else:
            raise CodecError(f"no section at byte {at}")
        at = _end(message, value_at)
        if not HEADER <= code <= FOOTER or at > length:
            raise CodecError(f"section {code:#x} at byte {start} is unknown or cut short")
        yield code, start, value_at, at


def _end(message: bytes, value_at: int) -> int:
    try:
        return skip(message, value_at)
    except (IndexError, struct.error, RecursionError) as error:
        raise CodecError("the last section is cut short") from error


@dataclass(slots=True)
class Content:
    """A message as it was sent: shared, unchanged, by every subscription that takes a copy."""

    bare: bytes
    """Properties, application properties, body and footer, exactly as received."""
    durable: bool = False
    priority: int = _DEFAULT_PRIORITY
    ttl_ms: int | None = None
    annotations: list[tuple[Symbol, bytes]] = field(default_factory=list)
    properties: list[Any] = field(default_factory=list)
    application_properties: Mapping[str, Any] = field(default_factory=dict)
    scheduled_ms: int | None = None
    user_annotations: bytes = b""
    """The sender's annotations as map entries, ready to be copied."""

    @property
    def message_id(self) -> Any:
        """The sender's id: text, bytes, UUID, integer, or None."""
        return self.properties[0] if self.properties else None

    def property(self, index: int) -> Any:
        """Return one of AMQP's thirteen properties by position, or None."""
        return self.properties[index] if index < len(self.properties) else None


def parse(message: bytes) -> Content:
    """Read what routes a message and keep the rest as bytes.

    Raises:
        CodecError: the bytes are not an AMQP message.
    """
    content = Content(bare=b"")
    bare_at = len(message)
    for code, start, value_at, _ in split(message):
        if code >= PROPERTIES:
            bare_at = min(bare_at, start)
        if code == HEADER:
            _read_header(content, _typed(decode(message, value_at)[0], list))
        elif code == ANNOTATIONS:
            _read_annotations(content, message, value_at)
        elif code == PROPERTIES:
            content.properties = _typed(decode(message, value_at)[0], list)
        elif code == APPLICATION_PROPERTIES:
            content.application_properties = _typed(decode(message, value_at)[0], dict)
    content.bare = message[bare_at:]
    return content


def _typed(value: Any, kind: type[_Kind]) -> _Kind:
    if value is None:
        return kind()
    if not isinstance(value, kind):
        raise CodecError(f"a section holds a {type(value).__name__} instead of a {kind.__name__}")
    return value


def _read_header(content: Content, fields: list[Any]) -> None:
    durable, priority, ttl_ms = (*fields, None, None, None)[:3]
    content.durable = bool(durable)
    content.priority = _DEFAULT_PRIORITY if priority is None else _typed(priority, int) & 0xFF
    content.ttl_ms = None if ttl_ms is None else _typed(ttl_ms, int)


def _read_annotations(content: Content, message: bytes, at: int) -> None:
    for key, raw in entries(message, at):
        if key == SCHEDULED_ENQUEUE_TIME:
            content.scheduled_ms = decode(raw)[0]
        if key not in _BROKER_OWNED:
            content.annotations.append((key, raw))
    content.user_annotations = b"".join(encode(Symbol(key)) + raw for key, raw in content.annotations)


def unbatch(envelope: bytes) -> list[bytes]:
    """Return the encoded messages of a batch: each of its data sections is one.

    Raises:
        CodecError: the bytes are not an AMQP message.
    """
    return [decode(envelope, value_at)[0] for code, _, value_at, _ in split(envelope) if code == DATA]


def write(  # noqa: PLR0913 - the annotations a delivery carries, no more
    content: Content,
    *,
    bare: bytes,
    ttl_ms: int | None,
    delivery_count: int,
    sequence_number: int,
    enqueue_sequence_number: int,
    enqueued_ms: int,
    locked_until_ms: int | None = None,
    state: int | None = None,
    dead_letter_source: str | None = None,
) -> bytes:
    """Write a message for a receiver: its own bytes under the broker's header and annotations."""
    header = (
        (b"\x41" if content.durable else b"\x42")
        + b"\x50"
        + bytes((content.priority,))
        + (b"\x40" if ttl_ms is None else uint(ttl_ms))
        + b"\x42"
        + uint(delivery_count)
    )
    body = (
        content.user_annotations
        + _ENTRY_SEQUENCE
        + _LONG.pack(sequence_number)
        + _ENTRY_ENQUEUED
        + _LONG.pack(enqueued_ms)
        + _ENTRY_ENQUEUE_SEQUENCE
        + _LONG.pack(enqueue_sequence_number)
    )
    count = len(content.annotations) + 3
    if locked_until_ms is not None:
        body += _ENTRY_LOCKED_UNTIL + _LONG.pack(locked_until_ms)
        count += 1
    if state is not None:
        body += _ENTRY_STATE + _INT.pack(state)
        count += 1
    if dead_letter_source is not None:
        body += _ENTRY_SOURCE + encode(dead_letter_source)
        count += 1
    return b"".join(
        (
            b"\x00\x53\x70\xc0",
            bytes((len(header) + 1, 5)),
            header,
            b"\x00\x53\x72\xd1",
            _SIZES.pack(len(body) + 4, 2 * count),
            body,
            bare,
        )
    )


def identified(content: Content) -> Content:
    """Return the message with an id: its own, or a new one when the sender gave none, as in the service."""
    if content.message_id is not None:
        return content
    message_id = uuid4().hex
    fields, rest = [b""], content.bare
    for code, start, value_at, end in split(content.bare):
        if code == PROPERTIES:
            fields = items(content.bare, value_at) or fields
            rest = content.bare[:start] + content.bare[end:]
    fields[0] = encode(message_id)
    bare = section(PROPERTIES, compose_list(fields)) + rest
    return replace(content, bare=bare, properties=[message_id, *content.properties[1:]])


def with_application_properties(bare: bytes, changes: Mapping[str, bytes]) -> bytes:
    """Return the bare message with some application properties added or replaced by encoded values."""
    before, found, after = b"", {}, b""
    for code, start, value_at, end in split(bare):
        if code == APPLICATION_PROPERTIES:
            found = dict(entries(bare, value_at))
        elif code == PROPERTIES:
            before = bare[start:end]
        else:
            after += bare[start:end]
    merged = {**found, **changes}
    pairs = [(encode(str(key)), raw) for key, raw in merged.items()]
    return before + section(APPLICATION_PROPERTIES, compose_map(pairs)) + after
