"""PostgreSQL, Redis and a broker of a run's own, each behind a proxy, and the ways in which they fail."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL, SIGQUIT
from typing import Any

import psycopg
from redis.asyncio import Redis

from infra.local import postgres, redis
from infra.local.broker import PRODUCTION_TOPOLOGY
from infra.local.process import free_port, python_module, spawn
from shared.persistence.migrations import upgrade
from tests.chaos.scenario import HASTE
from tests.integration.engine.proxy import Proxy

_CRASH_IN_COMMIT_MS = 60
#: For the answers themselves; the clients' buffers need some, too.
_REDIS_BYTES = 1 << 20
#: What only the request has that records a job's outcome.
RECORDS = b'"next_attempt":'


class PostgresServer:
    """A PostgreSQL that keeps its promises (fsync on), and can be crashed; each start listens elsewhere."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._running = ExitStack()
        self.url = ""

    def start(self) -> None:
        """Start it on the data it left; it recovers first."""
        self.url = self._running.enter_context(postgres.running(self._directory))

    def crash(self) -> None:
        """Let it end where it stands, as `pg_ctl stop -m immediate` does."""
        pid = (self._directory / "postgres" / "postmaster.pid").read_text().split()[0]
        os.kill(int(pid), SIGQUIT)
        self._running.close()

    def stop(self) -> None:
        """End it in order."""
        self._running.close()

    def dwell_in_commits(self, milliseconds: int) -> None:
        """Let every commit wait before it is flushed, so that a crash falls into one; 0 undoes it."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"ALTER SYSTEM SET commit_delay = {milliseconds * 1000:d}")
            connection.execute("ALTER SYSTEM SET commit_siblings = 0")
            connection.execute("SELECT pg_reload_conf()")


class BrokerServer:
    """A broker that can be killed; it forgets its messages then, so each life has a journal of its own."""

    def __init__(self, directory: Path, *, lock: str = "PT5S") -> None:
        self._directory = directory
        self._running = ExitStack()
        self._port = free_port()
        self._pid = 0
        self.connection = ""
        self.journals: list[Path] = []
        self._topology = directory / "topology.json"
        self._topology.write_text(json.dumps(_hasty_topology(lock)))

    def start(self) -> None:
        """Start it, empty, where it was before."""
        self.journals.append(self._directory / f"journal-{len(self.journals)}.jsonl")
        arguments = ("--port", str(self._port), "--topology", str(self._topology))
        argv = python_module("infra.local.broker", *arguments, "--log", str(self.journals[-1]))
        service = self._running.enter_context(spawn(argv, directory=self._directory, name="broker"))
        self._pid, self.connection = service.pid, str(service.ready["SERVICEBUS_CONNECTION"])

    def kill(self) -> None:
        """Kill it where it stands."""
        os.kill(self._pid, SIGKILL)
        self._running.close()

    def stop(self) -> None:
        """End it in order."""
        self._running.close()

    @property
    def endpoint(self) -> str:
        """Where it listens, as a URL."""
        return self.connection.partition("Endpoint=")[2].partition(";")[0]


@dataclass
class World:
    """The services of one run and the proxies in front of them."""

    directory: Path
    server: PostgresServer
    bus: BrokerServer
    postgres: Proxy
    redis: Proxy
    broker: Proxy
    #: Past its proxy.
    redis_url: str
    #: How often each fault was injected.
    faults: dict[str, int] = field(default_factory=dict)
    #: How often a record's answer was cut off by a crash in its commit.
    commits_hit: int = 0

    @property
    def connection(self) -> str:
        """The broker's connection string, through its proxy."""
        return self.bus.connection.replace(self.bus.endpoint, self.broker.url)

    @property
    def environment(self) -> dict[str, str]:
        """What a host is told."""
        return {
            **HASTE,
            "SERVICEBUS_CONNECTION": self.connection,
            "DATABASE_URL": f"{self.postgres.url}?sslmode=disable",
            "REDIS_URL": self.redis.url,
            "AZURE_AI_ENDPOINT": "http://127.0.0.1:9/models",
            "AZURE_AI_KEY": "unused",
            "FUNCTIONS_KEY": "unused",
            "DATABASE_TIMEOUT_SECONDS": "5",
            "DATABASE_PATIENCE_SECONDS": "20",
        }

    async def crash_postgres(self) -> None:
        """Crash PostgreSQL and let it recover."""
        await asyncio.to_thread(self.server.crash)
        await asyncio.to_thread(self.server.start)
        self.postgres.retarget(self.server.url)
        await asyncio.to_thread(self.server.dwell_in_commits, 0)

    async def crash_postgres_in_commit(self) -> None:
        """Crash it while outcomes of jobs wait in their commits."""
        await asyncio.to_thread(self.server.dwell_in_commits, _CRASH_IN_COMMIT_MS)
        self.postgres.watched, self.postgres.seen = RECORDS, asyncio.Event()
        with suppress(TimeoutError):
            await asyncio.wait_for(self.postgres.seen.wait(), 5)
            await asyncio.sleep(_CRASH_IN_COMMIT_MS / 2_000)
            self.commits_hit += 1
        await self.crash_postgres()

    async def lose_redis(self, seconds: float) -> None:
        """Let nobody reach Redis for a while."""
        self.redis.refusing = True
        self.redis.cut()
        await asyncio.sleep(seconds)
        self.redis.refusing = False

    async def slow_redis(self, seconds: float, *, delay_seconds: float = 0.2) -> None:
        """Let each answer of Redis take its time for a while."""
        self.redis.delay_seconds = delay_seconds
        await asyncio.sleep(seconds)
        self.redis.delay_seconds = 0.0

    async def starve_redis(self) -> None:
        """Give Redis one megabyte more than it needs for itself: it forgets what was not used for longest."""
        async with Redis.from_url(self.redis_url) as client:
            used = int((await client.info("memory"))["used_memory"])
            await client.config_set("maxmemory-policy", "allkeys-lru")
            await client.config_set("maxmemory", used + _REDIS_BYTES)

    async def evicted_keys(self) -> int:
        """Return how much Redis had to forget."""
        async with Redis.from_url(self.redis_url) as client:
            return int((await client.info("stats"))["evicted_keys"])

    async def cut_broker(self) -> None:
        """Break every connection to the broker."""
        self.broker.cut()

    async def lose_broker(self, seconds: float) -> None:
        """Let nobody reach the broker for a while."""
        self.broker.refusing = True
        self.broker.cut()
        await asyncio.sleep(seconds)
        self.broker.refusing = False

    async def kill_broker(self) -> None:
        """Kill the broker and start it, empty."""
        await asyncio.to_thread(self.bus.kill)
        await asyncio.to_thread(self.bus.start)

    def count(self, fault: str) -> None:
        """Note that a fault was injected."""
        self.faults[fault] = self.faults.get(fault, 0) + 1


