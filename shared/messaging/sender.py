"""The port to the broker's sending side, and its in-memory twin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from shared.errors import BrokerUnavailableError
from shared.persistence.port import OutboxMessage


class Sender(Protocol):
    """Sends messages to topics."""

    async def send(self, messages: Sequence[OutboxMessage]) -> None:
        """Return once the broker has all of them; a delayed one is scheduled.

        Raises:
            BrokerUnavailableError: it may have none, some or all of them.
        """
        ...


class MemorySender:
    """A broker in this process: a `Sender`."""

    def __init__(self) -> None:
        self.sent: list[OutboxMessage] = []
        #: While true, the broker is away.
        self.unavailable = False

    async def send(self, messages: Sequence[OutboxMessage]) -> None:
        """See `Sender.send`."""
        if self.unavailable:
            raise BrokerUnavailableError
        self.sent.extend(messages)
