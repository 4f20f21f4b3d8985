"""One AMQP link to a Service Bus entity, read by exactly one coroutine.

It drives the official SDK's receiver from below its public methods. Those of 7.15 can't serve a host:

- `receive_messages(16)` keeps the first message for 0.2 to 0.4 s in case more come, and gives credit that
  outlives the call: what arrives later is released and delivered again;
- the transport has one lock for reading and writing, so a settlement waits until a pending read times out
  (0.2 s), and each settlement then reads the socket itself for its verdict, so that concurrent ones starve
  one another whenever the broker answers several with one frame.

Here messages are handed over the moment they arrive, credit is exactly the number of free slots, writes never
wait for reads, and the completions of one turn share a frame. Settlements are sent settled, as every SDK
before 7.15 sends them: AMQP delivers them in order, and one that is lost with its connection means a
redelivery, as it always does.

Everything private that is touched is touched in this module.
"""

# ruff: noqa: SLF001 - the module's purpose; see above
from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from azure.servicebus.aio import ServiceBusReceiver

from infra.local.host.received import Received
from infra.local.host.turns import Writes, runs
from shared.observability.failures import whereabouts

_logger = logging.getLogger(__name__)

#: How often an idle link looks after its token and its keep-alive frames; brokers wait a minute or more.
_UPKEEP_SECONDS = 5.0
_CLOSE_SECONDS = 3.0
_DRAIN_SECONDS = 1.0
#: Frames read between two looks at the link's health.
_FRAMES = 64


class LinkLostError(Exception):
    """The link is not attached any more."""


class Link:
    """An attached link. A lost one is replaced, never repaired."""

    def __init__(self, receiver: ServiceBusReceiver, arrived: Callable[[Received], None]) -> None:
        self._receiver: Any = receiver
        self._arrived = arrived
        self._accepting = True
        self._drained = asyncio.Event()
        self._connection: Any = None
        #: What the current turn has to say: delivery ids and lock tokens, and credit.
        self._completed: dict[int, bytes] = {}
        self._credit: int | None = None
        self._speaking: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Attach the link, without credit."""
        await self._receiver._open_with_retry()
        self._handler = self._receiver._handler
        self._connection = self._handler._connection
        self._amqp = self._handler._link
        self._amqp._on_transfer = self._transferred
        self._amqp._incoming_flow = self._flowed
        self._writes = Writes(self._connection._transport)
        self._connection._transport.write = self._writes.write

    async def read(self) -> None:
        """Hand over messages until the link is lost.

        Raises:
            Exception: whatever ended the link.
        """
        while True:
            await self._handler.auth_complete_async()
            with suppress(TimeoutError):
                async with asyncio.timeout(_UPKEEP_SECONDS):
                    await self._connection.listen(wait=True, batch=_FRAMES)
            self._check()

    @property
    def credit(self) -> int:
        """How many messages the broker may still send."""
        return int(self._amqp.current_link_credit)

    def grant(self, credit: int) -> None:
        """Let the broker send that many messages from the end of this turn on."""
        self._credit = credit
        self._speak_later()

    def refuse(self) -> None:
        """From now on release what arrives; a release does not count as a delivery."""
        self._accepting = False

    async def drain(self) -> None:
        """Take back all credit, and wait for what is on its way: it would stay locked if nobody read it."""
        self._accepting = False
        if self.credit > 0:
            await self._amqp.flow(link_credit=self.credit, drain=True)
            with suppress(TimeoutError):
                async with asyncio.timeout(_DRAIN_SECONDS):
                    await self._drained.wait()
            self._amqp.current_link_credit = 0

    async def complete(self, received: Received) -> None:
        """Remove a message from the entity, at the end of this turn."""
        if self._brought(received):
            self._completed[received.delivery_id] = received.lock_token
            self._speak_later()
        else:
            await self._receiver.complete_message(self._sdk_message(received))

    async def abandon(self, received: Received) -> None:
        """Return a message to the entity at once; its delivery count has gone up."""
        if self._brought(received):
            await self._settle(received, "modified", delivery_failed=True, undeliverable_here=False)
        else:
            await self._receiver.abandon_message(self._sdk_message(received))

    async def renew(self, received: Received) -> None:
        """Extend a message's lock by the entity's lock duration."""
        received.locked_until = await self._receiver.renew_message_lock(self._sdk_message(received))

    async def close(self) -> None:
        """Detach, whatever state the link is in."""
        with suppress(Exception):  # a broken connection can't be closed politely, and need not be
            async with asyncio.timeout(_CLOSE_SECONDS):
                if self._connection:
                    await self._speak()
                    self._writes.flush()
                    del self._connection._transport.write
                await self._receiver.close()
        if self._connection:
            # The SDK forgets the socket of a connection that it could not close politely.
            await self._connection._transport.close()

    def _speak_later(self) -> None:
        if self._speaking is None:
            self._speaking = asyncio.create_task(self._speak())

    async def _speak(self) -> None:
        """Send the turn's completions, then its credit."""
        self._speaking = None
        completed, self._completed = self._completed, {}
        credit, self._credit = self._credit, None
        try:
            for first, last in runs(completed):
                await self._handler.settle_messages_async((first, last), completed[first], "accepted")
            self._amqp._received_delivery_tags.difference_update(completed.values())
            if credit is not None and self._accepting:
                await self._amqp.flow(link_credit=credit)
        except Exception as error:  # noqa: BLE001 - the reader notices a lost link; the broker delivers again
            _logger.warning("The broker could not be told.", extra={"error": whereabouts(error)})

    def _brought(self, received: Received) -> bool:
        """Say whether a message came over this link; of others the SDK settles the lock, not the delivery."""
        return received.lock_token in self._amqp._received_delivery_tags

    def _sdk_message(self, received: Received) -> Any:
        return self._receiver._build_received_message((received.frame, received.message))

    async def _settle(self, received: Received, outcome: str, **details: Any) -> None:
        await self._handler.settle_messages_async(
            received.delivery_id, received.lock_token, outcome, **details
        )

    async def _transferred(self, frame: Any, message: Any) -> None:
        received = Received(frame, message)
        if self._accepting:
            self._arrived(received)
        else:
            await self._settle(received, "released")

    async def _flowed(self, _frame: Any) -> None:
        """The broker answers a drain with the link's new state, after the last message."""
        if not self._accepting:
            self._drained.set()

    def _check(self) -> None:
        if self._connection._error:
            raise self._connection._error
        state = self._amqp.get_state()
        if state.name != "ATTACHED":
            raise LinkLostError(state.name)
