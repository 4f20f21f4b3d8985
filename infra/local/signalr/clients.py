"""The clients that are connected, by the user that each one's token names."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from infra.local.signalr import protocol
from infra.local.signalr.protocol import ProtocolError

_logger = logging.getLogger(__name__)

#: As SignalR's own defaults.
HANDSHAKE_SECONDS = 15.0
PING_SECONDS = 15.0
SILENCE_SECONDS = 30.0
#: A client that does not take a message in this time is cut off, so that it holds up nobody.
_SEND_SECONDS = 5.0


@dataclass(eq=False, kw_only=True)
class Client:
    """One connection."""

    hub: str
    #: `None`: its token names nobody, so it hears what everybody hears.
    user: str | None
    socket: web.WebSocketResponse
    _sending: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def send(self, text: str) -> None:
        """Send one message, or cut the client off."""
        try:
            async with asyncio.timeout(_SEND_SECONDS), self._sending:
                await self.socket.send_str(text)
        except (ConnectionError, TimeoutError):
            await self.end()

    async def end(self) -> None:
        """Hang up."""
        with suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(_SEND_SECONDS):
                await self.socket.close()


class Clients:
    """Everybody who listens."""

    def __init__(self) -> None:
        self._by_user: dict[tuple[str, str | None], set[Client]] = defaultdict(set)

    def of(self, hub: str, user: str) -> list[Client]:
        """Return the connections of one user."""
        return list(self._by_user.get((hub, user), ()))

    def everybody(self, hub: str) -> list[Client]:
        """Return all connections to a hub."""
        return [client for (name, _), found in self._by_user.items() if name == hub for client in found]

    async def attend(self, client: Client) -> None:
        """Speak with a client until it goes, or until it is silent or unintelligible."""
        if not await _welcomed(client):
            return await client.end()
        found = self._by_user[client.hub, client.user]
        found.add(client)
        pinging = asyncio.create_task(_ping(client))
        try:
            await _listen(client)
        except (ProtocolError, TimeoutError) as error:
            await client.send(protocol.close(str(error) or "The client was silent for too long."))
        finally:
            pinging.cancel()
            found.discard(client)
            await client.end()

    async def say_goodbye(self) -> None:
        """End every connection, as a service that goes away does: clients try again."""
        for client in [client for found in self._by_user.values() for client in found]:
            await client.send(protocol.close())
            await client.end()


async def _welcomed(client: Client) -> bool:
    """Shake hands; whatever comes with the handshake beyond it is nothing that we answer."""
    try:
        first = await client.socket.receive_str(timeout=HANDSHAKE_SECONDS)
        for request in protocol.records(first)[:1]:
            protocol.check_handshake(request)
            await client.send(protocol.WELCOME)
            return True
    except ProtocolError as error:
        await client.send(protocol.handshake_error(error))
    except (TypeError, TimeoutError):  # no text, or nothing at all
        _logger.info("A client did not shake hands.")
    return False


async def _listen(client: Client) -> None:
    while True:
        message = await client.socket.receive(timeout=SILENCE_SECONDS)
        if message.type is not WSMsgType.TEXT:
            return
        for record in protocol.records(message.data):
            if protocol.says_goodbye(record):
                return
            if answer := protocol.answer_to(record):
                await client.send(answer)


async def _ping(client: Client) -> None:
    while True:
        await asyncio.sleep(PING_SECONDS)
        await client.send(protocol.PING)
