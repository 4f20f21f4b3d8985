"""A line to Redis that costs next to nothing when Redis is slow or gone.

Redis stands in another cloud than the functions, so round trips matter: one connection carries everybody's
commands, many of them in one packet; it opens with as few words as the server demands, and nothing pings. A
command that fails, or is not answered in 50 ms, goes on without its user, and then Redis is left alone for a
while: one command at a time finds out whether it is back, all others do without at once. Only the opening of
the connection, which takes several round trips, is forgiven when it succeeds later.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from math import inf
from typing import TYPE_CHECKING, Any, TypeVar

from shared.cache.redis_address import RedisAddress
from shared.clock import Clock, SystemClock
from shared.observability.failures import whereabouts

if TYPE_CHECKING:
    from shared.cache.redis_connection import Command, RedisConnection, Reply

logger = logging.getLogger(__name__)

#: A cached answer saves seconds, and a budget has a local twin; waiting longer than this saves nothing.
TIMEOUT_SECONDS = 0.05
#: After this no answer comes any more.
ANSWER_TIMEOUT_SECONDS = 1.0
#: How long a Redis that failed is left alone.
PAUSE_SECONDS = 5.0
#: An event loop that is this late was busy itself.
_LAG_SECONDS = 0.01

M = TypeVar("M")


@dataclass(frozen=True)
class Script:
    """What Redis is to do in one step; it is sent the text once, and the digest ever after."""

    text: str

    @cached_property
    def digest(self) -> str:
        """What Redis knows it by."""
        return hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()


class _Call:
    """One command under way, and its user."""

    __slots__ = ("command", "future", "is_answered", "is_late", "over_at", "waits_for_opening", "was_busy")

    def __init__(self, command: Command, future: asyncio.Future[Reply], over_at: float) -> None:
        self.command = command
        self.future = future
        self.over_at = over_at
        self.waits_for_opening = False
        #: It has been given a little more time, because we were busy.
        self.was_busy = False
        self.is_answered = False
        #: Its user has gone on without it.
        self.is_late = False


#: The answer of a Redis that gave none.
_MISSING = object()


class RedisLink:
    """Commands to Redis, each answered in 50 ms or not at all. Connects on first use, in the running loop.

    Raises:
        ConfigurationError: the URL is none of Redis'.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout_seconds: float = TIMEOUT_SECONDS,
        pause_seconds: float = PAUSE_SECONDS,
        clock: Clock | None = None,
    ) -> None:
        self._address = RedisAddress.of(url)
        self._timeout_seconds = timeout_seconds
        self._silence_seconds = max(ANSWER_TIMEOUT_SECONDS, timeout_seconds)
        self._pause_seconds = pause_seconds
        self._clock = clock or SystemClock()
        self._connection: RedisConnection | None = None
        self._opening: asyncio.Task[None] | None = None
        #: Commands that wait for the connection.
        self._queue: list[_Call] = []
        #: Commands that somebody waits for, by when that is over, and the timer for the first.
        self._awaited: deque[_Call] = deque()
        self._watch: asyncio.TimerHandle | None = None
        #: The digests of the scripts that this connection has sent.
        self._told: set[str] = set()
        self._is_away = False
        self._retry_at: float | None = None

    async def ask(self, *command: bytes | str | float, missing: M) -> Any | M:
        """Return Redis' answer, or what stands for a missing one.

        A command that takes too long, or whose user is cancelled, may still be carried out.
        """
        reply = await self._reply(command)
        return missing if self._is_missing(reply) else reply

    async def run(
        self,
        script: Script,
        keys: Sequence[str],
        arguments: Sequence[bytes | str | int | float],
        *,
        missing: M,
    ) -> Any | M:
        """Return what a script returns, or what stands for a missing answer."""
        rest = (len(keys), *keys, *arguments)
        reply = await self._reply((*self._named(script), *rest))
        if _is_unknown_script(reply):
            reply = await self._reply(("EVAL", script.text, *rest))
        return missing if self._is_missing(reply) else reply

    def tell(self, *command: bytes | str | float) -> None:
        """Send a command whose answer nobody waits for; what follows on this link finds it done."""
        if self._may_try():
            self._send(command).future.add_done_callback(self._heard)

    def tell_script(
        self, script: Script, keys: Sequence[str], arguments: Sequence[bytes | str | int | float]
    ) -> None:
        """Run a script whose answer nobody waits for; what follows on this link finds it done."""
        if not self._may_try():
            return
        rest = (len(keys), *keys, *arguments)

        def heard(answer: asyncio.Future[Reply]) -> None:
            if _is_unknown_script(answer.result()):
                self._send(("EVAL", script.text, *rest)).future.add_done_callback(self._heard)
            else:
                self._heard(answer)

        self._send((*self._named(script), *rest)).future.add_done_callback(heard)

    async def close(self) -> None:
        """Close the connection, after what was told is done; the next command opens a new one."""
        if self._connection is not None:
            await self.ask("PING", missing=None)
        opening, self._opening = self._opening, None
        if opening is not None:
            opening.cancel()
            await asyncio.gather(opening, return_exceptions=True)
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        connection = self._connection
        if connection is not None:
            await connection.close()

    def _heard(self, answer: asyncio.Future[Reply]) -> None:
        self._is_missing(answer.result())

    def _named(self, script: Script) -> tuple[str, str]:
        """Return how to name a script: by its text, once in a connection's life, and then by its digest."""
        if script.digest in self._told:
            return "EVALSHA", script.digest
        self._told.add(script.digest)
        return "EVAL", script.text

    async def _reply(self, command: Command) -> Reply:
        if not self._may_try():
            return _MISSING
        loop = asyncio.get_running_loop()
        call = self._send(command, loop.time() + self._timeout_seconds)
        self._awaited.append(call)
        if self._watch is None:
            self._watch = loop.call_at(call.over_at, self._look)
        return await call.future

    def _send(self, command: Command, over_at: float = inf) -> _Call:
        call = _Call(command, asyncio.get_running_loop().create_future(), over_at)
        if self._connection is None:
            call.waits_for_opening = True
            self._queue.append(call)
            self._opening = self._opening or asyncio.create_task(self._open())
        else:
            is_awaited = over_at < inf
            self._connection.send(command, partial(self._answered, call), urgent=is_awaited)
        return call

    async def _open(self) -> None:
        """Connect, and send what waits for it."""
        from hiredis import ReplyError

        from shared.cache.redis_connection import connect

        try:
            async with asyncio.timeout(self._silence_seconds):
                self._connection = await connect(self._address, self._lost)
        except (OSError, ReplyError, TimeoutError) as error:
            self._told.clear()
            self._went_away(error)
        finally:
            self._opening, queue = None, self._queue
            self._queue = []
            self._deliver(queue)

    def _deliver(self, queue: Sequence[_Call]) -> None:
        for call in queue:
            if self._connection is not None:
                self._connection.send(call.command, partial(self._answered, call))
            elif not call.future.done():
                call.future.set_result(_MISSING)

    def _answered(self, call: _Call, reply: Reply) -> None:
        call.is_answered = True
        if isinstance(reply, OSError):
            if not isinstance(reply, ConnectionAbortedError):  # we closed it
                self._went_away(reply)
            reply = _MISSING
        elif call.is_late and not call.waits_for_opening:
            self._went_away(TimeoutError())
        elif self._retry_at is not None:
            self._is_away, self._retry_at = False, None
        if not call.future.done():
            call.future.set_result(reply)

    def _look(self) -> None:
        """Let those go on without an answer whose time is over; one timer serves all."""
        loop = asyncio.get_running_loop()
        now, awaited = loop.time(), self._awaited
        while awaited and (awaited[0].future.done() or awaited[0].over_at <= now):
            call = awaited.popleft()
            if call.future.done():
                continue
            if now - call.over_at > _LAG_SECONDS and not call.was_busy:
                call.over_at, call.was_busy = now + _LAG_SECONDS, True  # the answer may be here, unread
                awaited.appendleft(call)
            else:
                self._give_up(call)
        self._watch = loop.call_at(awaited[0].over_at, self._look) if awaited else None

    def _give_up(self, call: _Call) -> None:
        """Go on without an answer."""
        call.is_late = True
        self._pause()
        call.future.set_result(_MISSING)
        if self._connection is not None:
            seconds = self._silence_seconds - self._timeout_seconds
            call.future.get_loop().call_later(seconds, self._end_if_silent, self._connection, call)

    def _end_if_silent(self, connection: RedisConnection, call: _Call) -> None:
        """End a connection that owes an answer for so long that it will give none."""
        if not call.is_answered:
            connection.abort()

    def _lost(self, connection: RedisConnection) -> None:
        if self._connection is connection:
            self._connection = None
            self._told.clear()

    def _may_try(self) -> bool:
        """Whether to ask Redis; during an outage, only one command per pause is told so."""
        if self._retry_at is None:
            return True
        if self._clock.monotonic() < self._retry_at:
            return False
        self._retry_at = self._clock.monotonic() + self._pause_seconds
        return True

    def _pause(self) -> None:
        self._retry_at = self._clock.monotonic() + self._pause_seconds

    def _went_away(self, error: BaseException) -> None:
        self._pause()
        if not self._is_away:
            self._is_away = True
            logger.warning(
                "Redis does not answer: going on without it",
                extra={"pause_seconds": self._pause_seconds, "failure": whereabouts(error)},
            )

    def _is_missing(self, reply: Reply) -> bool:
        """Say whether there is no answer; a refused command is told of."""
        if not isinstance(reply, Exception):
            return reply is _MISSING
        # It is full, say, or holds another kind of value there; other commands may still be answered.
        logger.warning("Redis refused a command", extra={"failure": whereabouts(reply)})
        return True


def _is_unknown_script(reply: Reply) -> bool:
    return isinstance(reply, Exception) and str(reply).startswith("NOSCRIPT")
