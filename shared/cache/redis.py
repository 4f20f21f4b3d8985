"""The cache in Redis: at most one round trip per call, and a dead Redis costs next to nothing.

Redis stands in another cloud than the functions, so round trips matter. The connection speaks RESP2 without
introducing itself, which saves the client's `HELLO` and `CLIENT SETINFO`; nothing pings; reads that come
while one is under way share the next. A call that fails or takes too long is a miss, and then Redis is left
alone for a while: one call at a time finds out whether it is back, all others miss at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from shared.clock import Clock, SystemClock
from shared.coalescing import Coalescing
from shared.errors import ConfigurationError
from shared.observability.failures import whereabouts

if TYPE_CHECKING:
    from redis.asyncio import Redis

logger = logging.getLogger(__name__)

#: A cached answer saves seconds; waiting longer than this for it does not.
TIMEOUT_SECONDS = 0.25
#: How long a Redis that failed is left alone.
PAUSE_SECONDS = 5.0
#: Calls beyond this wait their turn: a call takes a millisecond or two, a new connection several round trips.
MAX_CONNECTIONS = 20
_SCHEMES = frozenset({"redis", "rediss", "unix"})

_EXTEND_IF = "return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('PEXPIRE', KEYS[1], ARGV[2])"
_DELETE_IF = "return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('DEL', KEYS[1])"

T = TypeVar("T")


class RedisCache:
    """Bytes under keys in Redis. Connects on first use, inside the running loop.

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
        self._gets = Coalescing(self._get_all)
        self._client: Redis | None = None
        self._retry_at: float | None = None

    async def get(self, key: str) -> bytes | None:
        """Return what is stored, or `None`, also when Redis doesn't answer in time."""
        return await self._gets(key)

    async def set(self, key: str, value: bytes, *, ttl_seconds: int) -> None:
        """Store for a while, or not at all."""
        if ttl_seconds > 0:
            await self._attempt(lambda redis: redis.set(key, value, ex=ttl_seconds))

    async def add(self, key: str, value: bytes, *, ttl_seconds: float) -> bool:
        """Store for a while unless something is stored; a Redis that doesn't answer has nothing stored."""
        px = _milliseconds(ttl_seconds)
        return await self._attempt(lambda redis: _added(redis, key, value, px), missing=True) is not False

    async def extend_if(self, key: str, value: bytes, *, ttl_seconds: float) -> None:
        """Keep this value, if it is the one stored, for so long from now."""
        px = _milliseconds(ttl_seconds)
        await self._attempt(lambda redis: _eval(redis, _EXTEND_IF, key, value, px))

    async def delete_if(self, key: str, value: bytes) -> None:
        """Forget this value, if it is the one stored."""
        await self._attempt(lambda redis: _eval(redis, _DELETE_IF, key, value))

    async def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _get_all(self, keys: Sequence[str]) -> Sequence[bytes | None]:
        found = await self._attempt(lambda redis: redis.mget(keys))
        return [value if isinstance(value, bytes) else None for value in found or [None] * len(keys)]

    async def _attempt(
        self, command: Callable[[Redis], Awaitable[T]], *, missing: T | None = None
    ) -> T | None:
        """Return Redis' answer, or what stands for a missing one."""
        if not self._may_try():
            return missing
        import redis.exceptions

        client = self._connected()
        try:
            async with asyncio.timeout(self._timeout_seconds):
                answer = await command(client)
        except redis.exceptions.ResponseError as error:
            # It is full, say, or holds another kind of value there; other commands may still be answered.
            logger.warning("Redis refused a command", extra={"failure": whereabouts(error)})
            self._retry_at = None
            return missing
        except (redis.exceptions.RedisError, OSError, TimeoutError) as error:
            self._pause(error)
            return missing
        self._retry_at = None
        return answer

    def _may_try(self) -> bool:
        """Whether to ask Redis; during an outage, only one call per pause is told so."""
        if self._retry_at is None:
            return True
        if self._clock.monotonic() < self._retry_at:
            return False
        self._retry_at = self._clock.monotonic() + self._pause_seconds
        return True

    def _pause(self, error: BaseException) -> None:
        if self._retry_at is None:
            logger.warning(
                "Redis does not answer: going on without the cache",
                extra={"pause_seconds": self._pause_seconds, "failure": whereabouts(error)},
            )
        self._retry_at = self._clock.monotonic() + self._pause_seconds

    def _connected(self) -> Redis:
        if self._client is None:
            self._client = _client(self._url, self._timeout_seconds)
        return self._client


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))


async def _added(redis: Redis, key: str, value: bytes, px: int) -> bool:
    return bool(await redis.set(key, value, px=px, nx=True))


async def _eval(redis: Redis, script: str, key: str, *arguments: bytes | int) -> object:
    """Run a script of one line on one key: too short, and too rare, to be sent by its digest."""
    answer: object = await redis.eval(script, 1, key, *arguments)
    return answer


def _is_redis_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # the port is no number
        return False
    return parts.scheme in _SCHEMES and port != 0


def _client(url: str, timeout_seconds: float) -> Redis:
    from redis.asyncio import BlockingConnectionPool, Redis
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    pool = BlockingConnectionPool.from_url(
        url,
        protocol=2,  # RESP3 begins with a HELLO, one more round trip per connection
        driver_info=None,  # no CLIENT SETINFO either
        health_check_interval=0,
        retry=Retry(NoBackoff(), 0),
        socket_timeout=timeout_seconds,
        socket_connect_timeout=timeout_seconds,
        max_connections=MAX_CONNECTIONS,
        timeout=timeout_seconds,
    )
    return Redis.from_pool(pool)
