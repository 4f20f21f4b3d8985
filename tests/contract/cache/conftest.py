"""A Redis of the tests' own making, which can be slow, dead, or back again, and counts what it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest


class Wire:
    """Stands between the client and a real Redis, and hears every command."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        #: The commands heard, in order.
        self.commands: list[str] = []
        self.connections = 0
        #: How many packets they came in.
        self.packets = 0
        #: How long answers are held back.
        self.delay_seconds = 0.0
        self.port = 0

    async def start(self) -> None:
        """Accept connections, on the same port as before."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Cut every connection and accept no other."""
        if self._server is None:
            return
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        await self._server.wait_closed()
        self._server = None

    @property
    def url(self) -> str:
        """Where clients connect."""
        return f"redis://127.0.0.1:{self.port}/0"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        redis_reader, redis_writer = await asyncio.open_connection("127.0.0.1", self._port)
        both = {writer, redis_writer}
        self._writers |= both
        try:
            await asyncio.gather(
                self._pump(reader, redis_writer, heard=True), self._pump(redis_reader, writer, heard=False)
            )
        finally:
            self._writers -= both
            for end in both:
                end.transport.abort()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, heard: bool) -> None:
        try:
            while data := await source.read(1 << 16):
                if heard:
                    self.packets += 1
                    self.commands += [line.decode() for line in data.split(b"\r\n") if line.isalpha()]
                elif self.delay_seconds:
                    await asyncio.sleep(self.delay_seconds)
                sink.write(data)
                await sink.drain()
        except ConnectionError:
            return
        finally:
            sink.close()


@pytest.fixture
async def wire(redis_url: str) -> AsyncIterator[Wire]:
    """A wire to the session's Redis."""
    subject = Wire(int(redis_url.rpartition(":")[2].partition("/")[0]))
    await subject.start()
    yield subject
    await subject.stop()
