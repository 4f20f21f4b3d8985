"""Following events without taking them from anybody: the subscription is only ever peeked at."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from azure.servicebus import ServiceBusClient, ServiceBusReceivedMessage, ServiceBusReceiver

from shared.contracts import Topic

_PAGE = 100
_POLL_SECONDS = 0.3


class Events:
    """The events of one subscription, oldest first."""

    def __init__(self, receiver: ServiceBusReceiver) -> None:
        self._receiver = receiver
        self._next = 1

    def so_far(self) -> Iterator[Mapping[str, Any]]:
        """Yield what has come since the last call."""
        while page := self._receiver.peek_messages(_PAGE, sequence_number=self._next):
            for message in page:
                self._next = (message.sequence_number or self._next) + 1
                yield _event(message)

    def follow(self) -> Iterator[Mapping[str, Any]]:
        """Yield what comes, for ever."""
        while True:
            yield from self.so_far()
            time.sleep(_POLL_SECONDS)


@contextmanager
def watching(connection_string: str, subscription: str) -> Iterator[Events]:
    """Open a receiver that receives nothing."""
    with (
        ServiceBusClient.from_connection_string(connection_string) as client,
        client.get_subscription_receiver(Topic.EVENTS, subscription) as receiver,
    ):
        yield Events(receiver)


def _event(message: ServiceBusReceivedMessage) -> Mapping[str, Any]:
    event: Mapping[str, Any] = json.loads(b"".join(message.body))
    return event