@asynccontextmanager
async def running(directory: Path, *, lock: str = "PT5S") -> AsyncIterator[World]:
    """Run the services for as long as the block lasts.

    Args:
        directory: where their data and logs go; PostgreSQL's own user has to be able to enter it.
        lock: how long the broker's locks are, as an ISO 8601 duration.
    """
    await asyncio.to_thread(directory.mkdir, parents=True, exist_ok=True)
    server, bus = PostgresServer(directory), BrokerServer(directory, lock=lock)
    async with AsyncExitStack() as stack:
        stack.callback(server.stop)
        stack.callback(bus.stop)
        await asyncio.to_thread(server.start)
        await asyncio.to_thread(upgrade, server.url)
        await asyncio.to_thread(bus.start)
        redis_url = stack.enter_context(redis.running(directory))
        targets = (server.url, redis_url, bus.endpoint)
        near, cache, broker = [
            await stack.enter_async_context(Proxy(target).listening()) for target in targets
        ]
        yield World(
            directory=directory,
            server=server,
            bus=bus,
            postgres=near,
            redis=cache,
            broker=broker,
            redis_url=redis_url,
        )


def _hasty_topology(lock: str) -> Mapping[str, Any]:
    """Return production's topology with short locks, and patience for what is killed again and again."""
    topology: Mapping[str, Any] = json.loads(PRODUCTION_TOPOLOGY.read_text())
    hasty = {"LockDuration": lock, "MaxDeliveryCount": 10, "DefaultMessageTimeToLive": "PT1H"}
    for topic in topology["UserConfig"]["Namespaces"][0]["Topics"]:
        for subscription in topic["Subscriptions"]:
            subscription["Properties"].update(hasty)
    return topology
