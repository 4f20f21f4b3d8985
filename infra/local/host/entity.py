"""The messages of one Service Bus entity, through links that are replaced when they are lost."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from azure.servicebus.aio import ServiceBusReceiver

from infra.local.host.link import Link
from infra.local.host.received import Received
from shared.observability.failures import whereabouts

_logger = logging.getLogger(__name__)

_FIRST_DELAY_SECONDS = 0.1
_LONGEST_DELAY_SECONDS = 5.0


class Entity:
    """A queue, a subscription or one of their dead-letter queues, as one function sees it.

    Nothing here raises for a broker that is away: what could not be settled is delivered again.
    """

    def __init__(
        self,
        name: str,
        open_receiver: Callable[[], ServiceBusReceiver],
        *,
        arrived: Callable[[Received], None],
        free: Callable[[], int],
        lost: Callable[[], None] = lambda: None,
    ) -> None:
        self._name = name
        self._open_receiver = open_receiver
        self._arrived = arrived
        self._free = free
        self._lost = lost
        self._link: Link | None = None
        self._delay = _FIRST_DELAY_SECONDS
        self._refusing = False

    async def run(self) -> None:
        """Receive until cancelled."""
        try:
            while True:
                try:
                    await self._receive()
                except Exception as error:  # noqa: BLE001 - a function outlives whatever ends its link
                    _logger.warning("The link is lost.", extra=self._about(error))
                self._lost()
                await asyncio.sleep(self._delay)
                self._delay = min(self._delay * 2, _LONGEST_DELAY_SECONDS)
        finally:
            if self._link:
                await self._link.close()

    def refuse(self) -> None:
        """Take no more messages; what still arrives goes back."""
        self._refusing = True
        if self._link:
            self._link.refuse()

    async def drain(self) -> None:
        """Take no more messages, and wait until nothing arrives any more."""
        self._refusing = True
        if self._link:
            await self._sent(self._link.drain())

    def grant(self, credit: int, *, step: int) -> None:
        """Let the broker send `credit` messages, if that is at least `step` more than it may send now."""
        if self._link and credit - self._link.credit >= step:
            self._link.grant(credit)

    async def complete(self, message: Received) -> None:
        """Remove a message from the entity."""
        if self._link:
            await self._sent(self._link.complete(message))

    async def abandon(self, message: Received) -> None:
        """Give a message back at once."""
        if self._link:
            await self._sent(self._link.abandon(message))

    async def renew(self, message: Received) -> None:
        """Extend a message's lock."""
        if self._link:
            await self._sent(self._link.renew(message))

    async def _receive(self) -> None:
        link = Link(self._open_receiver(), self._arrived)
        try:
            await link.open()
            self._link, self._delay = link, _FIRST_DELAY_SECONDS
            if self._refusing:
                link.refuse()
            link.grant(self._free())
            await link.read()
        except Exception:
            self._link = None
            await link.close()
            raise

    async def _sent(self, sending: Awaitable[None]) -> None:
        try:
            await sending
        except Exception as error:  # noqa: BLE001 - the reader notices a lost link and replaces it
            _logger.warning("The broker could not be told.", extra=self._about(error))

    def _about(self, error: Exception) -> dict[str, str]:
        return {"function": self._name, "error": whereabouts(error)}
