"""One client's connection: bytes through the engine, the engine's events to links."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Any, Protocol, cast

from cproton import (
    PN_CONNECTION_REMOTE_CLOSE,
    PN_CONNECTION_REMOTE_OPEN,
    PN_DELIVERY,
    PN_LINK_FLOW,
    PN_LINK_REMOTE_CLOSE,
    PN_LINK_REMOTE_DETACH,
    PN_LINK_REMOTE_OPEN,
    PN_SESSION_REMOTE_CLOSE,
    PN_SESSION_REMOTE_OPEN,
    pn_collector_peek,
    pn_collector_pop,
    pn_connection_close,
    pn_connection_open,
    pn_delivery_link,
    pn_event_delivery,
    pn_event_link,
    pn_event_session,
    pn_event_type,
    pn_link_close,
    pn_link_condition,
    pn_link_detach,
    pn_link_free,
    pn_link_session,
    pn_session_close,
    pn_session_free,
    pn_session_open,
    pn_transport_capacity,
    pn_transport_close_head,
    pn_transport_close_tail,
    pn_transport_peek,
    pn_transport_pending,
    pn_transport_pop,
    pn_transport_push,
    pn_transport_tick,
)
from proton import Collector, Connection, Transport
from typing_extensions import override

from infra.local.broker.codec import CodecError
from infra.local.broker.conditions import LinkIdleError, ServiceError
from infra.local.broker.frames import Formats, TransferFormats
from infra.local.broker.links import Link, Responding, set_condition
from infra.local.broker.sasl import SaslServer

IDLE_TIMEOUT_SECONDS = 240
_MAX_FRAME_BYTES = 65_536


class Attaching(Protocol):
    """Decides what a new link is."""

    def attach(self, handle: Any, formats: Formats, connection: ClientConnection) -> Link:
        """Return the link.

        Raises:
            ServiceError: the client asks for something that does not exist.
        """
        ...

    def changed(self) -> None:
        """Take note that stores may have changed."""
        ...


class ClientConnection(asyncio.Protocol):
    """The state of one connection. The engine parses and writes frames; this class moves bytes and events."""

    def __init__(self, attaching: Attaching, *, on_lost: Callable[[ClientConnection], None]) -> None:
        self._attaching = attaching
        self._on_lost = on_lost
        self._sasl = SaslServer()
        self._formats = TransferFormats()
        self._connection = Connection()
        self._transport = Transport(Transport.SERVER)
        self._collector = Collector()
        # The binding's wrappers own these three; calls through the wrappers cost a third more.
        self._handle = self._connection._impl  # noqa: SLF001 - see above
        self._engine = self._transport._impl  # noqa: SLF001 - see above
        self._events = self._collector._impl  # noqa: SLF001 - see above
        self._links: dict[Any, Link] = {}
        self._socket: asyncio.Transport | None = None
        self._flush_planned = False
        self._paused = False
        self._timer: asyncio.TimerHandle | None = None
        self._handlers: dict[int, Callable[[Any], None]] = {
            PN_DELIVERY: self._on_delivery,
            PN_LINK_FLOW: self._on_flow,
            PN_LINK_REMOTE_OPEN: self._on_attach,
            PN_LINK_REMOTE_DETACH: lambda event: self._on_detach(event, pn_link_detach),
            PN_LINK_REMOTE_CLOSE: lambda event: self._on_detach(event, pn_link_close),
            PN_SESSION_REMOTE_OPEN: lambda event: pn_session_open(pn_event_session(event)),
            PN_SESSION_REMOTE_CLOSE: self._on_end,
            PN_CONNECTION_REMOTE_OPEN: self._on_open,
            PN_CONNECTION_REMOTE_CLOSE: self._on_close,
        }

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Bind the engine."""
        self._socket = cast("asyncio.Transport", transport)
        self._connection.collect(self._collector)
        self._connection.container = "huntaze-broker"
        self._transport.idle_timeout = IDLE_TIMEOUT_SECONDS
        self._transport.max_frame_size = _MAX_FRAME_BYTES
        self._transport.bind(self._connection)

    @override
    def data_received(self, data: bytes) -> None:
        """Take bytes from the client."""
        try:
            data = data if self._sasl.is_done else self._authenticate(data)
            self._formats.feed(data)
        except CodecError:
            self.abort()
            return
        self._take(memoryview(data))
        self._attaching.changed()
        self._flush()

    def _authenticate(self, data: bytes) -> bytes:
        answer, rest = self._sasl.feed(data)
        if answer and self._socket is not None:
            self._socket.write(answer)
        return rest

    def _take(self, data: memoryview) -> None:
        while data:
            capacity = pn_transport_capacity(self._engine)
            if capacity <= 0:
                return
            taken = pn_transport_push(self._engine, data[:capacity])
            if taken <= 0:
                return
            data = data[taken:]
            self._dispatch()

    def _dispatch(self) -> None:
        while event := pn_collector_peek(self._events):
            handler = self._handlers.get(pn_event_type(event))
            if handler is not None:
                handler(event)
            pn_collector_pop(self._events)

    def _flush(self) -> None:
        self._flush_planned = False
        if self._socket is None or self._paused:
            return
        while (pending := pn_transport_pending(self._engine)) > 0:
            size, data = pn_transport_peek(self._engine, pending)
            if size <= 0:
                break
            self._socket.write(data)
            pn_transport_pop(self._engine, size)
        self._dispatch()
        if pending < 0:
            self._socket.close()

    def touch(self) -> None:
        """Write what the engine has, once, when the current work is done."""
        if not self._flush_planned:
            self._flush_planned = True
            asyncio.get_running_loop().call_soon(self._flush)

    @override
    def pause_writing(self) -> None:
        """Leave frames with the engine while the client does not read."""
        self._paused = True

    @override
    def resume_writing(self) -> None:
        """Go on writing."""
        self._paused = False
        self._flush()

    def _on_open(self, _: Any) -> None:
        pn_connection_open(self._handle)
        self._tick()

    def _tick(self) -> None:
        """Let the engine send heartbeats and notice a silent client."""
        now_ms = int(time.monotonic() * 1000)
        deadline_ms = pn_transport_tick(self._engine, now_ms)
        self.touch()
        if deadline_ms > 0:
            delay = max(deadline_ms - now_ms, 1) / 1000
            self._timer = asyncio.get_running_loop().call_later(delay, self._tick)

    def _on_close(self, _: Any) -> None:
        pn_connection_close(self._handle)
        self._forget_links()

    def _on_attach(self, event: Any) -> None:
        handle, formats = pn_event_link(event), self._formats.next_attached()
        try:
            self._links[handle] = self._attaching.attach(handle, formats, self)
        except ServiceError as error:
            self._close_link(handle, error)

    def _close_link(self, handle: Any, error: ServiceError) -> None:
        set_condition(pn_link_condition(handle), error)
        pn_link_close(handle)

    def _on_detach(self, event: Any, close: Callable[[Any], None]) -> None:
        handle = pn_event_link(event)
        self._forget(handle)
        close(handle)
        pn_link_free(handle)

    def _on_end(self, event: Any) -> None:
        session = pn_event_session(event)
        for handle in [each for each in self._links if pn_link_session(each) == session]:
            self._forget(handle)
        pn_session_close(session)
        pn_session_free(session)

    def _on_flow(self, event: Any) -> None:
        link = self._links.get(pn_event_link(event))
        if link is not None:
            link.on_flow()

    def _on_delivery(self, event: Any) -> None:
        delivery = pn_event_delivery(event)
        link = self._links.get(pn_delivery_link(delivery))
        if link is not None:
            link.on_delivery(delivery)

    def _forget(self, handle: Any) -> None:
        link = self._links.pop(handle, None)
        if link is not None:
            link.on_close()

    def _forget_links(self) -> None:
        for handle in list(self._links):
            self._forget(handle)

    def responder(self, node_path: str, reply_to: str | None) -> Responding | None:
        """Return the link that waits for answers from a node: by its address, or the node's only one."""
        waiting = [each for each in self._responders() if each.node_path == node_path]
        exact = [each for each in waiting if reply_to is not None and each.target == reply_to]
        return next(iter(exact or waiting), None)

    def _responders(self) -> Iterator[Responding]:
        return (each for each in self._links.values() if isinstance(each, Responding))

    def cut_idle(self, limit_seconds: float) -> None:
        """Detach every link that its client has not used for too long."""
        now = time.monotonic()
        for handle, link in list(self._links.items()):
            if link.is_idle and now - link.used_at >= limit_seconds:
                self._forget(handle)
                description = f"The link is detached: it was idle for more than {limit_seconds:g} seconds."
                self._close_link(handle, LinkIdleError(description))
                self.touch()

    def abort(self) -> None:
        """Cut the connection without a word."""
        if self._socket is not None:
            self._socket.abort()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of everything; what was locked stays locked until its time."""
        del exc
        self._forget_links()
        if self._timer is not None:
            self._timer.cancel()
        pn_transport_close_tail(self._engine)
        pn_transport_close_head(self._engine)
        self._dispatch()
        self._transport.unbind()
        self._socket = None
        self._on_lost(self)
