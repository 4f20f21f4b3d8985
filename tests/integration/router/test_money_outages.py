"""Redis dies and comes back while money is being spent: nobody waits, and nothing is forgotten."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from infra.local import redis
from shared.ai.accounts import Accounts
from shared.ai.budget import Budget, BudgetedChatModel
from shared.ai.caching import CachedChatModel
from shared.ai.port import CacheScope, Message, ModelCall, ModelRequest, Role, Task
from shared.ai.redis_spending import RedisSpendingStore
from shared.ai.scripted import ScriptedChatModel
from shared.cache.layered import LayeredCache
from shared.cache.memory import MemoryCache
from shared.cache.redis import RedisCache
from shared.cache.redis_link import RedisLink
from shared.clock import SystemClock
from shared.errors import BudgetExceededError

COST_USD_MICROS = 570
TASK = Task(
    name="test.outage",
    prompt_version=1,
    role=Role.GENERATION,
    cache_scope=CacheScope.CREATOR,
    cache_ttl_seconds=600,
    max_output_tokens=100,
    temperature=0.5,
)


class Books:
    """The ledger: what the jobs recorded."""

    def __init__(self) -> None:
        self.calls: list[ModelCall] = []

    async def month_usd_micros(self, _: str) -> int:
        return sum(call.cost_usd_micros for call in self.calls)


class Worker:
    """A process' router, with a Redis of its own that can be killed."""

    def __init__(self, directory: Path, *, calls_in_budget: int) -> None:
        self._service = ExitStack()
        url = self._service.enter_context(redis.running(directory))
        clock = SystemClock()
        self.books = Books()
        self.link = RedisLink(url)
        self.cache = LayeredCache(RedisCache(self.link), MemoryCache(clock))
        self.accounts = Accounts(RedisSpendingStore(self.link), self.books, clock)
        self.script = ScriptedChatModel(itertools.repeat("answer"))
        budgeted = BudgetedChatModel(
            self.script,
            self.accounts,
            Budget(month_usd_micros=calls_in_budget * COST_USD_MICROS),
            most_usd_micros=lambda _: COST_USD_MICROS,
            clock=clock,
        )
        self.model = CachedChatModel(budgeted, self.cache, key=b"key")

    async def ask(self, question: str) -> bool:
        """Ask, and record; return whether it came from the cache."""
        request = ModelRequest(
            task=TASK,
            creator_id="123",
            messages=(Message(role="user", text=question),),
            deadline=time.monotonic() + 60,
            spent=self.books.calls.append,
        )
        return (await self.model.complete(request)).cached

    def kill_redis(self) -> None:
        self._service.close()

    async def close(self) -> None:
        await self.accounts.close()
        await self.link.close()


@pytest.fixture
async def worker(tmp_path: Path) -> AsyncIterator[Worker]:
    subject = Worker(tmp_path, calls_in_budget=30)
    yield subject
    await subject.close()
    subject.kill_redis()


async def test_without_redis_answers_and_the_budget_are_still_known(worker: Worker) -> None:
    """What the process has seen is served, new calls are counted on, and the cap holds; nobody waits."""
    for number in range(10):
        await worker.ask(f"before {number}")
    await asyncio.to_thread(worker.kill_redis)
    started = time.monotonic()
    for _ in range(20):
        assert [await worker.ask(f"before {number}") for number in range(10)] == [True] * 10
    assert [await worker.ask(f"after {number}") for number in range(20)] == [False] * 20
    with pytest.raises(BudgetExceededError):
        await worker.ask("too much")
    assert [await worker.ask(f"after {number}") for number in range(20)] == [True] * 20
    assert time.monotonic() - started < 8
    assert len(worker.script.requests) == 30
