"""Redis on a bad day: slow, dead, back again; and how little is said to it on a good one."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from typing import Protocol
from uuid import uuid4

import pytest

from shared.cache.layered import LayeredCache
from shared.cache.memory import MemoryCache
from shared.cache.redis import RedisCache
from shared.cache.redis_link import RedisLink
from shared.clock import ManualClock
from shared.errors import ConfigurationError

PAUSE_SECONDS = 5.0


class Wire(Protocol):
    """See conftest.py."""

    commands: list[str]
    connections: int
    packets: int
    delay_seconds: float
    url: str

    async def start(self) -> None: ...
    async def stop(self) -> None: ...


@pytest.fixture
def clock() -> ManualClock:
    """Lets pauses pass at once."""
    return ManualClock()


@pytest.fixture
async def link(wire: Wire, clock: ManualClock) -> AsyncIterator[RedisLink]:
    """A line behind the wire."""
    subject = RedisLink(wire.url, timeout_seconds=0.5, pause_seconds=PAUSE_SECONDS, clock=clock)
    yield subject
    await subject.close()


@pytest.fixture
def cache(link: RedisLink) -> RedisCache:
    """A cache behind the wire."""
    return RedisCache(link)


@pytest.fixture
def key() -> str:
    """A key that no other test uses."""
    return f"test:{uuid4()}"


async def test_a_call_is_one_command(cache: RedisCache, wire: Wire, key: str) -> None:
    """No greeting, no introduction, no ping: three calls are three commands on one connection."""
    await cache.get(key)
    await cache.set(key, b"\x01", ttl_seconds=60)
    await cache.get(key)
    assert [command for command in wire.commands if command != "EX"] == ["GET", "SET", "GET"]
    assert wire.connections == 1


async def test_a_dead_redis_is_a_miss_at_once(cache: RedisCache, wire: Wire, key: str) -> None:
    """Nothing is raised, whatever was stored."""
    await cache.set(key, b"value", ttl_seconds=60)
    await wire.stop()
    assert await cache.get(key) is None
    await cache.set(key, b"other", ttl_seconds=60)


async def test_a_slow_redis_costs_its_timeout_once(cache: RedisCache, wire: Wire, key: str) -> None:
    """Then it is left alone: the other calls miss without asking."""
    wire.delay_seconds = 2
    started = time.monotonic()
    assert [await cache.get(key) for _ in range(100)] == [None] * 100
    assert 0.45 < time.monotonic() - started < 25
    assert wire.commands == ["GET"]


async def test_it_is_used_again_after_the_pause(
    cache: RedisCache, wire: Wire, clock: ManualClock, key: str
) -> None:
    """Not before."""
    await cache.set(key, b"value", ttl_seconds=60)
    assert await cache.get(key) == b"value"
    await wire.stop()
    assert await cache.get(key) is None
    await wire.start()
    assert await cache.get(key) is None
    clock.advance(PAUSE_SECONDS)
    assert await cache.get(key) == b"value"
    assert await cache.get(key) == b"value"


async def test_one_call_at_a_time_finds_out(
    cache: RedisCache, wire: Wire, clock: ManualClock, key: str
) -> None:
    """After a pause a crowd must not wait for a Redis that is still slow."""
    wire.delay_seconds = 2
    await cache.get(key)
    wire.commands.clear()
    clock.advance(PAUSE_SECONDS)
    await asyncio.gather(*(cache.get(key) for _ in range(20)))
    assert wire.commands == ["GET"]


async def test_a_late_answer_is_nobody_elses(
    cache: RedisCache, wire: Wire, clock: ManualClock, key: str
) -> None:
    """A connection whose answer came too late is not used again: the next one would read the wrong answer."""
    await cache.set(key, b"mine", ttl_seconds=60)
    await cache.set(f"{key}:other", b"other", ttl_seconds=60)
    wire.delay_seconds = 0.8
    assert await cache.get(key) is None
    wire.delay_seconds = 0
    clock.advance(PAUSE_SECONDS)
    assert await cache.get(f"{key}:other") == b"other"


async def test_a_cancelled_call_leaves_no_answer_behind(cache: RedisCache, wire: Wire, key: str) -> None:
    """A job that is stopped in the middle of a call must not shift the answers of the next ones."""
    await cache.set(key, b"mine", ttl_seconds=60)
    await cache.set(f"{key}:other", b"other", ttl_seconds=60)
    wire.delay_seconds = 0.1
    call = asyncio.create_task(cache.get(key))
    await asyncio.sleep(0.05)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    wire.delay_seconds = 0
    assert await cache.get(f"{key}:other") == b"other"


async def test_an_outage_is_logged_once_and_without_keys(
    cache: RedisCache, wire: Wire, clock: ManualClock, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    """One line when it begins, however long it lasts."""
    await wire.stop()
    with caplog.at_level(logging.DEBUG, logger="shared"):
        for _ in range(3):
            await cache.get(key)
            clock.advance(PAUSE_SECONDS)
    assert len(caplog.records) == 1
    assert key not in str(caplog.records[0].__dict__)


async def test_a_refused_command_is_a_miss_and_no_outage(cache: RedisCache, wire: Wire, key: str) -> None:
    """Somebody else's list under our key; the other keys are still there."""
    from redis.asyncio import Redis

    other = Redis.from_url(wire.url)
    await other.rpush(key, "x")
    await other.aclose()
    await cache.set(f"{key}:other", b"other", ttl_seconds=60)
    assert await cache.get(key) is None
    assert await cache.get(f"{key}:other") == b"other"


