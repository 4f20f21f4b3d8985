"""A small world for one fault: hosts, jobs and the count."""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from subprocess import DEVNULL

import psycopg

from proof import world
from proof.accounts import Accounts, Records, account
from proof.children import child, end
from proof.clients import Asked, Producer
from proof.parts import Setting
from proof.world import World
from tests.chaos.following import SUFFIX
from tests.chaos.hosting import CLOCK_SKEW_SECONDS, Death, Kind, run_host

_PATIENCE_SECONDS = 120.0
_DUPLICATES = 0.2


@dataclass(frozen=True, kw_only=True)
class Observed:
    """What a fault did."""

    fault: str
    #: Of the list; empty if none.
    promise: str
    good: bool
    told: str
    accounts: Accounts | None = None
    #: What is said of the promise; `None` where a busy machine says nothing about the code.
    holds: bool | None = True


def timed(fault: str, promise: str, told: str, *, met: bool) -> Observed:
    """Judge what depends on how fast the machine is."""
    busy = os.getloadavg()[0] > (os.cpu_count() or 1)
    if not met and busy:
        told += "; the machine is too busy to say more"
    return Observed(
        fault=fault, promise=promise, good=met or busy, told=told, holds=met or (None if busy else False)
    )


class Scene:
    """Hosts, jobs and the count of one fault."""

    def __init__(self, services: World, seed: int) -> None:
        self.world = services
        self._seed = seed
        self._asked: list[Asked] = []
        self._hosts: list[ForkServerProcess] = []
        self._programs: list[asyncio.subprocess.Process] = []
        chance = random.Random(seed)  # noqa: S311 - a seed makes a run repeatable
        self._producer = Producer(services.directory / "producer.jsonl", chance, duplicates=_DUPLICATES)

    def start(self, death: Death | None = None, **settings: str) -> ForkServerProcess:
        """Start a host."""
        process = child(run_host, {**self.world.environment, **settings}, death, "as it is")
        process.start()
        self._hosts.append(process)
        return process

    async def skewed(self, seconds: int, library: str | None) -> asyncio.subprocess.Process:
        """Start a host whose clock is wrong: all of it with libfaketime, or else what the app asks."""
        settings, environment = dict(self.world.environment), dict(os.environ)
        if library:
            fake = {"LD_PRELOAD": library, "FAKETIME": f"{seconds:+d}s", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
            environment.update(fake)
        else:
            settings[CLOCK_SKEW_SECONDS] = str(seconds)
        command = (sys.executable, "-m", "proof.host_process", json.dumps(settings))
        process = await asyncio.create_subprocess_exec(
            *command, env=environment, stdout=DEVNULL, stderr=DEVNULL
        )
        self._programs.append(process)
        return process

    async def publish(self, kind: Kind, count: int, *, duplicates: float = _DUPLICATES) -> None:
        """Publish jobs of a kind, some of them twice."""
        first = len(self._asked)
        jobs = [
            Asked(job_id=f"job_{self._seed}_{first + number}", kind=kind, creator_id="1")
            for number in range(count)
        ]
        self._asked += jobs
        self._producer.duplicates = duplicates
        await self._producer.publish(self.world.bus.connection, jobs)

    async def running(self, count: int) -> None:
        """Wait until so many jobs are claimed."""
        query = "SELECT count(*) FROM huntaze_workers.jobs WHERE state = 'running'"
        until = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < until:
            with psycopg.connect(self.world.server.url) as connection:
                row = connection.execute(query).fetchone()
            if row and row[0] >= count:
                return
            await asyncio.sleep(0.1)

    async def over(self, *, most_seconds: float = _PATIENCE_SECONDS) -> bool:
        """Wait until nothing is left to do; say whether it came to that."""
        until = time.monotonic() + most_seconds
        while not (done := await asyncio.to_thread(self._quiet)) and time.monotonic() < until:  # noqa: ASYNC110 - the database is asked
            await asyncio.sleep(0.2)
        return done

    async def observed(self, fault: str, promise: str) -> Observed:
        """Wait for the end, and count."""
        over = await self.over()
        await asyncio.sleep(1)
        accounts = await asyncio.to_thread(self._account)
        told = (
            f"{accounts.acknowledged} jobs: {accounts.lost} lost, {accounts.duplicated} doubled,"
            f" {accounts.unannounced} events missing, {accounts.unexpected} unexpected"
        )
        good = over and not accounts.broken
        return Observed(fault=fault, promise=promise, good=good, told=told, accounts=accounts, holds=good)

    async def end(self) -> None:
        """Kill every host that is left."""
        for process in self._hosts:
            await asyncio.to_thread(end, process)
        for program in self._programs:
            with suppress(ProcessLookupError):
                program.kill()
            await program.wait()

    def _quiet(self) -> bool:
        query = """
            SELECT (SELECT count(*) FROM huntaze_workers.jobs WHERE job_id = ANY(%s) AND due_at IS NULL),
                   (SELECT count(*) FROM huntaze_workers.jobs WHERE due_at IS NOT NULL),
                   (SELECT count(*) FROM huntaze_workers.outbox WHERE sent_at IS NULL)
        """
        ids = [job.job_id for job in self._asked]
        ids += [f"{job.job_id}.{SUFFIX}" for job in self._asked if job.kind is Kind.FOLLOWED]
        with psycopg.connect(self.world.server.url) as connection:
            return connection.execute(query, [ids]).fetchone() == (len(ids), 0, 0)

    def _account(self) -> Accounts:
        directory, ids = self.world.directory, {job.job_id for job in self._asked}
        records = Records(
            database_url=self.world.server.url,
            journals=self.world.bus.journals,
            consumer=directory / "no-consumer.jsonl",
            model=directory / "no-model.log",
        )
        return account(ids, (), ids, records)


@asynccontextmanager
async def scene_of(setting: Setting, name: str, *, lock: str = "PT5S") -> AsyncIterator[Scene]:
    """Have a world of one's own for as long as the block lasts."""
    async with world.running(setting.directory / name, lock=lock) as services:
        scene = Scene(services, setting.seed)
        try:
            yield scene
        finally:
            await scene.end()


def lock_table(database_url: str, seconds: float) -> None:
    """Keep everybody from the table of jobs for a while."""
    with psycopg.connect(database_url) as connection:
        connection.execute("LOCK TABLE huntaze_workers.jobs IN ACCESS EXCLUSIVE MODE")
        time.sleep(seconds)
