"""What both sides stand on: one PostgreSQL, one Redis, one broker, one simulated model."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.job_engine.processor import descendant
from infra.local import broker, model_simulator, postgres, redis
from shared.persistence.migrations import upgrade

#: How their commands are recognised.
_PROGRAMS = {"postgres": "postgres", "redis": "redis-server", "broker": "infra.local.broker"}


@dataclass(frozen=True, kw_only=True)
class Services:
    """Where everything is."""

    directory: Path
    database_url: str
    redis_url: str
    broker: str
    model: model_simulator.Endpoint
    #: The processes whose work is told, but not counted as the worker's.
    processes: Mapping[str, int]

    def settings(self) -> dict[str, str]:
        """Return the app settings of our side."""
        return {
            "SERVICEBUS_CONNECTION": self.broker,
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "AZURE_AI_ENDPOINT": self.model.url,
            "AZURE_AI_KEY": self.model.key,
        }


@contextmanager
def services() -> Iterator[Services]:
    """Start them all. PostgreSQL does not wait for the disk: that would only slow down who waits for it."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="huntaze-bench-")))
        directory.chmod(0o711)
        database_url = stack.enter_context(postgres.running(directory, durable=False))
        upgrade(database_url)
        yield Services(
            directory=directory,
            database_url=database_url,
            redis_url=stack.enter_context(redis.running(directory)),
            broker=stack.enter_context(broker.running(directory)),
            model=stack.enter_context(model_simulator.running(directory, latency_ms=0)),
            processes={name: descendant(word) for name, word in _PROGRAMS.items()},
        )