async def test_reads_that_come_together_travel_together(cache: RedisCache, wire: Wire, key: str) -> None:
    """Each caller gets its own answer, whoever asked for it too."""
    await cache.set(key, b"value", ttl_seconds=60)
    await cache.get(key)
    wire.commands.clear()
    wire.packets = 0
    found = await asyncio.gather(cache.get(key), cache.get(f"{key}:none"), cache.get(key))
    assert [*found] == [b"value", None, b"value"]
    assert wire.commands == ["GET"] * 3
    assert wire.packets <= 2


async def test_a_crowd_shares_one_connection(cache: RedisCache, wire: Wire, key: str) -> None:
    """And nobody in it takes its own company for an outage."""
    await cache.set(key, b"value", ttl_seconds=60)
    assert await asyncio.gather(*(cache.get(key) for _ in range(200))) == [b"value"] * 200
    assert wire.connections == 1


@pytest.mark.parametrize(
    "url", ["", "localhost:6379", "http://localhost", "redis://localhost:port", "redis://[::1"]
)
def test_a_url_that_is_none_of_redis_is_refused_at_start(url: str) -> None:
    """Not at the first job; and the message does not quote it, for it may hold a password."""
    with pytest.raises(ConfigurationError, match="REDIS_URL must be"):
        RedisLink(url)


async def test_a_wrong_password_is_a_miss(wire: Wire, key: str) -> None:
    """The operator reads of it in the log; jobs go on without a cache."""
    link = RedisLink(wire.url.replace("redis://", "redis://nobody:wrong@"), timeout_seconds=5)
    assert await RedisCache(link).get(key) is None
    await link.close()


async def test_a_dead_redis_holds_nobody_back(cache: RedisCache, wire: Wire, key: str) -> None:
    """Whoever wants a lease may go on; giving it back does no harm."""
    await wire.stop()
    assert [await cache.add(key, b"lease", ttl_seconds=1) for _ in range(2)] == [True, True]
    await cache.extend_if(key, b"lease", ttl_seconds=1)
    await cache.delete_if(key, b"lease")


async def test_failure_15_a_dead_redis_leaves_what_the_process_knows(wire: Wire, key: str) -> None:
    """With 50 ms of waiting in all, however often it is asked."""
    clock = ManualClock()
    link = RedisLink(wire.url, clock=clock)
    layered = LayeredCache(RedisCache(link), MemoryCache(clock))
    await layered.set(key, b"value", ttl_seconds=60)
    wire.delay_seconds = 2
    started = time.monotonic()
    assert [await layered.get(key) for _ in range(200)] == [b"value"] * 200
    assert await layered.get(f"{key}:other") is None
    assert time.monotonic() - started < 5
    assert wire.commands.count("GET") <= 1
    await link.close()


async def test_opening_a_connection_may_take_its_time(
    wire: Wire, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Far away it takes longer than a command may; who needs it goes without, and the next one has it."""
    link = RedisLink(wire.url, timeout_seconds=0.3)
    redis = RedisCache(link)
    for opening in range(1, 3):
        wire.delay_seconds = 0.5
        await redis.set(f"{key}:{opening}", b"value", ttl_seconds=60)
        wire.delay_seconds = 0
        await asyncio.sleep(1)
        assert await redis.get(f"{key}:{opening}") == b"value", "no pause"
        await wire.stop()
        await asyncio.sleep(0.01)  # an idle connection is cut, and nobody minds
        await wire.start()
    assert not caplog.records
    await link.close()


async def test_a_busy_process_does_not_take_redis_for_slow(wire: Wire, key: str) -> None:
    """An answer that came while something else was being computed is an answer."""
    link = RedisLink(wire.url, timeout_seconds=0.5)
    redis = RedisCache(link)
    await redis.set(key, b"value", ttl_seconds=60)
    for _ in range(2):
        asking = asyncio.create_task(redis.get(key))
        await asyncio.sleep(0)
        time.sleep(0.8)  # noqa: ASYNC251 - the point
        assert await asking == b"value"
    await link.close()
