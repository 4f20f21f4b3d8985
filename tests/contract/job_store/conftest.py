"""The two stores of jobs, which run the same tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from shared.clock import ManualClock
from shared.persistence.memory import MemoryJobStore
from shared.persistence.postgres import PostgresJobStore
from tests.stores import Kept


@pytest.fixture(params=["memory", "postgres"])
async def kept(request: pytest.FixtureRequest) -> AsyncIterator[Kept]:
    """Each of the two in turn."""
    if request.param == "memory":
        clock = ManualClock()

        async def advance(seconds: float) -> None:
            clock.advance(seconds)

        yield Kept(MemoryJobStore(clock), advance)
        return
    store = PostgresJobStore(
        request.getfixturevalue("database_url"), pool_size=4, timeout_seconds=5, patience_seconds=5
    )
    await store.open()
    yield Kept(store, asyncio.sleep)
    await store.close()
