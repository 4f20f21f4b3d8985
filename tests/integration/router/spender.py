"""One worker process that spends: calls behind a budget, each recorded in the ledger after it is settled.

Says `ready` when connected, waits for a line, calls, and prints how many calls were made and refused.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from pathlib import Path

import psycopg

sys.path.insert(0, str(Path(__file__).parents[3]))

from shared.ai.accounts import Accounts
from shared.ai.budget import Budget, BudgetedChatModel
from shared.ai.port import (
    CacheScope,
    FinishReason,
    Message,
    ModelCall,
    ModelReply,
    ModelRequest,
    Role,
    Task,
    Usage,
)
from shared.ai.redis_spending import RedisSpendingStore
from shared.cache.redis_link import RedisLink
from shared.clock import SystemClock
from shared.errors import BudgetExceededError
from shared.persistence.postgres import PostgresJobStore

MOST_USD_MICROS = 1_000
USAGE = Usage(input_tokens=300, output_tokens=50)
RECORD = """
INSERT INTO huntaze_workers.ai_calls (job_id, epoch, attempt, creator_id, task, role, deployment,
    input_tokens, output_tokens, reasoning_tokens, cost_usd_micros)
VALUES ('job', 0, 0, %s, %s, %s, %s, 300, 50, 0, %s)
"""
TASK = Task(
    name="test.budget",
    prompt_version=1,
    role=Role.GENERATION,
    cache_scope=CacheScope.NONE,
    cache_ttl_seconds=0,
    max_output_tokens=100,
    temperature=0.5,
)


class Dear:
    """A model that takes a moment, and up to all that is held for it."""

    async def complete(self, request: ModelRequest) -> ModelReply:
        await asyncio.sleep(random.uniform(0, 0.02))  # noqa: S311 - not for secrets
        cost = random.randint(1, MOST_USD_MICROS)  # noqa: S311 - not for secrets
        call = ModelCall(task=TASK.name, role=TASK.role, deployment="dear", usage=USAGE, cost_usd_micros=cost)
        request.spent(call)
        await asyncio.sleep(random.uniform(0, 0.02))  # noqa: S311 - not for secrets
        return ModelReply(
            text="answer",
            deployment="dear",
            finish_reason=FinishReason.STOP,
            usage=USAGE,
            cost_usd_micros=cost,
        )


class Job:
    """One job: a call, and then its record."""

    def __init__(self, model: BudgetedChatModel, ledger: psycopg.AsyncConnection[tuple[object, ...]]) -> None:
        self._model = model
        self._ledger = ledger

    async def run(self) -> bool:
        """Return whether the budget allowed it."""
        calls: list[ModelCall] = []
        request = ModelRequest(
            task=TASK,
            creator_id=str(random.randint(1, 9)),  # noqa: S311 - not for secrets
            messages=(Message(role="user", text="Hello"),),
            deadline=time.monotonic() + 20,
            spent=calls.append,
        )
        try:
            await self._model.complete(request)
        except BudgetExceededError:
            return False
        for call in calls:
            row = (request.creator_id, call.task, call.role, call.deployment, call.cost_usd_micros)
            await self._ledger.execute(RECORD, row)
        return True


async def spend(redis_url: str, prefix: str, database_url: str, budget: int, calls: int) -> None:
    """Let the jobs run all at once, and report."""
    clock = SystemClock()
    # The machines that run this are busier than 50 ms and a second allow for: nobody is to count by itself.
    link = RedisLink(redis_url, timeout_seconds=10)
    store = PostgresJobStore(database_url, pool_size=2, timeout_seconds=10, patience_seconds=10)
    await store.open()
    counters = RedisSpendingStore(link, prefix=prefix)
    accounts = Accounts(counters, store, clock, ledger_timeout_seconds=10)
    model = BudgetedChatModel(
        Dear(),
        accounts,
        Budget(month_usd_micros=budget),
        most_usd_micros=lambda _: MOST_USD_MICROS,
        clock=clock,
    )
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as ledger:
        job = Job(model, ledger)
        print("ready", flush=True)  # noqa: T201 - the parent reads it
        await asyncio.to_thread(sys.stdin.readline)
        allowed = await asyncio.gather(*(job.run() for _ in range(calls)))
    print(json.dumps({"made": sum(allowed), "refused": calls - sum(allowed)}))  # noqa: T201 - the parent reads it
    await accounts.close()
    await link.close()
    await store.close()


if __name__ == "__main__":
    redis_url, prefix, database_url, budget, calls = sys.argv[1:]
    asyncio.run(spend(redis_url, prefix, database_url, int(budget), int(calls)))
