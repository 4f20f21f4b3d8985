"""The port to the cache."""

from __future__ import annotations

from typing import Protocol


class Cache(Protocol):
    """Bytes under keys, for a while. Never raises: a cache that fails is a cache that misses."""

    async def get(self, key: str) -> bytes | None:
        """Return what is stored, or `None`, also when the cache doesn't answer in time."""
        ...

    async def get_or_add(self, key: str, value: bytes, *, ttl_seconds: float) -> bytes | None:
        """Return what is stored; if nothing is, store this value for a while and return `None`.

        So does a cache that doesn't answer, without storing anything.
        """
        ...

    async def set(self, key: str, value: bytes, *, ttl_seconds: int) -> None:
        """Store for a while, or not at all; what this cache is asked after it finds it stored."""
        ...

    async def add(self, key: str, value: bytes, *, ttl_seconds: float) -> bool:
        """Store for a while unless something is stored already.

        Returns:
            Whether nothing was, as far as is known: a cache that doesn't answer keeps nobody from going on.
        """
        ...

    async def extend_if(self, key: str, value: bytes, *, ttl_seconds: float) -> None:
        """Keep this value, if it is the one stored, for so long from now."""
        ...

    async def delete_if(self, key: str, value: bytes) -> None:
        """Forget this value, if it is the one stored."""
        ...
