"""What is the memory cache's alone; what all caches share is tested in tests/contract/cache."""

from __future__ import annotations

from shared.cache.memory import MemoryCache
from shared.clock import ManualClock


async def test_entries_expire() -> None:
    """At their time, not after it."""
    clock = ManualClock()
    cache = MemoryCache(clock)
    await cache.set("key", b"value", ttl_seconds=10)
    clock.advance(9.9)
    assert await cache.get("key") == b"value"
    clock.advance(0.1)
    assert await cache.get("key") is None


async def test_the_oldest_leaves_when_it_is_full() -> None:
    """A process must not grow for ever; writing an entry again makes it young."""
    cache = MemoryCache(ManualClock(), max_entries=2)
    for key in ("a", "b", "a", "c"):
        await cache.set(key, b"value", ttl_seconds=10)
    assert [await cache.get(key) is not None for key in ("a", "b", "c")] == [True, False, True]


async def test_closing_forgets() -> None:
    """Like a Redis that is gone."""
    cache = MemoryCache(ManualClock())
    await cache.set("key", b"value", ttl_seconds=10)
    await cache.close()
    assert await cache.get("key") is None
