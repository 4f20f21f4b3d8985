"""A creator's server, as rude as they come: what it answers is told by the path."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

Reply = Callable[[asyncio.StreamWriter], Coroutine[Any, Any, None]]


@dataclass(frozen=True, kw_only=True)
class Received:
    """One request."""

    path: str
    #: By names in lower case.
    headers: dict[str, str]
    body: bytes


@dataclass(kw_only=True)
class Sink:
    """Its address, and what it received."""

    port: int = 0
    received: list[Received] = field(default_factory=list)
    #: Bytes of bodies that were taken off its hands, by path.
    sent: dict[str, int] = field(default_factory=dict)

    def url(self, path: str) -> str:
        """Return the URL of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one request, and answer it."""
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                request = await _request(reader)
                self.received.append(request)
                await self._answer(request.path, writer)
        finally:
            writer.close()

    async def _answer(self, path: str, writer: asyncio.StreamWriter) -> None:
        kind, _, what = path.strip("/").partition("/")
        replies: dict[str, Reply] = {
            "silent": _silent,
            "drip": _drip,
            "reset": _reset,
            "nonsense": lambda writer: _write(writer, b"GET / HTTP/1.1\r\n\r\n"),
            "hangup": lambda writer: _write(writer, b"HTTP/1.1 200 OK\r\nContent-"),
            "headers": lambda writer: _write(
                writer, b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 2_000 + b"\r\n"
            ),
            "long": lambda writer: _write(writer, b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000 + b"\r\n\r\n"),
            "huge": lambda writer: self._huge(path, writer),
        }
        if kind in replies:
            await replies[kind](writer)
            return
        more = f"{what.replace('=', ': ', 1)}\r\n" if what else ""
        length, body = ("", "") if kind == "204" else ("Content-Length: 2\r\n", "ok")
        await _write(writer, f"HTTP/1.1 {kind} X\r\n{more}{length}\r\n{body}".encode())

    async def _huge(self, path: str, writer: asyncio.StreamWriter) -> None:
        size, chunk = 100_000_000, bytes(65_536)
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode())
        self.sent[path] = 0
        while self.sent[path] < size:
            writer.write(chunk)
            await writer.drain()
            self.sent[path] += len(chunk)


@asynccontextmanager
async def sinking() -> AsyncIterator[Sink]:
    """Run a sink."""
    sink = Sink()
    server = await asyncio.start_server(sink.serve, "127.0.0.1", 0)
    sink.port = server.sockets[0].getsockname()[1]
    try:
        yield sink
    finally:
        server.close()


async def _request(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    pairs = (line.partition(":") for line in head[1:] if line)
    headers = {name.casefold(): value.strip() for name, _, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(path=head[0].split(" ")[1], headers=headers, body=body)


async def _write(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
    await writer.drain()


async def _silent(writer: asyncio.StreamWriter) -> None:
    del writer
    await asyncio.sleep(5)


async def _drip(writer: asyncio.StreamWriter) -> None:
    """Send a head that never ends, a byte at a time: no single wait is long."""
    writer.write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
    for _ in range(100):
        await _write(writer, b"x")
        await asyncio.sleep(0.05)


async def _reset(writer: asyncio.StreamWriter) -> None:
    """Hang up so that the peer is told of a reset."""
    own = writer.get_extra_info("socket")
    own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
