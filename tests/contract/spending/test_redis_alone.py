"""What is Redis' alone: how often it is asked, and what it costs when it does not answer."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from shared.ai.redis_spending import RedisSpendingStore
from shared.ai.spending import Wish, reservation
from shared.cache.redis_link import RedisLink

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
MONTH = "2026-11"
WISH = Wish(
    reservation_id="r",
    creator_id="123",
    at=NOW,
    expires_at=NOW + timedelta(seconds=60),
    most_usd_micros=(1_000,) * 3,
    budget_usd_micros=1_000_000,
    daily_shares=5.0,
)


@pytest.fixture
async def silent_url() -> AsyncIterator[str]:
    """A Redis that takes every connection, and never answers."""
    connections: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda _reader, writer: connections.append(writer), "127.0.0.1", 0)
    yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0"
    server.close()
    for connection in connections:
        connection.transport.abort()
    await server.wait_closed()


async def test_a_hold_and_a_settlement_are_one_command_each(redis_url: str) -> None:
    """Whatever they do inside."""
    link, observer = RedisLink(redis_url, timeout_seconds=5), Redis.from_url(redis_url)
    store = RedisSpendingStore(link, prefix=f"test:{uuid4()}")
    await store.reconcile(MONTH, ledger_usd_micros=0, at=NOW)
    await store.reserve(WISH)
    await store.settle(reservation(WISH, 1_000), paid_usd_micros=570, at=NOW)  # Redis knows the scripts now
    await observer.config_resetstat()
    await store.reserve(WISH)
    await store.settle(reservation(WISH, 1_000), paid_usd_micros=570, at=NOW)
    statistics = await observer.info("commandstats")
    assert statistics["cmdstat_evalsha"]["calls"] == 2
    assert "cmdstat_eval" not in statistics
    await observer.aclose()
    await link.close()


async def test_failure_15_a_silent_redis_costs_50_ms_once(
    silent_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """And one line in the log."""
    link = RedisLink(silent_url)
    store = RedisSpendingStore(link)
    started = time.monotonic()
    with caplog.at_level(logging.DEBUG, logger="shared"):
        assert [await store.reserve(WISH) for _ in range(400)] == [None] * 400
        await store.settle(reservation(WISH, 1_000), paid_usd_micros=570, at=NOW)
        assert await store.counted(MONTH) is None
        assert time.monotonic() - started < 10
        await asyncio.sleep(1.2)
    assert len(caplog.records) == 1
    await link.close()


async def test_a_refused_script_holds_nothing(redis_url: str) -> None:
    """And raises nothing: somebody else's key has our name, say."""
    link, other = RedisLink(redis_url, timeout_seconds=5), Redis.from_url(redis_url)
    prefix = f"test:{uuid4()}"
    await other.set(f"{prefix}:{{{MONTH}}}", "x")
    assert await RedisSpendingStore(link, prefix=prefix).reserve(WISH) is None
    await other.aclose()
    await link.close()


async def test_a_crowd_shares_round_trips(redis_url: str) -> None:
    """So that nobody in it takes its own queue for a slow Redis, and counts for itself."""
    link = RedisLink(redis_url, timeout_seconds=0.5)
    store = RedisSpendingStore(link, prefix=f"test:{uuid4()}")
    await store.reconcile(MONTH, ledger_usd_micros=0, at=NOW)
    await asyncio.sleep(1)  # the first connection may take its time
    await store.reconcile(MONTH, ledger_usd_micros=0, at=NOW)
    wishes = [replace(WISH, reservation_id=str(number), daily_shares=None) for number in range(600)]
    standings = await asyncio.gather(*map(store.reserve, wishes))
    assert [standing and standing.rung for standing in standings] == [0] * 600
    assert await store.counted(MONTH) == (0, 600_000)
    await link.close()
