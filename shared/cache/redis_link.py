"""A line to Redis that costs its user next to nothing when Redis is slow or gone.

Redis stands in another cloud than the functions, so round trips matter. The connection speaks RESP2 without
introducing itself, which saves the client's `HELLO` and `CLIENT SETINFO`, and nothing pings. A command that
fails, or is not answered in 50 ms, goes on without its user, and then Redis is left alone for a while: one
command at a time finds out whether it is back, all others do without at once. Only the opening of a
connection, which takes several round trips, is forgiven when it succeeds later.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar
from urllib.parse import urlsplit

from shared.clock import Clock, SystemClock
from shared.errors import ConfigurationError
from shared.observability.failures import whereabouts

if TYPE_CHECKING:
    from redis.asyncio import Redis
    from redis.asyncio.connection import AbstractConnection

logger = logging.getLogger(__name__)

#: A cached answer saves seconds, and a budget has a local twin; waiting longer than this saves nothing.
TIMEOUT_SECONDS = 0.05
#: After this no answer comes any more.
ANSWER_TIMEOUT_SECONDS = 1.0
#: How long a Redis that failed is left alone.
PAUSE_SECONDS = 5.0
#: Calls beyond this wait their turn: a call takes a millisecond or two, a new connection several round trips.
MAX_CONNECTIONS = 20
#: Azure forgets an idle connection after four minutes, without a word. macOS names fewer of these options.
_KEEPALIVE = {
    getattr(socket, name): seconds
    for name, seconds in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 3))
    if hasattr(socket, name)
}
#: An event loop that is this late was busy itself.
_LAG_SECONDS = 0.01
_SCHEMES = frozenset({"redis", "rediss", "unix"})

T = TypeVar("T")
M = TypeVar("M")


@dataclass
class _Call(Generic[T]):
    """One command under way."""

    #: The answer, once there is one.
    answers: list[T] = field(default_factory=list)
    #: Its user has gone on without it.
    is_late: bool = False


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
        if not _is_redis_url(url):
            raise ConfigurationError("REDIS_URL must be a redis:// or rediss:// URL.")
        self._url = url
        self._timeout_seconds = timeout_seconds
        self._pause_seconds = pause_seconds
        self._clock = clock or SystemClock()
        self._client: Redis | None = None
        self._openings = 0
        self._is_away = False
        self._retry_at: float | None = None
        self._asking: set[asyncio.Task[None]] = set()

    async def ask(self, command: Callable[[Redis], Awaitable[T]], *, missing: M) -> T | M:
        """Return Redis' answer, or what stands for a missing one.

        A command that takes too long, or whose user is cancelled, may still be carried out.
        """
        if not self._may_try():
            return missing
        call: _Call[T] = _Call()
        client = self._connected()  # not in the task: loading the client is not Redis' fault
        asking = asyncio.create_task(self._ask(command, client, call))
        self._asking.add(asking)
        asking.add_done_callback(self._asking.discard)
        await self._patiently(asking)
        if not asking.done():
            call.is_late = True
            self._pause()
        return call.answers[0] if call.answers else missing

    async def close(self) -> None:
        """Close the connections; the next command opens new ones."""
        for asking in (left := tuple(self._asking)):
            asking.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _patiently(self, asking: asyncio.Task[None]) -> None:
        """Wait as long as a command may take; a busy process must not take Redis for slow."""
        loop = asyncio.get_running_loop()
        over_at = loop.time() + self._timeout_seconds
        await asyncio.wait({asking}, timeout=self._timeout_seconds)
        if not asking.done() and loop.time() - over_at > _LAG_SECONDS:
            await asyncio.wait({asking}, timeout=_LAG_SECONDS)  # the answer may be here, unread

    async def _ask(self, command: Callable[[Redis], Awaitable[T]], client: Redis, call: _Call[T]) -> None:
        import redis.exceptions

        openings = self._openings
        try:
            async with asyncio.timeout(max(ANSWER_TIMEOUT_SECONDS, self._timeout_seconds)):
                call.answers.append(await command(client))
        except redis.exceptions.ResponseError as error:
            # It is full, say, or holds another kind of value there; other commands may still be answered.
            logger.warning("Redis refused a command", extra={"failure": whereabouts(error)})
        except (redis.exceptions.RedisError, OSError, TimeoutError) as error:
            self._went_away(error)
            return
        if call.is_late and self._openings == openings:
            self._went_away(TimeoutError())
        else:
            self._is_away, self._retry_at = False, None

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

    async def _greet(self, connection: AbstractConnection) -> None:
        """Count the connections that are opened, while they are."""
        self._openings += 1
        await connection.on_connect()

    def _connected(self) -> Redis:
        if self._client is None:
            self._client = _client(self._url, self._greet)
        return self._client


def _is_redis_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # the port is no number
        return False
    return parts.scheme in _SCHEMES and port != 0


def _client(url: str, greet: Callable[[AbstractConnection], Awaitable[None]]) -> Redis:
    from redis.asyncio import BlockingConnectionPool, Redis
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    pool = BlockingConnectionPool.from_url(
        url,
        protocol=2,  # RESP3 begins with a HELLO, one more round trip per connection
        driver_info=None,  # no CLIENT SETINFO either
        health_check_interval=0,
        redis_connect_func=greet,
        **(
            {}
            if url.startswith("unix")
            else {"socket_keepalive": True, "socket_keepalive_options": _KEEPALIVE}
        ),
        retry=Retry(NoBackoff(), 0),
        socket_timeout=ANSWER_TIMEOUT_SECONDS,
        socket_connect_timeout=ANSWER_TIMEOUT_SECONDS,
        max_connections=MAX_CONNECTIONS,
        timeout=ANSWER_TIMEOUT_SECONDS,
    )
    return Redis.from_pool(pool)
