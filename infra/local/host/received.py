"""A message as the AMQP link delivers it, and as a function's argument.

The SDK's own message object wraps every section in a mapping that is rebuilt at each access; reading all
properties of one message through it costs more than receiving the message does. So this reads the decoded
sections themselves.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from azure.functions.servicebus import ServiceBusMessage

_NOTHING: Mapping[Any, Any] = {}


class Received:
    """One delivery of a message."""

    __slots__ = ("frame", "locked_until", "message")

    def __init__(self, frame: Any, message: Any) -> None:
        #: The transfer frame: where the SDK looks for the delivery's id and tag.
        self.frame = frame
        #: The decoded sections, `azure.servicebus._pyamqp.message.Message`.
        self.message = message
        #: When the lock ends; whoever renews it moves this on.
        self.locked_until = _moment((message.message_annotations or _NOTHING).get(b"x-opt-locked-until"))

    @property
    def delivery_id(self) -> int:
        """What the link settles."""
        return int(self.frame[1])

    @property
    def lock_token(self) -> bytes:
        """The delivery's tag, which is its lock token."""
        return bytes(self.frame[2])

    def for_function(self) -> ServiceBusMessage:
        """Build the message that the worker would build from what the host sends it.

        The host counts deliveries from 1, AMQP from 0. Application properties reach functions as JSON, so
        names and texts are `str`, not the bytes they are in the SDK.
        """
        message = self.message
        header = message.header
        annotations = message.message_annotations or _NOTHING
        application_properties = {
            _text(name): _plain(value) for name, value in (message.application_properties or _NOTHING).items()
        }
        enqueued = _moment(annotations.get(b"x-opt-enqueued-time"))
        lifetime = timedelta(milliseconds=header.ttl) if header and header.ttl is not None else None
        return ServiceBusMessage(
            body=_body(message),
            application_properties=application_properties,
            user_properties=application_properties,
            dead_letter_error_description=application_properties.get("DeadLetterErrorDescription"),
            dead_letter_reason=application_properties.get("DeadLetterReason"),
            dead_letter_source=_optional(annotations.get(b"x-opt-deadletter-source")),
            delivery_count=(header.delivery_count or 0) + 1 if header else 1,
            enqueued_sequence_number=annotations.get(b"x-opt-enqueue-sequence-number"),
            enqueued_time_utc=enqueued,
            expires_at_utc=_end(enqueued, lifetime),
            locked_until=self.locked_until,
            lock_token=str(UUID(bytes_le=self.lock_token)),
            partition_key=_optional(annotations.get(b"x-opt-partition-key")),
            scheduled_enqueue_time_utc=_moment(annotations.get(b"x-opt-scheduled-enqueue-time")),
            sequence_number=annotations.get(b"x-opt-sequence-number"),
            state=annotations.get(b"x-opt-message-state", 0),
            time_to_live=lifetime,
            transaction_partition_key=_optional(annotations.get(b"x-opt-via-partition-key")),
            **_standard_properties(message.properties),
        )


def _standard_properties(properties: Any) -> dict[str, Any]:
    if properties is None:
        return {"message_id": ""}
    subject = _optional(properties.subject)
    return {
        "message_id": _optional(properties.message_id) or "",
        "content_type": _optional(properties.content_type),
        "correlation_id": _optional(properties.correlation_id),
        "label": subject,
        "subject": subject,
        "reply_to": _optional(properties.reply_to),
        "reply_to_session_id": _optional(properties.reply_to_group_id),
        "session_id": _optional(properties.group_id),
        "to": _optional(properties.to),
    }


def _body(message: Any) -> bytes:
    if message.data is not None:
        return bytes(message.data[0]) if len(message.data) == 1 else b"".join(message.data)
    if isinstance(message.value, bytes):
        return message.value
    return json.dumps(_json(message.value if message.sequence is None else message.sequence)).encode()


def _json(value: Any) -> Any:
    """Return what AMQP can say and JSON can't as JSON: maps with any keys, bytes, moments."""
    if isinstance(value, dict):
        return {_text(name): _json(item) for name, item in value.items()}
    return [_json(item) for item in value] if isinstance(value, list) else _plain(value)


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)


def _end(start: datetime | None, lifetime: timedelta | None) -> datetime | None:
    """Return when a lifetime ends; some are longer than dates reach, and stand for "never"."""
    try:
        return start + lifetime if start and lifetime is not None else None
    except OverflowError:
        return None


def _optional(value: Any) -> str | None:
    return None if value is None else _text(value)


def _plain(value: Any) -> Any:
    return value if isinstance(value, (int, float, type(None))) else _text(value)


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
