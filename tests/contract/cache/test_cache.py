"""What every cache must do; Redis and the in-memory twin run the same tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TypeAlias
from uuid import uuid4

import pytest

from shared.cache.layered import LayeredCache
from shared.cache.memory import MemoryCache
from shared.cache.port import Cache
from shared.cache.redis import RedisCache
from shared.cache.redis_link import RedisLink
from shared.clock import SystemClock

AnyCache: TypeAlias = MemoryCache | RedisCache | LayeredCache


@pytest.fixture
async def link(redis_url: str) -> AsyncIterator[RedisLink]:
    """A patient line to Redis."""
    subject = RedisLink(redis_url, timeout_seconds=5)
    yield subject
    await subject.close()


@pytest.fixture(params=["memory", "redis", "layered"])
def cache(request: pytest.FixtureRequest, link: RedisLink) -> Cache:
    """Each cache in turn."""
    subject: AnyCache = MemoryCache(SystemClock())
    if request.param != "memory":
        redis = RedisCache(link)
        subject = redis if request.param == "redis" else LayeredCache(redis, subject)
    return subject


@pytest.fixture
def key() -> str:
    """A key that no other test uses."""
    return f"test:{uuid4()}"


async def test_what_was_never_stored_is_missing(cache: Cache, key: str) -> None:
    """A miss is `None`."""
    assert await cache.get(key) is None


@pytest.mark.parametrize("value", [b"", b"value", b"\x00\xff\r\n", b"x" * 200_000])
async def test_bytes_come_back_as_they_went(cache: Cache, key: str, value: bytes) -> None:
    """Whatever they are."""
    await cache.set(key, value, ttl_seconds=60)
    assert await cache.get(key) == value


async def test_the_last_value_counts(cache: Cache, key: str) -> None:
    """Storing again replaces."""
    await cache.set(key, b"one", ttl_seconds=60)
    await cache.set(key, b"two", ttl_seconds=60)
    assert await cache.get(key) == b"two"


async def test_values_expire(cache: Cache, key: str) -> None:
    """After their time."""
    await cache.set(key, b"value", ttl_seconds=1)
    await asyncio.sleep(1.1)
    assert await cache.get(key) is None


@pytest.mark.parametrize("ttl_seconds", [0, -1])
async def test_no_time_at_all_stores_nothing(cache: Cache, key: str, ttl_seconds: int) -> None:
    """It is no error either."""
    await cache.set(key, b"value", ttl_seconds=ttl_seconds)
    assert await cache.get(key) is None


async def test_many_at_once_do_not_mix(cache: Cache) -> None:
    """Each answer belongs to its own question."""
    keys = [f"test:{uuid4()}" for _ in range(40)]
    await asyncio.gather(*(cache.set(key, key.encode(), ttl_seconds=60) for key in keys))
    assert await asyncio.gather(*map(cache.get, keys)) == [key.encode() for key in keys]


async def test_it_is_usable_after_close(cache: Cache, link: RedisLink, key: str) -> None:
    """Closing lets go of connections, not of the promise to answer."""
    await link.close()
    await cache.set(key, b"value", ttl_seconds=60)
    assert await cache.get(key) == b"value"


async def test_only_the_first_is_added(cache: Cache, key: str) -> None:
    """Of a crowd, one; and what it added stays."""
    added = await asyncio.gather(
        *(cache.add(key, str(number).encode(), ttl_seconds=60) for number in range(10))
    )
    assert sum(added) == 1
    assert await cache.get(key) == str(added.index(True)).encode()


async def test_who_finds_nothing_leaves_something(cache: Cache, key: str) -> None:
    """In one step: of a crowd one does, and all others find it."""
    found = await asyncio.gather(
        *(cache.get_or_add(key, str(number).encode(), ttl_seconds=60) for number in range(10))
    )
    assert found.count(None) == 1
    left = str(found.index(None)).encode()
    assert {value for value in found if value is not None} == {left}
    assert await cache.get(key) == left


async def test_what_was_left_expires_and_is_left_again(cache: Cache, key: str) -> None:
    """An owner that died holds nobody up for long."""
    assert await cache.get_or_add(key, b"mine", ttl_seconds=0.2) is None
    await asyncio.sleep(0.3)
    assert await cache.get_or_add(key, b"theirs", ttl_seconds=60) is None
    assert await cache.get(key) == b"theirs"


async def test_what_was_added_expires_unless_it_is_extended(cache: Cache, key: str) -> None:
    """By its owner, who knows the value, and by nobody else."""
    await cache.add(key, b"mine", ttl_seconds=1.0)
    await cache.add(f"{key}:theirs", b"theirs", ttl_seconds=1.0)
    await cache.extend_if(key, b"mine", ttl_seconds=60)
    await cache.extend_if(f"{key}:theirs", b"mine", ttl_seconds=60)
    await cache.extend_if(f"{key}:none", b"mine", ttl_seconds=60)
    await asyncio.sleep(1.1)
    assert await cache.get(key) == b"mine"
    assert await cache.get(f"{key}:theirs") is None
    assert await cache.get(f"{key}:none") is None
    assert await cache.add(f"{key}:theirs", b"next", ttl_seconds=60)


async def test_only_the_owner_deletes(cache: Cache, key: str) -> None:
    """A lease that has passed to another is the other's."""
    await cache.add(key, b"theirs", ttl_seconds=60)
    await cache.delete_if(key, b"mine")
    assert await cache.get(key) == b"theirs"
    await cache.delete_if(key, b"theirs")
    assert await cache.get(key) is None
    await cache.delete_if(key, b"theirs")


async def test_an_answer_takes_its_leases_place(cache: Cache, key: str) -> None:
    """With the answer's own time to live."""
    await cache.add(key, b"lease", ttl_seconds=0.2)
    await cache.set(key, b"answer", ttl_seconds=60)
    await asyncio.sleep(0.3)
    assert await cache.get(key) == b"answer"
