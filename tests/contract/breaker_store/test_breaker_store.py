"""What every store of circuits must do; Redis and the in-memory twin run the same tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from shared.ai.circuits import HEALTHY, BreakerStore, Circuit, CircuitState, MemoryBreakerStore
from shared.ai.failures import ModelFailure
from shared.ai.redis_circuits import RedisBreakerStore
from shared.cache.redis_link import RedisLink
from shared.clock import SystemClock

NAME = "DeepSeek-V3"
CLOCK = SystemClock()


@pytest.fixture(params=["memory", "redis"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[BreakerStore]:
    """Each store in turn."""
    if request.param == "memory":
        yield MemoryBreakerStore(CLOCK)
        return
    link = RedisLink(request.getfixturevalue("redis_url"), timeout_seconds=5)
    yield RedisBreakerStore(link, CLOCK, key=f"test:{uuid4()}")
    await link.close()


def _circuit(store: BreakerStore) -> Circuit:
    return store.known().get(NAME, HEALTHY)


def _state(store: BreakerStore) -> CircuitState:
    return _circuit(store).state(CLOCK.monotonic())


async def test_nothing_is_known_at_first(store: BreakerStore) -> None:
    """Which means that all are well."""
    await store.refresh()
    assert store.known() == {}
    assert _state(store) is CircuitState.CLOSED


async def test_failures_are_counted(store: BreakerStore) -> None:
    """Also those that come together."""
    await asyncio.gather(*(store.count(NAME, window_seconds=60) for _ in range(20)))
    assert (await store.count(NAME, window_seconds=60)).failures == 21
    assert _state(store) is CircuitState.CLOSED


async def test_old_failures_do_not_count(store: BreakerStore) -> None:
    """The count begins anew after a while without one."""
    await store.count(NAME, window_seconds=60)
    await asyncio.sleep(0.02)
    assert (await store.count(NAME, window_seconds=0.01)).failures == 1


async def test_an_open_circuit_half_opens_in_time(store: BreakerStore) -> None:
    """By itself."""
    assert await store.open(NAME, ModelFailure.UNAVAILABLE, seconds=0.5)
    assert _state(store) is CircuitState.OPEN
    assert _circuit(store).cause is ModelFailure.UNAVAILABLE
    await asyncio.sleep(0.55)
    assert _state(store) is CircuitState.HALF_OPEN


async def test_the_longer_opening_counts(store: BreakerStore) -> None:
    """Whichever came first; and only the first one opened it."""
    assert await store.open(NAME, ModelFailure.RATE_LIMITED, seconds=60)
    assert not await store.open(NAME, ModelFailure.RATE_LIMITED, seconds=1)
    assert 30 < _circuit(store).opens_in_seconds(CLOCK.monotonic()) <= 60.01
    assert not await store.open(NAME, ModelFailure.RATE_LIMITED, seconds=90)
    assert 61 < _circuit(store).opens_in_seconds(CLOCK.monotonic()) <= 90.01
    assert _circuit(store).openings == 3


async def test_a_missing_deployment_is_disabled(store: BreakerStore) -> None:
    """That is a state of its own: nothing suggests that it will pass."""
    await store.open(NAME, ModelFailure.GONE, seconds=86_400)
    assert _state(store) is CircuitState.DISABLED


async def test_one_probe_at_a_time(store: BreakerStore) -> None:
    """Of any number that want to, and only when it is time."""
    await store.open(NAME, ModelFailure.UNAVAILABLE, seconds=0.5)
    assert not await store.claim_probe(NAME, seconds=10)
    await asyncio.sleep(0.55)
    claims = await asyncio.gather(*(store.claim_probe(NAME, seconds=10) for _ in range(20)))
    assert claims.count(True) == 1
    await store.release_probe(NAME)
    assert await store.claim_probe(NAME, seconds=10)


async def test_a_dead_probe_is_replaced(store: BreakerStore) -> None:
    """Its worker may have died with it."""
    await store.open(NAME, ModelFailure.UNAVAILABLE, seconds=0)
    await asyncio.sleep(0.01)
    assert await store.claim_probe(NAME, seconds=0.05)
    await asyncio.sleep(0.06)
    assert await store.claim_probe(NAME, seconds=0.05)


async def test_a_healthy_deployment_needs_no_probe(store: BreakerStore) -> None:
    """There is nothing to find out."""
    assert not await store.claim_probe(NAME, seconds=10)
    await store.release_probe(NAME)
    assert store.known() == {}


async def test_closing_forgets(store: BreakerStore) -> None:
    """Failures and openings."""
    await store.count(NAME, window_seconds=60)
    await store.open(NAME, ModelFailure.UNAVAILABLE, seconds=60)
    await store.close(NAME, version=_circuit(store).version)
    assert store.known() == {}


async def test_a_late_success_closes_no_later_opening(store: BreakerStore) -> None:
    """The call began before; what it says is out of date."""
    await store.open(NAME, ModelFailure.RATE_LIMITED, seconds=60)
    await store.close(NAME, version=0)
    assert _state(store) is CircuitState.OPEN


async def test_nor_does_one_of_an_opening_before_the_last(store: BreakerStore) -> None:
    """Though it was closed in between, and each of the two was the first."""
    await store.open(NAME, ModelFailure.RATE_LIMITED, seconds=0)
    await asyncio.sleep(0.01)
    before = _circuit(store).version
    await store.close(NAME, version=before)
    await asyncio.sleep(0.002)
    await store.open(NAME, ModelFailure.RATE_LIMITED, seconds=60)
    await store.close(NAME, version=before)
    assert _state(store) is CircuitState.OPEN


async def test_an_open_circuit_can_be_hastened(store: BreakerStore) -> None:
    """Then it may be probed at once, and its history stays."""
    await store.open(NAME, ModelFailure.UNAVAILABLE, seconds=60)
    await store.hasten(NAME)
    assert _state(store) is CircuitState.HALF_OPEN
    assert _circuit(store).openings == 1
    await store.hasten("another")
    assert set(store.known()) == {NAME}


async def test_deployments_are_apart(store: BreakerStore) -> None:
    """One's illness is not another's."""
    await store.open(NAME, ModelFailure.UNAVAILABLE, seconds=60)
    await store.count("another", window_seconds=60)
    assert _state(store) is CircuitState.OPEN
    assert store.known()["another"].state(CLOCK.monotonic()) is CircuitState.CLOSED
