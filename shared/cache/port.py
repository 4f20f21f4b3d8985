"""The port to the cache."""

from __future__ import annotations

from typing import Protocol


class Cache(Protocol):
    """Bytes under keys, for a while. Never raises: a cache that fails is a cache that misses."""

    async def get(self, key: str) -> bytes | None:
        """Return what is stored, or `None`, also when the cache doesn't answer in time."""
        ...

    async def set(self, key: str, value: bytes, *, ttl_seconds: int) -> None:
        """Store for a while, or not at all."""
        ...
