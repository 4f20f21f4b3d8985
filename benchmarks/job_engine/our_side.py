"""Our app on its host: every process it needs, broker and databases apart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import psycopg

from benchmarks.job_engine.processor import Run, Stopwatch, cpu_seconds, suspended
from benchmarks.job_engine.services import Services
from benchmarks.job_engine.traffic import conversations, envelopes, publish
from infra.local.process import ROOT, python_module, spawn

_TABLES = ("jobs", "job_history", "outbox", "ai_calls")


@dataclass(frozen=True, kw_only=True)
class HostSide:
    """The app on a running host."""

    pid: int
    services: Services

    def run(self, count: int) -> Run:
        """Let the host do that many jobs, found all at once in its subscription."""
        with psycopg.connect(self.services.database_url, autocommit=True) as database:
            forget(database)
            with suspended(self.pid):
                publish(self.services.broker, list(envelopes(count)))
            watch = Stopwatch(partial(cpu_seconds, self.pid), self.services.processes)
            watch.wait(count, partial(announced, database))
            return watch.read(count)


@contextmanager
def host_side(services: Services) -> Iterator[HostSide]:
    """Run the app on a host of its own, as quiet as its peer; every answer is cached."""
    argv = python_module("infra.local.host", "--root", str(ROOT), "--port", "0", "--log-level", "WARNING")
    with spawn(argv, directory=services.directory, name="host", environment=services.settings()) as hosted:
        side = HostSide(pid=hosted.pid, services=services)
        side.run(len(conversations()))
        yield side


def announced(database: psycopg.Connection[Any]) -> int:
    """Return how many jobs are completed and announced."""
    found = database.execute(
        "SELECT count(*) FROM huntaze_workers.jobs JOIN huntaze_workers.outbox USING (job_id)"
        " WHERE state = 'completed' AND sent_at IS NOT NULL"
    ).fetchone()
    return int(found[0]) if found else 0


def forget(database: psycopg.Connection[Any]) -> None:
    """Empty the tables, so that each round finds them alike."""
    database.execute(f"TRUNCATE {', '.join(f'huntaze_workers.{table}' for table in _TABLES)}")
