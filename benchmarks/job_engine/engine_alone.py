"""The engine without a host: deliveries from memory, everything else real.

In production .NET's host receives and settles; this is about what is left to Python.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import psycopg

from benchmarks.job_engine.our_side import forget
from benchmarks.job_engine.processor import Run, Stopwatch
from benchmarks.job_engine.services import Services
from benchmarks.job_engine.traffic import conversations, envelopes, message
from shared import bootstrap
from shared.contracts import JobType
from shared.messaging.delivery import Delivery
from shared.messaging.engine import Engine
from shared.messaging.worker import Worker
from shared.settings import Settings
from workers.chat_suggestions.handler import suggest
from workers.chat_suggestions.messages import ChatPayload, ChatResult

#: `maxConcurrentCalls` of host.json.
_CONCURRENCY = 16


@dataclass(frozen=True, kw_only=True)
class EngineSide:
    """The engine in this process; each run has an event loop of its own."""

    services: Services

    def run(self, count: int) -> Run:
        """Deliver that many jobs."""
        with psycopg.connect(self.services.database_url, autocommit=True) as database:
            forget(database)
        return asyncio.run(self._run(count))

    async def _run(self, count: int) -> Run:
        async with _composed(self.services) as (engine, worker):
            await _deliver(engine, worker, _deliveries(len(conversations()) * 4))
            deliveries = _deliveries(count)
            watch = Stopwatch(time.process_time, self.services.processes)
            await _deliver(engine, worker, deliveries)
            watch.lap()
            return watch.read(count)


async def _deliver(engine: Engine, worker: Worker[Any, Any], deliveries: Sequence[Delivery]) -> None:
    """Deliver as the host does: so many at a time."""
    left = iter(deliveries)

    async def one_slot() -> None:
        for delivery in left:
            await engine.deliver(delivery, worker)

    await asyncio.gather(*(one_slot() for _ in range(_CONCURRENCY)))


def _deliveries(count: int) -> list[Delivery]:
    return [
        Delivery(
            body=b"".join(message(envelope).body),
            subscription="chat-suggestions",
            message_id=envelope["jobId"],
            properties={name: envelope[name] for name in ("jobType", "jobId", "creatorId")},
        )
        for envelope in envelopes(count)
    ]


@asynccontextmanager
async def _composed(services: Services) -> AsyncIterator[tuple[Engine, Worker[Any, Any]]]:
    """Compose the app as its triggers do."""
    settings = Settings.model_validate({name.lower(): value for name, value in services.settings().items()})
    container = await bootstrap.build(settings)
    worker = Worker(
        job_type=JobType.CHAT_SUGGEST,
        payload=ChatPayload,
        result=ChatResult,
        handle=partial(suggest, model=container.chat_model),
    )
    try:
        yield container.engine, worker
    finally:
        await container.close()
