"""One connection to Redis that any number of callers share: commands go out as they come, answers in turn.

A command leaves at once while no answer is owed; those that come meanwhile leave in one packet at the end of
their turn of the event loop, much as Nagle has it for TCP. Nobody waits for another's answer before asking.
Packing and parsing is hiredis' work, Redis' own C library: a command costs a fifth of the CPU time that it
takes in redis-py, whose connections carry one command at a time.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeAlias

import hiredis
from typing_extensions import override

from shared.cache.redis_address import RedisAddress

#: A command and its arguments.
Command: TypeAlias = Sequence[bytes | str | int | float]
#: What Redis says: bytes, an integer, `None`, a list of these, or `hiredis.ReplyError`.
Reply: TypeAlias = object

#: Azure forgets an idle connection after four minutes, without a word. macOS names fewer of these options.
_KEEPALIVE = {
    getattr(socket, name): seconds
    for name, seconds in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 3))
    if hasattr(socket, name)
}
#: hiredis' word for "not all of it is here yet"; `None` is a reply.
_INCOMPLETE = object()


class RedisConnection(asyncio.Protocol):
    """An open connection.

    Args:
        lost: called once, when it is no more; its pending commands are answered before, with the error.
    """

    def __init__(self, lost: Callable[[RedisConnection], None]) -> None:
        self._lost = lost
        self._loop = asyncio.get_running_loop()
        self._closed: asyncio.Future[None] = self._loop.create_future()
        self._transport: asyncio.Transport | None = None
        #: What those are told who get no answer.
        self._error: OSError = ConnectionResetError()
        self._parser = hiredis.Reader(notEnoughData=_INCOMPLETE)
        self._unsent: list[bytes] = []
        self._pending: deque[Callable[[Reply], None]] = deque()

    def send(self, command: Command, answered: Callable[[Reply], None], *, urgent: bool = True) -> None:
        """Send a command; its answer is told, or the `OSError` that there will be none.

        One that is not urgent goes with the next, or at the end of this turn of the event loop.
        """
        if self._closed.done():
            answered(self._error)
            return
        self._pending.append(answered)
        self._unsent.append(hiredis.pack_command(tuple(command)))  # type: ignore[arg-type]  # floats, too
        if urgent and len(self._pending) == len(self._unsent):
            self._flush()
        elif len(self._unsent) == 1:
            self._loop.call_soon(self._flush)

    async def ask(self, command: Command) -> Reply:
        """Send a command and return its answer.

        Raises:
            hiredis.ReplyError: Redis refused it.
            OSError: the connection is lost.
        """
        answer: asyncio.Future[Reply] = self._loop.create_future()
        self.send(command, lambda reply: None if answer.done() else answer.set_result(reply))
        reply = await answer
        if isinstance(reply, Exception):
            raise reply
        return reply

    def abort(self) -> None:
        """End it at once."""
        if self._transport is not None:
            self._transport.abort()

    async def close(self) -> None:
        """End it, because it is no longer wanted, and return when it has ended."""
        self._error = ConnectionAbortedError()
        self.abort()
        await self._closed

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport
        _keep_alive(transport.get_extra_info("socket"))

    @override
    def data_received(self, data: bytes) -> None:
        """Hand out answers, in the order of their commands."""
        self._parser.feed(data)
        try:
            while (reply := self._parser.gets()) is not _INCOMPLETE:
                self._pending.popleft()(reply)
        except (hiredis.ProtocolError, IndexError):  # whoever speaks there is no Redis
            self.abort()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Tell everybody."""
        self._closed.set_result(None)
        self._lost(self)
        while self._pending:
            self._pending.popleft()(exc if isinstance(exc, OSError) else self._error)

    def _flush(self) -> None:
        commands, self._unsent = self._unsent, []
        if self._transport is not None and commands:
            self._transport.write(b"".join(commands) if len(commands) > 1 else commands[0])


async def connect(address: RedisAddress, lost: Callable[[RedisConnection], None]) -> RedisConnection:
    """Open a connection and introduce ourselves.

    Raises:
        OSError: nobody is there.
        hiredis.ReplyError: the password is wrong, or there is no such database.
    """
    loop = asyncio.get_running_loop()
    if address.path is not None:
        _, connection = await loop.create_unix_connection(lambda: RedisConnection(lost), address.path)
    else:
        tls = address.tls_context()
        _, connection = await loop.create_connection(
            lambda: RedisConnection(lost), address.host, address.port, ssl=tls
        )
    try:
        for command in address.greeting:
            await connection.ask(command)
    except BaseException:
        connection.abort()
        raise
    return connection


def _keep_alive(line: socket.socket) -> None:
    if line.family in {socket.AF_INET, socket.AF_INET6}:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in _KEEPALIVE.items():
            line.setsockopt(socket.IPPROTO_TCP, option, value)
