"""Celery workers, and the measuring of them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import psycopg
import redis

from benchmarks.job_engine.processor import Run, Stopwatch, cpu_seconds, suspended
from benchmarks.job_engine.services import Services
from benchmarks.job_engine.traffic import conversations, envelopes
from infra.local.process import spawn

#: One worker process each; the best of them is the peer.
POOLS = {
    "prefork": ("--pool=prefork", "--concurrency=1", "--prefetch-multiplier=64"),
    "threads": ("--pool=threads", "--concurrency=8", "--prefetch-multiplier=8"),
    "solo": ("--pool=solo", "--prefetch-multiplier=64"),
}
_COMMON = ("--loglevel=WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat")
_RESULT = {
    "suggestions": [
        {
            "text": f"A reply of about the usual length, number {number} of three.",
            "tone": "warm",
            "intent": "reply",
        }
        for number in range(3)
    ],
    "language": "en",
    "model": "DeepSeek-V3",
    "cached": True,
}


@dataclass(frozen=True, kw_only=True)
class CelerySide:
    """A running worker."""

    pid: int
    queue: str
    services: Services

    def run(self, count: int) -> Run:
        """Let the worker do that many jobs, found all at once in its queue."""
        from benchmarks.job_engine import celery_tasks

        with psycopg.connect(self.services.database_url, autocommit=True) as database:
            database.execute("TRUNCATE peer.jobs")
            with suspended(self.pid), celery_tasks.app.producer_or_acquire() as producer:
                for envelope in envelopes(count):
                    celery_tasks.suggest.apply_async((envelope,), queue=self.queue, producer=producer)
            watch = Stopwatch(partial(cpu_seconds, self.pid), self.services.processes)
            watch.wait(count, partial(_done, database))
            return watch.read(count)


@contextmanager
def celery_side(services: Services, pool: str) -> Iterator[CelerySide]:
    """Run a worker of one kind; its cached answers are in Redis."""
    environment = {"DATABASE_URL": services.database_url, "REDIS_URL": services.redis_url}
    os.environ.update(environment)  # the tasks' module reads them, here and in the worker
    _prepare(services)
    queue = f"chat-suggestions-{pool}"
    argv = [sys.executable, "-m", "celery", "-A", "benchmarks.job_engine.celery_tasks", "worker"]
    with spawn(
        [*argv, *_COMMON, *POOLS[pool], f"--queues={queue}", f"--hostname={pool}@%h"],
        directory=services.directory,
        name=f"celery-{pool}",
        environment=environment,
    ) as worker:
        yield CelerySide(pid=worker.pid, queue=queue, services=services)


def _prepare(services: Services) -> None:
    from benchmarks.job_engine import celery_tasks

    with psycopg.connect(services.database_url, autocommit=True) as database:
        database.execute(celery_tasks.SCHEMA)
    with redis.Redis.from_url(services.redis_url) as cache:
        for content in conversations():
            name = celery_tasks.answer_key(content["creatorId"], content["payload"])
            cache.set(name, json.dumps(_RESULT))


def _done(database: psycopg.Connection[tuple[int]]) -> int:
    found = database.execute("SELECT count(*) FROM peer.jobs WHERE state = 'completed'").fetchone()
    return found[0] if found else 0
