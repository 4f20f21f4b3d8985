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


async def test_what_was_not_asked_for_the_longest_leaves_when_it_is_full() -> None:
    """A process must not grow for ever; writing an entry or reading it makes it young."""
    cache = MemoryCache(ManualClock(), max_bytes=1_000)
    for key in ("a", "b", "c", "a"):
        await cache.set(key, b"v" * 80, ttl_seconds=10)
    await cache.get("b")
    await cache.set("d", b"v" * 80, ttl_seconds=10)
    assert [await cache.get(key) is not None for key in ("a", "b", "c", "d")] == [True, True, False, True]


async def test_what_has_no_room_is_not_stored() -> None:
    """And does not drive out all that has; what it replaces is gone."""
    cache = MemoryCache(ManualClock(), max_bytes=1_000)
    await cache.set("a", b"v", ttl_seconds=10)
    await cache.set("b", b"v", ttl_seconds=10)
    await cache.set("b", b"v" * 1_000, ttl_seconds=10)
    assert [await cache.get(key) for key in ("a", "b")] == [b"v", None]


async def test_room_is_found_again() -> None:
    """However an entry left."""
    clock = ManualClock()
    cache = MemoryCache(clock, max_bytes=1_000)
    for number in range(100):
        key = str(number % 7)
        await cache.set(key, b"v" * (number % 300), ttl_seconds=1 + number % 5)
        await cache.delete_if(str(number % 3), b"v" * (number % 300))
        clock.advance(number % 2)
        await cache.get(str(number % 5))
    clock.advance(10)
    for key in "0123456":
        await cache.get(key)
    assert cache._bytes == 0


async def test_closing_forgets() -> None:
    """Like a Redis that is gone."""
    cache = MemoryCache(ManualClock())
    await cache.set("key", b"value", ttl_seconds=10)
    await cache.close()
    assert await cache.get("key") is None
