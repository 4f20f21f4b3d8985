"""Circuits between processes, and without Redis."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from shared.ai.circuits import HEALTHY, CircuitState
from shared.ai.failures import ModelFailure
from shared.ai.redis_circuits import RedisBreakerStore
from shared.cache.redis_link import RedisLink
from shared.clock import ManualClock, SystemClock
from tests.contract.cache.conftest import Wire

NAME = "DeepSeek-V3"


@pytest.fixture
async def wire(redis_url: str) -> AsyncIterator[Wire]:
    """A wire to the session's Redis."""
    subject = Wire(int(redis_url.rpartition(":")[2].partition("/")[0]))
    await subject.start()
    yield subject
    await subject.stop()


@pytest.fixture
def key() -> str:
    """Circuits that no other test uses."""
    return f"test:{uuid4()}"


@pytest.fixture
def clock() -> ManualClock:
    """Lets pauses pass at once."""
    return ManualClock()


@pytest.fixture
async def store(wire: Wire, key: str, clock: ManualClock) -> AsyncIterator[RedisBreakerStore]:
    """A worker's store, connected."""
    link = RedisLink(wire.url, clock=clock)
    subject = RedisBreakerStore(link, clock, key=key)
    await subject.refresh()
    await asyncio.sleep(0.2)
    wire.commands.clear()
    yield subject
    await link.close()


@pytest.fixture
async def other(redis_url: str, key: str) -> AsyncIterator[RedisBreakerStore]:
    """Another worker's."""
    link = RedisLink(redis_url, timeout_seconds=5)
    yield RedisBreakerStore(link, SystemClock(), key=key)
    await link.close()


async def test_what_one_worker_finds_out_all_know_within_a_second(
    store: RedisBreakerStore, other: RedisBreakerStore, clock: ManualClock
) -> None:
    """Without having asked that deployment themselves."""
    await other.open(NAME, ModelFailure.RATE_LIMITED, seconds=30)
    clock.advance(1)
    await store.refresh()
    assert store.known()[NAME].state(clock.monotonic()) is CircuitState.OPEN
    assert 15 < store.known()[NAME].opens_in_seconds(clock.monotonic()) <= 30.01


async def test_fresh_knowledge_is_not_asked_for(
    store: RedisBreakerStore, wire: Wire, clock: ManualClock
) -> None:
    """A thousand calls a second are one command."""
    clock.advance(1)
    await asyncio.gather(*(store.refresh() for _ in range(1_000)))
    assert wire.commands.count("EVALSHA") == 1


async def test_only_one_worker_probes(store: RedisBreakerStore, other: RedisBreakerStore) -> None:
    """Whichever comes first."""
    await other.open(NAME, ModelFailure.UNAVAILABLE, seconds=0)
    await asyncio.sleep(0.01)
    await store.count("another", window_seconds=60)
    claims = await asyncio.gather(*(one.claim_probe(NAME, seconds=9) for one in (store, other)))
    assert sorted(claims) == [False, True]


@pytest.mark.parametrize("outage", ["dead", "slow"])
async def test_without_redis_each_process_goes_on_by_itself(
    store: RedisBreakerStore,
    wire: Wire,
    clock: ManualClock,
    caplog: pytest.LogCaptureFixture,
    outage: str,
) -> None:
    """It costs 50 ms once, and one line in the log."""
    if outage == "dead":
        await wire.stop()
    else:
        wire.delay_seconds = 3
    clock.advance(1)
    began = time.monotonic()
    with caplog.at_level(logging.DEBUG, logger="shared"):
        for _ in range(400):
            await store.refresh()
        assert await store.open(NAME, ModelFailure.UNAVAILABLE, seconds=5)
        assert not await store.claim_probe(NAME, seconds=9)
        assert time.monotonic() - began < 10
        clock.advance(5)
        assert await store.claim_probe(NAME, seconds=9)
        await store.close(NAME, version=store.known()[NAME].version)
        await asyncio.sleep(1.1)
    assert store.known().get(NAME, HEALTHY).openings == 0
    assert len(caplog.records) == 1


async def test_open_circuits_are_told_when_redis_is_back(
    store: RedisBreakerStore, other: RedisBreakerStore, wire: Wire, clock: ManualClock
) -> None:
    """A 429 met during the outage still binds everybody."""
    await wire.stop()
    clock.advance(1)
    await store.open(NAME, ModelFailure.RATE_LIMITED, seconds=60)
    await wire.start()
    clock.advance(6)
    await store.refresh()
    async with asyncio.timeout(30):
        while NAME not in other.known():
            await asyncio.sleep(0.1)
            await other.refresh()
    assert other.known()[NAME].state(SystemClock().monotonic()) is CircuitState.OPEN
    assert store.known()[NAME].state(clock.monotonic()) is CircuitState.OPEN


async def test_a_wrong_password_is_no_redis(wire: Wire, clock: ManualClock) -> None:
    """The operator reads of it; calls go on."""
    url = wire.url.replace("redis://", "redis://nobody:wrong@")
    link = RedisLink(url, timeout_seconds=5)
    store = RedisBreakerStore(link, clock)
    await store.refresh()
    assert await store.open(NAME, ModelFailure.UNAVAILABLE, seconds=5)
    await link.close()
