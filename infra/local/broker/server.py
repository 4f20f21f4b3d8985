"""The broker on a socket: listens, attaches links to entities, and wakes when something is due."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from types import TracebackType
from typing import Any, Self

from cproton import (
    PN_SND_SETTLED,
    pn_link_is_sender,
    pn_link_open,
    pn_link_remote_rcv_settle_mode,
    pn_link_remote_snd_settle_mode,
    pn_link_remote_source,
    pn_link_remote_target,
    pn_link_set_max_message_size,
    pn_link_set_rcv_settle_mode,
    pn_link_set_snd_settle_mode,
    pn_link_source,
    pn_link_target,
    pn_terminus_copy,
    pn_terminus_filter,
    pn_terminus_get_address,
)
from proton._data import dat2obj

from infra.local.broker.conditions import EntityNotFoundError, NotAllowedError
from infra.local.broker.connection import ClientConnection
from infra.local.broker.dispatch import Dispatcher
from infra.local.broker.frames import Formats
from infra.local.broker.links import (
    MAX_MESSAGE_BYTES,
    Intake,
    Link,
    Publisher,
    Requests,
    Responding,
    Taker,
)
from infra.local.broker.management import CBS, manage, put_token
from infra.local.broker.namespace import MANAGEMENT, Broker, path_of
from infra.local.broker.receiving import Receiving
from infra.local.broker.store import Store

LINK_IDLE_SECONDS = 600.0
_IDLE_CHECKS = 4
_SESSION_FILTER = "com.microsoft:session-filter"


class Server:
    """Serves one broker to any number of clients.

    Args:
        broker: the entities.
        link_idle_seconds: how long a link may do nothing until it is detached; the service's is ten minutes.
    """

    def __init__(self, broker: Broker, *, link_idle_seconds: float = LINK_IDLE_SECONDS) -> None:
        self._broker = broker
        self._link_idle_seconds = link_idle_seconds
        self._connections: set[ClientConnection] = set()
        self._dispatchers: dict[Store, Dispatcher] = {}
        self._listener: asyncio.Server | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._idle_timer: asyncio.TimerHandle | None = None

    async def listen(self, *, host: str, port: int) -> int:
        """Start to listen and return the port."""
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(self._accept, host, port)
        self._check_idle_links()
        return int(self._listener.sockets[0].getsockname()[1])

    def _accept(self) -> ClientConnection:
        connection = ClientConnection(self, on_lost=self._connections.discard)
        self._connections.add(connection)
        return connection

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening and cut every client."""
        for timer in (self._timer, self._idle_timer):
            if timer is not None:
                timer.cancel()
        for connection in list(self._connections):
            connection.abort()
        if self._listener is not None:
            self._listener.close()
            await self._listener.wait_closed()

    def attach(self, handle: Any, formats: Formats, connection: ClientConnection) -> Link:
        """Answer a client's attach and return its link.

        Raises:
            EntityNotFoundError: nothing has that address.
            NotAllowedError: a topic is no place to receive from.
        """
        _open(handle)
        remote_source, remote_target = pn_link_remote_source(handle), pn_link_remote_target(handle)
        if not pn_link_is_sender(handle):
            taker = self._incoming(pn_terminus_get_address(remote_target) or "", connection)
            return Intake(handle, formats=formats, taker=taker)
        if _SESSION_FILTER in _filters(remote_source):
            raise NotAllowedError("An entity that does not require sessions has no sessions to receive from.")
        return self._outgoing(pn_terminus_get_address(remote_source) or "", handle, connection)

    def _incoming(self, address: str, connection: ClientConnection) -> Taker:
        path = path_of(address)
        if path.lower() == CBS:
            token = partial(put_token, self._broker)
            return Requests(node_path=CBS, carry_out=token, responders=connection)
        entity_path, is_management = _without_management(path)
        node = self._broker.resolve(entity_path)
        if is_management:
            operation = partial(manage, node)
            return Requests(node_path=path.lower(), carry_out=operation, responders=connection)
        if node.subscription is not None or node.is_dead_letter_queue:
            raise NotAllowedError(f"'{node.path}' is no place to send to.")
        return Publisher(node)

    def _outgoing(self, address: str, handle: Any, connection: ClientConnection) -> Link:
        path = path_of(address)
        target = pn_terminus_get_address(pn_link_remote_target(handle))
        if path.lower() == CBS:
            return Responding(handle, connection, node_path=CBS, target=target)
        entity_path, is_management = _without_management(path)
        node = self._broker.resolve(entity_path)
        if is_management:
            return Responding(handle, connection, node_path=path.lower(), target=target)
        if node.store is None:
            raise EntityNotFoundError(f"'{node.path}' is a topic: receive from one of its subscriptions.")
        deletes = pn_link_remote_snd_settle_mode(handle) == PN_SND_SETTLED
        dispatcher = self._dispatchers.get(node.store) or Dispatcher(node.store)
        self._dispatchers[node.store] = dispatcher
        return Receiving(handle, connection, store=node.store, dispatcher=dispatcher, deletes=deletes)

    def changed(self) -> None:
        """Set the alarm for the next lock end, expiry or scheduled message."""
        deadline = self._broker.next_deadline()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if deadline is not None:
            delay = max(0.0, deadline - self._broker.now())
            self._timer = asyncio.get_running_loop().call_later(min(delay, 3600.0), self._wake)

    def _wake(self) -> None:
        self._timer = None
        self._broker.run_due()
        self.changed()

    def _check_idle_links(self) -> None:
        for connection in list(self._connections):
            connection.cut_idle(self._link_idle_seconds)
        delay = self._link_idle_seconds / _IDLE_CHECKS
        self._idle_timer = asyncio.get_running_loop().call_later(delay, self._check_idle_links)


def _open(handle: Any) -> None:
    """Attach on the client's own terms.

    A link that is going to be refused is opened like any other and then closed with the reason: the Python
    SDK overlooks the reason when the answer to its attach names no source or target.
    """
    pn_link_set_snd_settle_mode(handle, pn_link_remote_snd_settle_mode(handle))
    pn_link_set_rcv_settle_mode(handle, pn_link_remote_rcv_settle_mode(handle))
    pn_link_set_max_message_size(handle, MAX_MESSAGE_BYTES)
    pn_terminus_copy(pn_link_source(handle), pn_link_remote_source(handle))
    pn_terminus_copy(pn_link_target(handle), pn_link_remote_target(handle))
    pn_link_open(handle)


def _filters(source: Any) -> Mapping[Any, Any]:
    filters: Any = dat2obj(pn_terminus_filter(source))  # type: ignore[no-untyped-call]  # unpublished
    return filters if isinstance(filters, dict) else {}


def _without_management(path: str) -> tuple[str, bool]:
    entity_path, _, last = path.rpartition("/")
    return (entity_path, True) if last.lower() == MANAGEMENT else (path, False)
