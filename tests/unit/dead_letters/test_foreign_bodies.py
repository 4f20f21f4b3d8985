"""Bodies that no SDK of ours sends: whatever AMQP can carry is a dead letter that can be looked at."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus._pyamqp.message import Message, Properties

from shared.dead_letters.servicebus_letters import dead_letter


@pytest.mark.parametrize(
    ("value", "body"),
    [
        ({b"name": b"value"}, {"name": "value"}),
        ({b"outer": {b"inner": [b"a", {7: b"x"}]}}, {"outer": {"inner": ["a", {"7": "x"}]}}),
        ({UUID(int=1): datetime(2026, 1, 1, tzinfo=UTC)}, None),
        ([b"a", {b"b": None}], ["a", {"b": None}]),
        (7, [7]),
        (None, None),
    ],
)
def test_an_amqp_value_is_shown_as_json(value: object, body: object) -> None:
    message = Message(value=value, properties=Properties(message_id=b"m"))
    letter = dead_letter(ServiceBusReceivedMessage(message, receiver=None))
    if body is not None:
        assert json.loads(letter.body) == body
    json.loads(letter.body or b"null")
