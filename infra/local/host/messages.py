"""From the SDK's received message to what a function's argument is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from azure.functions.servicebus import ServiceBusMessage
from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus.amqp import AmqpMessageBodyType


def function_message(message: ServiceBusReceivedMessage) -> ServiceBusMessage:
    """Build the message that the worker would build from what the host sends it.

    The host counts deliveries from 1, the SDK from 0. Application properties reach functions as JSON, so
    names and texts are `str`, not the bytes they are in the SDK.
    """
    properties = _as_json(message.application_properties or {})
    return ServiceBusMessage(
        body=_body(message),
        application_properties=properties,
        user_properties=properties,
        content_type=message.content_type,
        correlation_id=message.correlation_id,
        dead_letter_error_description=message.dead_letter_error_description,
        dead_letter_reason=message.dead_letter_reason,
        dead_letter_source=message.dead_letter_source,
        delivery_count=(message.delivery_count or 0) + 1,
        enqueued_sequence_number=message.enqueued_sequence_number,
        enqueued_time_utc=message.enqueued_time_utc,
        expires_at_utc=message.expires_at_utc,
        label=message.subject,
        locked_until=message.locked_until_utc,
        lock_token=str(message.lock_token),
        message_id=message.message_id or "",
        partition_key=message.partition_key,
        reply_to=message.reply_to,
        reply_to_session_id=message.reply_to_session_id,
        scheduled_enqueue_time_utc=message.scheduled_enqueue_time_utc,
        sequence_number=message.sequence_number,
        session_id=message.session_id,
        state=int(message.state),
        subject=message.subject,
        time_to_live=message.time_to_live,
        to=message.to,
    )


def _body(message: ServiceBusReceivedMessage) -> bytes:
    if message.body_type is AmqpMessageBodyType.DATA:
        return b"".join(message.body)
    body = message.body
    if isinstance(body, bytes):
        return body
    return (body if isinstance(body, str) else json.dumps(body, default=_text)).encode()


def _as_json(properties: Mapping[Any, Any]) -> dict[str, Any]:
    return {_text(name): _plain(value) for name, value in properties.items()}


def _plain(value: Any) -> Any:
    return value if isinstance(value, (int, float, type(None))) else _text(value)


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
