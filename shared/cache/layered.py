"""A shared cache with one of the process's own behind it, for when the shared one doesn't answer.

Written is to both, read from the shared one first; so a read costs no more round trips than before, and while
Redis is away the process still knows what it has written itself.
"""

from __future__ import annotations

from shared.cache.port import Cache


class LayeredCache:
    """A shared cache, and one of the process's own that knows what this process wrote."""

    def __init__(self, shared: Cache, own: Cache) -> None:
        self._shared = shared
        self._own = own

    async def get(self, key: str) -> bytes | None:
        """Return what the shared cache has, or else what the process has."""
        value = await self._shared.get(key)
        return value if value is not None else await self._own.get(key)

    async def get_or_add(self, key: str, value: bytes, *, ttl_seconds: float) -> bytes | None:
        """Return what the shared cache has, or else what the process has, or else store in the shared one."""
        found = await self._shared.get_or_add(key, value, ttl_seconds=ttl_seconds)
        if found is None and (found := await self._own.get(key)) is not None:
            await self._shared.delete_if(key, value)
        return found

    async def set(self, key: str, value: bytes, *, ttl_seconds: int) -> None:
        """Store in both."""
        await self._own.set(key, value, ttl_seconds=ttl_seconds)
        await self._shared.set(key, value, ttl_seconds=ttl_seconds)

    async def add(self, key: str, value: bytes, *, ttl_seconds: float) -> bool:
        """Store for a while in the shared cache, unless something is stored there."""
        return await self._shared.add(key, value, ttl_seconds=ttl_seconds)

    async def extend_if(self, key: str, value: bytes, *, ttl_seconds: float) -> None:
        """Keep this value in the shared cache, if it is the one stored, for so long from now."""
        await self._shared.extend_if(key, value, ttl_seconds=ttl_seconds)

    async def delete_if(self, key: str, value: bytes) -> None:
        """Forget this value in both, where it is the one stored."""
        await self._own.delete_if(key, value)
        await self._shared.delete_if(key, value)
