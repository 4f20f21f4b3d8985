"""A TCP proxy in front of a service: it counts round trips, and breaks connections when told to."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from enum import Enum, auto
from urllib.parse import urlsplit

from infra.local.process import LOCALHOST

_CHUNK_BYTES = 65_536
_READY_FOR_QUERY = b"Z\0\0\0\5I"


class Cut(Enum):
    """When a connection breaks: seen from its client, all three look the same."""

    #: Nothing of the request arrives.
    BEFORE = auto()
    #: A part of it does.
    DURING = auto()
    #: The service has done what was asked, and its answer is lost.
    AFTER = auto()


class Proxy:
    """Stands between one service and its clients."""

    def __init__(self, target: str) -> None:
        self.retarget(target)
        self._target = target
        self._connections: set[_Connection] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._listening_port = 0
        #: How often a client spoke after the service did.
        self.round_trips = 0
        #: How often PostgreSQL said that it is done (ReadyForQuery, outside of a transaction).
        self.ready_for_query = 0
        #: What breaks next, one request each, of those that contain `victims`.
        self.cuts: deque[Cut] = deque()
        self.victims = b""
        #: Told when a request that contains `watched` passes.
        self.watched = b""
        self.seen = asyncio.Event()
        #: While set, nobody is let in.
        self.refusing = False
        #: While clear, nothing passes.
        self.passing = asyncio.Event()
        self.passing.set()
        #: How long every answer takes.
        self.delay_seconds = 0.0

    def retarget(self, target: str) -> None:
        """Lead to where the service is now."""
        parts = urlsplit(target)
        self._host, self._port = parts.hostname or LOCALHOST, parts.port or 0

    @property
    def url(self) -> str:
        """The service's URL, through this proxy."""
        return self._target.replace(f":{urlsplit(self._target).port}", f":{self._listening_port}", 1)

    @property
    def connected(self) -> int:
        """How many clients are connected."""
        return len(self._connections)

    def cut(self) -> None:
        """Break every connection."""
        for connection in list(self._connections):
            connection.abort()

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client."""
        if self.refusing:
            writer.transport.abort()
            return
        task = asyncio.current_task()
        if task:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        try:
            far_reader, far_writer = await asyncio.open_connection(self._host, self._port)
        except OSError:
            writer.transport.abort()
            return
        connection = _Connection(self, (reader, writer), (far_reader, far_writer))
        self._connections.add(connection)
        try:
            await connection.serve()
        finally:
            self._connections.discard(connection)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Proxy]:
        """Accept clients for as long as the block lasts."""
        server = await asyncio.start_server(self.handle, LOCALHOST, 0)
        self._listening_port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.refusing = True
            self.cut()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await server.wait_closed()


_Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Connection:
    """One client's connection, and ours to the service on its behalf."""

    def __init__(self, proxy: Proxy, near: _Stream, far: _Stream) -> None:
        self._proxy = proxy
        self._near_reader, self._near_writer = near
        self._far_reader, self._far_writer = far
        self._client_speaks = False
        self._answer_is_lost = False

    def abort(self) -> None:
        """Break it on both sides."""
        self._near_writer.transport.abort()
        self._far_writer.transport.abort()

    async def serve(self) -> None:
        """Carry bytes until one side ends."""
        ways = [asyncio.create_task(self._requests()), asyncio.create_task(self._answers())]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        self.abort()
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        for writer in (self._near_writer, self._far_writer):
            with suppress(OSError):
                await writer.wait_closed()

    async def _requests(self) -> None:
        while data := await self._read(self._near_reader):
            if not self._client_speaks:
                self._proxy.round_trips += 1
                self._client_speaks = True
            if self._proxy.watched and self._proxy.watched in data:
                self._proxy.seen.set()
            cut = self._proxy.cuts.popleft() if self._proxy.cuts and self._proxy.victims in data else None
            if cut is Cut.BEFORE:
                return
            if cut is Cut.DURING:
                self._far_writer.write(data[: len(data) // 2])
                await self._far_writer.drain()
                return
            self._answer_is_lost = cut is Cut.AFTER
            self._far_writer.write(data)

    async def _answers(self) -> None:
        while data := await self._read(self._far_reader):
            self._client_speaks = False
            self._proxy.ready_for_query += data.count(_READY_FOR_QUERY)
            if self._answer_is_lost:
                return
            await asyncio.sleep(self._proxy.delay_seconds)
            self._near_writer.write(data)

    async def _read(self, reader: asyncio.StreamReader) -> bytes:
        try:
            data = await reader.read(_CHUNK_BYTES)
        except OSError:
            return b""
        await self._proxy.passing.wait()
        return data


@dataclass(frozen=True, kw_only=True)
class Wires:
    """The proxies."""

    postgres: Proxy
    redis: Proxy
    broker: Proxy
    #: Through the proxy.
    servicebus_connection: str
