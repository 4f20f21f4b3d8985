"""The cache's in-memory twin; also what a process without Redis uses."""

from __future__ import annotations

from shared.clock import Clock

#: Enough for a test or a laptop; a process must not grow for ever.
MAX_ENTRIES = 10_000


class MemoryCache:
    """A cache inside the process: the oldest entry leaves when it is full."""

    def __init__(self, clock: Clock, *, max_entries: int = MAX_ENTRIES) -> None:
        self._clock = clock
        self._max_entries = max_entries
        self._entries: dict[str, tuple[bytes, float]] = {}

    async def get(self, key: str) -> bytes | None:
        """Return what is stored and not yet expired."""
        return self._stored(key)

    async def set(self, key: str, value: bytes, *, ttl_seconds: int) -> None:
        """Store for a while; a time of no length stores nothing."""
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
            del self._entries[key]

    async def close(self) -> None:
        """Forget everything."""
        self._entries.clear()

    def _stored(self, key: str) -> bytes | None:
        value, expires_at = self._entries.get(key, (None, 0.0))
        if value is None or self._clock.monotonic() < expires_at:
            return value
        del self._entries[key]
        return None

    def _store(self, key: str, value: bytes, ttl_seconds: float) -> None:
        self._entries.pop(key, None)
        if ttl_seconds <= 0:
            return
        if len(self._entries) >= self._max_entries:
            del self._entries[next(iter(self._entries))]
        self._entries[key] = (value, self._clock.monotonic() + ttl_seconds)
