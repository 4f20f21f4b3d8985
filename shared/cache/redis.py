"""The cache in Redis: at most one round trip per call, and a dead Redis is a cache that misses.

Reads that come while one is under way share the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shared.cache.redis_link import PAUSE_SECONDS, TIMEOUT_SECONDS, RedisLink
from shared.clock import Clock
from shared.coalescing import Coalescing

if TYPE_CHECKING:
    from redis.asyncio import Redis

_EXTEND_IF = "return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('PEXPIRE', KEYS[1], ARGV[2])"
_DELETE_IF = "return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('DEL', KEYS[1])"


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
        self._link = RedisLink(url, timeout_seconds=timeout_seconds, pause_seconds=pause_seconds, clock=clock)
        self._gets = Coalescing(self._get_all)

    async def get(self, key: str) -> bytes | None:
        """Return what is stored, or `None`, also when Redis doesn't answer in time."""
        return await self._gets(key)

    async def set(self, key: str, value: bytes, *, ttl_seconds: int) -> None:
        """Store for a while, or not at all."""
        if ttl_seconds > 0:
            await self._link.ask(lambda redis: redis.set(key, value, ex=ttl_seconds), missing=None)

    async def add(self, key: str, value: bytes, *, ttl_seconds: float) -> bool:
        """Store for a while unless something is stored; a Redis that doesn't answer has nothing stored."""
        px = _milliseconds(ttl_seconds)
        return await self._link.ask(lambda redis: _added(redis, key, value, px), missing=True)

    async def extend_if(self, key: str, value: bytes, *, ttl_seconds: float) -> None:
        """Keep this value, if it is the one stored, for so long from now."""
        px = _milliseconds(ttl_seconds)
        await self._link.ask(lambda redis: _eval(redis, _EXTEND_IF, key, value, px), missing=None)

    async def delete_if(self, key: str, value: bytes) -> None:
        """Forget this value, if it is the one stored."""
        await self._link.ask(lambda redis: _eval(redis, _DELETE_IF, key, value), missing=None)

    async def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        await self._link.close()

    async def _get_all(self, keys: Sequence[str]) -> Sequence[bytes | None]:
        found = await self._link.ask(lambda redis: redis.mget(keys), missing=None)
        return [value if isinstance(value, bytes) else None for value in found or [None] * len(keys)]


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))


async def _added(redis: Redis, key: str, value: bytes, px: int) -> bool:
    return bool(await redis.set(key, value, px=px, nx=True))


async def _eval(redis: Redis, script: str, key: str, *arguments: bytes | int) -> object:
    """Run a script of one line on one key: too short, and too rare, to be sent by its digest."""
    answer: object = await redis.eval(script, 1, key, *arguments)
    return answer
