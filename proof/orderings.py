"""The test of the test: four orderings that look right and are not, through the same harness and checker.

Each is run under the fault that it can't stand, and so is the engine as it is. The index that forbids a
second terminal state is dropped first, so that it is the ordering that is tried, not its safety net.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from signal import SIGCONT, SIGSTOP

import psycopg

from proof.accounts import Accounts, Records, account
from proof.children import child
from proof.clients import Asked, Producer
from proof.world import World
from shared.messaging.points import Point
from tests.chaos.hosting import Death, Kind, run_host
from tests.chaos.scenario import LEASE_SECONDS

AS_IT_IS = "as it is"


@dataclass(frozen=True, kw_only=True)
class Trial:
    """An ordering and what it can't stand."""

    ordering: str
    fault: str
    kind: Kind
    death: Death | None
    hosts: int
    #: One of these is what the checker has to say of it.
    breaks: frozenset[str]


TRIALS = (
    Trial(
        ordering="check then act",
        fault="each message twice, two hosts",
        kind=Kind.SLOW,
        death=None,
        hosts=2,
        breaks=frozenset({"duplicated"}),
    ),
    Trial(
        ordering="no fence",
        fault="an owner stopped (SIGSTOP) beyond its lease",
        kind=Kind.ORDINARY,
        death=Death(Point.HANDLED, 1, SIGSTOP),
        hosts=1,
        breaks=frozenset({"duplicated"}),
    ),
    Trial(
        ordering="publish after commit",
        fault="SIGKILL after the commit",
        kind=Kind.ORDINARY,
        death=Death(Point.RECORDED, 3),
        hosts=1,
        breaks=frozenset({"unannounced"}),
    ),
    Trial(
        ordering="delete on exception",
        fault="jobs that fail for good",
        kind=Kind.HOPELESS,
        death=None,
        hosts=1,
        breaks=frozenset({"lost"}),
    ),
)


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What the checker says of an ordering."""

    trial: Trial
    ordering: str
    accounts: Accounts

    @property
    def broken(self) -> list[str]:
        """The promises that it broke."""
        return self.accounts.broken

    @property
    def found(self) -> bool:
        """Say whether the checker is right: it names the break, or finds nothing to say of the engine."""
        broken = set(self.broken)
        return not broken if self.ordering == AS_IT_IS else bool(broken & self.trial.breaks)


async def judged(world: World, *, seed: int, quick: bool = False, jobs: int = 12) -> Sequence[Judged]:
    """Run every trial, broken and as it is; of the latter, a sample has that of a stale owner only."""
    with psycopg.connect(world.server.url, autocommit=True) as connection:
        connection.execute("DROP INDEX IF EXISTS huntaze_workers.one_terminal_state_per_epoch")
    return [
        await _run(world, trial, ordering, seed=seed * 100 + number * 10 + broken, jobs=jobs)
        for number, trial in enumerate(TRIALS)
        for broken, ordering in enumerate((AS_IT_IS, trial.ordering))
        if broken or not quick or trial.death == Death(Point.HANDLED, 1, SIGSTOP)
    ]


async def _run(world: World, trial: Trial, ordering: str, *, seed: int, jobs: int) -> Judged:
    asked = [Asked(job_id=f"job_{seed}_{number}", kind=trial.kind, creator_id="1") for number in range(jobs)]
    log = world.directory / f"producer-{seed}.jsonl"
    producer = Producer(log, random.Random(seed), duplicates=1.0)  # noqa: S311 - a seed makes a run repeatable
    hosts = [_host(world, trial.death, ordering) for _ in range(trial.hosts)]
    await producer.publish(world.bus.connection, asked)
    successor = None
    if trial.death:
        await _until_struck(hosts[0], trial.death)
        successor = _host(world, None, ordering)
        await asyncio.sleep(3 * LEASE_SECONDS)
        if trial.death.signal == SIGSTOP and hosts[0].pid:
            os.kill(hosts[0].pid, SIGCONT)
    ids = {job.job_id for job in asked}
    await _until_over(world, ids, within_seconds=15 if ordering == AS_IT_IS or trial.death else 8)
    await asyncio.sleep(1.5)
    for process in filter(None, (*hosts, successor)):
        process.kill()
        await asyncio.to_thread(process.join)
    accounts = await asyncio.to_thread(_account, world, ids)
    return Judged(trial=trial, ordering=ordering, accounts=accounts)


def _host(world: World, death: Death | None, ordering: str) -> ForkServerProcess:
    process = child(run_host, world.environment, death, ordering)
    process.start()
    return process


async def _until_struck(process: ForkServerProcess, death: Death, *, within_seconds: float = 60) -> None:
    """Wait until a host is dead, or stopped."""
    until = asyncio.get_running_loop().time() + within_seconds
    while asyncio.get_running_loop().time() < until and process.is_alive():
        if death.signal == SIGSTOP and process.pid and stopped(process.pid):
            return
        await asyncio.sleep(0.05)


def stopped(pid: int) -> bool:
    """Say whether a process is stopped by a signal."""
    with open(f"/proc/{pid}/stat") as file:  # noqa: PTH123 - a file of the kernel
        return file.read().rpartition(")")[2].split()[0] == "T"


async def _until_over(world: World, ids: set[str], *, within_seconds: float) -> None:
    query = """
        SELECT (SELECT count(*) FROM huntaze_workers.jobs WHERE job_id = ANY(%(ids)s) AND due_at IS NULL),
               (SELECT count(*) FROM huntaze_workers.outbox WHERE job_id = ANY(%(ids)s) AND sent_at IS NULL)
    """
    until = asyncio.get_running_loop().time() + within_seconds
    while asyncio.get_running_loop().time() < until:
        with psycopg.connect(world.server.url) as connection:
            if connection.execute(query, {"ids": list(ids)}).fetchone() == (len(ids), 0):
                return
        await asyncio.sleep(0.2)


def _account(world: World, ids: set[str]) -> Accounts:
    records = Records(
        database_url=world.server.url,
        journals=world.bus.journals,
        consumer=world.directory / "no-consumer.jsonl",
        model=world.directory / "no-model.log",
    )
    return account(ids, (), ids, records, only=ids)
