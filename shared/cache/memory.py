"""The cache's in-memory twin; also what a process has when it has no Redis."""

from __future__ import annotations

from shared.clock import Clock

#: A few thousand answers: little beside the memory that an instance of the app has.
MAX_BYTES = 8 * 1024 * 1024
#: What Python needs for an entry besides its key and value.
_OVERHEAD_BYTES = 250


class MemoryCache:
    """Bytes in the process, so many and no more: what was not asked for the longest leaves first."""

    def __init__(self, clock: Clock, *, max_bytes: int = MAX_BYTES) -> None:
        self._clock = clock
        self._max_bytes = max_bytes
        self._bytes = 0
        self._entries: dict[str, tuple[bytes, float]] = {}

    async def get(self, key: str) -> bytes | None:
        """Return what is stored and not yet expired."""
        return self._stored(key)

    async def get_or_add(self, key: str, value: bytes, *, ttl_seconds: float) -> bytes | None:
        """Return what is stored; if nothing is, store this value for a while and return `None`."""
        found = self._stored(key)
        if found is None:
            self._store(key, value, ttl_seconds)
        return found

    async def set(self, key: str, value: bytes, *, ttl_seconds: int) -> None:
        """Store for a while; a time of no length stores nothing, and so does a value that has no room."""
        self._store(key, value, ttl_seconds)

    async def add(self, key: str, value: bytes, *, ttl_seconds: float) -> bool:
        """Store for a while unless something is stored already."""
        if self._stored(key) is not None:
            return False
        self._store(key, value, ttl_seconds)
        return True

    async def extend_if(self, key: str, value: bytes, *, ttl_seconds: float) -> None:
        """Keep this value, if it is the one stored, for so long from now."""
        if self._stored(key) == value:
            self._store(key, value, ttl_seconds)

    async def delete_if(self, key: str, value: bytes) -> None:
        """Forget this value, if it is the one stored."""
        if self._stored(key) == value:
            self._forget(key)

    async def close(self) -> None:
        """Forget everything."""
        self._entries.clear()
        self._bytes = 0

    def _stored(self, key: str) -> bytes | None:
        value, expires_at = self._entries.get(key, (None, 0.0))
        if value is None:
            return None
        self._entries[key] = self._entries.pop(key)  # now it is the one asked for last
        if self._clock.monotonic() < expires_at:
            return value
        self._forget(key)
        return None

    def _store(self, key: str, value: bytes, ttl_seconds: float) -> None:
        self._forget(key)
        size = _size(key, value)
        if ttl_seconds <= 0 or size > self._max_bytes:
            return
        while self._bytes + size > self._max_bytes:
            self._forget(next(iter(self._entries)))
        self._entries[key] = (value, self._clock.monotonic() + ttl_seconds)
        self._bytes += size

    def _forget(self, key: str) -> None:
        value, _ = self._entries.pop(key, (None, 0.0))
        if value is not None:
            self._bytes -= _size(key, value)


def _size(key: str, value: bytes) -> int:
    return len(key) + len(value) + _OVERHEAD_BYTES
