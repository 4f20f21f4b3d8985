"""The cache in Redis: at most one round trip per call, and a dead Redis is a cache that misses."""

from __future__ import annotations

import asyncio

from shared.cache.redis_link import RedisLink, Script

_GET_OR_ADD = Script(
    "local value = redis.call('GET', KEYS[1])"
    " if not value then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end"
    " return value"
)
_EXTEND_IF = Script(
    "return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('PEXPIRE', KEYS[1], ARGV[2])"
)
_DELETE_IF = Script("return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('DEL', KEYS[1])")


class RedisCache:
    """Bytes under keys in Redis."""

    def __init__(self, link: RedisLink) -> None:
        self._link = link

    async def get(self, key: str) -> bytes | None:
        """Return what is stored, or `None`, also when Redis doesn't answer in time."""
        return _bytes(await self._link.ask("GET", key, missing=None))

    async def get_or_add(self, key: str, value: bytes, *, ttl_seconds: float) -> bytes | None:
        """Return what is stored; if nothing is, store this value and return `None`."""
        try:
            found = await self._link.run(
                _GET_OR_ADD, (key,), (value, _milliseconds(ttl_seconds)), missing=None
            )
        except asyncio.CancelledError:
            self._link.tell_script(_DELETE_IF, (key,), (value,))  # nobody knows that it is there
            raise
        return _bytes(found)

    async def set(self, key: str, value: bytes, *, ttl_seconds: int) -> None:
        """Store for a while, or not at all; nobody waits for it, and who asks us after it finds it."""
        if ttl_seconds > 0:
            self._link.tell("SET", key, value, "EX", ttl_seconds)

    async def add(self, key: str, value: bytes, *, ttl_seconds: float) -> bool:
        """Store for a while unless something is stored; a Redis that doesn't answer has nothing stored."""
        px = _milliseconds(ttl_seconds)
        return await self._link.ask("SET", key, value, "PX", px, "NX", missing=True) is not None

    async def extend_if(self, key: str, value: bytes, *, ttl_seconds: float) -> None:
        """Keep this value, if it is the one stored, for so long from now."""
        await self._link.run(_EXTEND_IF, (key,), (value, _milliseconds(ttl_seconds)), missing=None)

    async def delete_if(self, key: str, value: bytes) -> None:
        """Forget this value, if it is the one stored."""
        self._link.tell_script(_DELETE_IF, (key,), (value,))


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))


def _bytes(found: object) -> bytes | None:
    return found if isinstance(found, bytes) else None
