"""The main run: thousands of jobs while hosts are killed and every service fails, then the count."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from itertools import cycle
from multiprocessing.context import ForkServerProcess
from typing import Any

import psycopg
from cryptography.fernet import Fernet

from proof.accounts import Records, account
from proof.children import child, died_otherwise, end
from proof.clients import Producer, asked_for, consume
from proof.endpoints import registered
from proof.plans import Deaths, Plan, Run
from proof.world import PostgresServer, World
from shared.messaging.points import Point
from shared.webhooks.port import Endpoint
from tests.chaos import webhook_hosting
from tests.chaos.hosting import MODEL_LOG, Death, run_host
from tests.webhook_receiver import Receiver, receiving

CREATORS = 50
#: A host that has not come to its point by then is killed where it stands.
_PATIENCE_SECONDS = 8.0
#: How long hosts live while the last messages are waited for.
_LATER_SECONDS = 20.0
#: Hosts that die at a named point; the others die at any moment.
_NAMED_SHARE = 0.5

Tell = Callable[[str], None]


async def run(plan: Plan, world: World, tell: Tell) -> Run:
    """Publish, kill and break until the plan is fulfilled; then let all come to rest, and count."""
    with receiving(moody=20) as receiver:
        chaos = await _Chaos.begun(plan, world, receiver, tell)
        async with chaos.consuming():
            await chaos.play()
            return await chaos.counted()


class _Chaos:
    """One run under way."""

    def __init__(
        self, plan: Plan, world: World, receiver: Receiver, endpoints: Mapping[str, Endpoint], key: str
    ) -> None:
        self._plan = plan
        self._world = world
        self._receiver = receiver
        self._endpoints = endpoints
        self._tell: Tell = lambda _text: None
        self._began = time.monotonic()
        self._jobs = asked_for(seed=plan.seed, count=plan.jobs, creators=CREATORS)
        self._deaths = Deaths()
        self._timeline: list[tuple[float, int, int]] = []
        directory = world.directory
        self._producer = Producer(directory / "producer.jsonl", _chance(plan.seed, "producer"))
        self._consumed, self._called = directory / "consumer.jsonl", directory / "model.log"
        self._environment = {
            **world.environment,
            MODEL_LOG: str(self._called),
            "WEBHOOK_SECRETS_KEYS": key,
            "WEBHOOK_LOCAL_ORIGINS": receiver.origin,
        }
        self._over = False
        self._published = False

    @classmethod
    async def begun(cls, plan: Plan, world: World, receiver: Receiver, tell: Tell) -> _Chaos:
        """Give some creators endpoints, and be ready."""
        key = Fernet.generate_key().decode()
        endpoints = await registered(world.server.url, receiver.origin, key)
        chaos = cls(plan, world, receiver, endpoints, key)
        chaos._tell = tell
        return chaos

    @asynccontextmanager
    async def consuming(self) -> AsyncIterator[None]:
        """Have a consumer of events, in a process of its own."""
        process = child(consume, self._world.connection, "metrics", str(self._consumed))
        process.start()
        try:
            yield
        finally:
            await asyncio.to_thread(end, process)

    async def play(self) -> None:
        """Kill and break while jobs come in, then let unharmed hosts bring everything to its end."""
        faults = asyncio.create_task(self._break_services())
        watching = asyncio.create_task(self._watch())
        slots = [asyncio.create_task(self._kill_hosts(number)) for number in range(self._plan.hosts)]
        slots.append(asyncio.create_task(self._kill_webhooks()))
        try:
            await self._publish()
            self._published = True
            await asyncio.gather(*slots)
            self._over = True
            await faults
            await self._settle()
        finally:
            for task in (faults, watching, *slots):
                task.cancel()
            await asyncio.gather(faults, watching, *slots, return_exceptions=True)

    async def counted(self) -> Run:
        """Compare all records."""
        plan, producer = self._plan, self._producer
        records = Records(
            database_url=self._world.server.url,
            journals=self._world.bus.journals,
            consumer=self._consumed,
            model=self._called,
            heard=self._receiver.heard,
            endpoints=self._endpoints,
        )
        accounts = await asyncio.to_thread(
            account, producer.acknowledged, producer.unknown, producer.attempted, records
        )
        return Run(
            plan=plan,
            accounts=accounts,
            deaths=self._deaths.at,
            faults=self._world.faults,
            seconds=time.monotonic() - self._began,
            published=producer.sent,
            duplicates=producer.duplicated,
            doubtful=producer.doubtful,
            evicted_keys=await self._world.evicted_keys(),
            commits_hit=self._world.commits_hit,
            timeline=self._timeline,
        )

    async def _publish(self) -> None:
        """Publish wave after wave, each when its share of the kills is done; kill the broker in between.

        The local broker forgets everything when it dies, which Service Bus does not: it is killed only when
        every message has been delivered once, so that the store knows all jobs. What is in flight then
        (retries, follow-ups, leases, events) is the engine's to recover.
        """
        plan, size = self._plan, -(-len(self._jobs) // self._plan.waves)
        broker_dies = {
            round((n + 1) * plan.waves / (plan.broker_kills + 1)) for n in range(plan.broker_kills)
        }
        for wave in range(plan.waves):
            while self._kills < plan.kills * wave // plan.waves and not self._late:  # noqa: ASYNC110 - of others
                await asyncio.sleep(0.1)
            await self._producer.publish(self._world.connection, self._jobs[wave * size : (wave + 1) * size])
            if wave + 1 in broker_dies and wave + 1 < plan.waves:
                await self._kill_broker()

    async def _kill_broker(self) -> None:
        """Kill it once the store knows every job that it was given; not at all if that takes too long."""
        query = "SELECT count(*) FROM huntaze_workers.jobs WHERE job_id = ANY(%s)"
        while not self._late:
            ids = list(self._producer.acknowledged)
            row = await asyncio.to_thread(_ask, self._world.server, query, ids)
            if row and row[0] == len(ids):
                await self._world.kill_broker()
                self._world.count("broker killed, empty again")
                return
            await asyncio.sleep(0.3)

    async def _kill_hosts(self, slot: int) -> None:
        """Run one host after another, each until it is killed, at a named point or at any moment."""
        chance = _chance(self._plan.seed, f"slot {slot}")
        points = [point for point in Point for _ in range(3)]
        chance.shuffle(points)
        endless = cycle(points)
        while self._goes_on:
            if self._enough:
                death, patience = None, _LATER_SECONDS
            elif chance.random() < _NAMED_SHARE:
                death, patience = Death(next(endless), chance.randint(1, 8)), _PATIENCE_SECONDS
            else:
                death, patience = None, chance.uniform(1.0, 4.0)
            process = child(run_host, self._environment, death, "as it is")
            await self._live_and_die(process, death.point if death else "at random", patience)

    async def _kill_webhooks(self) -> None:
        """The same for the host of webhooks."""
        chance = _chance(self._plan.seed, "webhooks")
        for point in cycle(webhook_hosting.POINTS):
            if not self._goes_on:
                return
            death = webhook_hosting.Death(point, chance.randint(1, 20))
            process = child(webhook_hosting.run_host, self._environment, death)
            patience = _LATER_SECONDS if self._enough else chance.uniform(4, 9)
            await self._live_and_die(process, f"webhook {point}", patience)

    async def _live_and_die(self, process: ForkServerProcess, where: str, patience: float) -> None:
        process.start()
        await asyncio.to_thread(process.join, patience)
        reached = process.exitcode is not None
        await asyncio.to_thread(end, process)
        if reached and died_otherwise(process):
            where = "ended by itself"
        self._deaths.at[where if reached or where == "at random" else "elsewhere"] += 1

    async def _break_services(self) -> None:
        """Break one thing after another, in an order that the seed chose."""
        chance, world = _chance(self._plan.seed, "faults"), self._world
        faults: list[tuple[str, Callable[[], Awaitable[None]]]] = [
            ("PostgreSQL crashed", world.crash_postgres),
            ("PostgreSQL crashed in a COMMIT", world.crash_postgres_in_commit),
            ("Redis away for 3 s", partial(world.lose_redis, 3)),
            ("Redis 200 ms slow for 4 s", partial(world.slow_redis, 4)),
            ("broker connections cut", world.cut_broker),
            ("broker away for 2 s", partial(world.lose_broker, 2)),
        ]
        await world.starve_redis()
        world.count("Redis limited to 1 MB, allkeys-lru")
        chance.shuffle(faults)
        for name, inject in cycle(faults):
            await asyncio.sleep(chance.uniform(*self._plan.fault_every_seconds))
            if self._over:
                return
            await inject()
            world.count(name)

    async def _settle(self) -> None:
        self._tell("settling")
        hosts = [child(run_host, self._environment, None, "as it is") for _ in range(self._plan.hosts)]
        hosts.append(child(webhook_hosting.run_host, self._environment, None))
        for process in hosts:
            process.start()
        try:
            until = time.monotonic() + self._plan.settle_seconds
            while time.monotonic() < until and not await asyncio.to_thread(self._quiet):  # noqa: ASYNC110 - it is asked
                await asyncio.sleep(0.3)
            await asyncio.sleep(2)
        finally:
            for process in hosts:
                await asyncio.to_thread(end, process)

    def _quiet(self) -> bool:
        query = """
            SELECT (SELECT count(*) FROM huntaze_workers.jobs WHERE job_id = ANY(%s) AND due_at IS NULL),
                   (SELECT count(*) FROM huntaze_workers.jobs WHERE due_at IS NOT NULL),
                   (SELECT count(*) FROM huntaze_workers.outbox WHERE sent_at IS NULL),
                   (SELECT count(*) FROM huntaze_workers.webhook_deliveries WHERE state <> 'delivered')
        """
        ids = list(self._producer.acknowledged)
        return _ask(self._world.server, query, ids) == (len(ids), 0, 0, 0)

    async def _watch(self) -> None:
        """Draw how far it is, and keep it for the page."""
        query = "SELECT count(*) FROM huntaze_workers.jobs WHERE due_at IS NULL"
        while True:
            row = await asyncio.to_thread(_ask, self._world.server, query)
            if row:
                seconds = round(time.monotonic() - self._began, 1)
                self._timeline.append((seconds, row[0], self._kills))
                self._tell(
                    f"{row[0]:,} jobs ended, {self._kills} kills, {sum(self._world.faults.values())} faults"
                )
            await asyncio.sleep(1)

    @property
    def _kills(self) -> int:
        return self._deaths.total

    @property
    def _enough(self) -> bool:
        """Say whether as many have died as were to; hosts live longer then, until all is published."""
        return self._kills >= self._plan.kills

    @property
    def _goes_on(self) -> bool:
        return not self._late and not (self._enough and self._published)

    @property
    def _late(self) -> bool:
        return time.monotonic() - self._began > self._plan.most_seconds


def _chance(seed: int, purpose: str) -> random.Random:
    return random.Random(f"{seed} {purpose}")  # noqa: S311 - a seed makes a run repeatable


def _ask(server: PostgresServer, query: str, *parameters: object) -> tuple[Any, ...] | None:
    """Ask the database past its proxy; `None` while it is down."""
    try:
        with psycopg.connect(server.url, connect_timeout=3) as connection:
            return connection.execute(query, parameters).fetchone()
    except psycopg.OperationalError:
        return None
