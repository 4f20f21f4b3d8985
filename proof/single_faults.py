"""Part 2: one fault at a time, each with its own small world, and what the checker says."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from signal import SIGCONT, SIGSTOP

import psycopg

from proof import app_faults, world
from proof.orderings import stopped
from proof.parts import Part, Promise, Setting
from proof.scene import Observed, lock_table, scene_of, timed
from shared.messaging.points import Point
from tests.chaos.hosting import NO_RENEWAL, Death, Kind
from tests.chaos.scenario import LEASE_SECONDS

_SKEW_SECONDS = 600
_FAKETIME = (
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
)
_PATIENCE_SECONDS = 120.0
#: Production's.
_MAX_CLAIMS = 4


async def single_faults(setting: Setting) -> Part:
    """Inject one fault after another."""
    observed = []
    for number, inject in enumerate(_FAULTS):
        setting.tell(f"{inject.__doc__} ({number + 1} of {len(_FAULTS)})")
        observed.append(await inject(setting))
    rows: list[Sequence[str]] = [("fault", "what the checker says", "as it should")]
    rows += [(each.fault, each.told, "yes" if each.good else "NO") for each in observed]
    return Part(
        name="faults",
        title="One fault at a time",
        good=all(each.good for each in observed),
        tables=[rows],
        promises=[
            Promise(name=each.promise, measured=f"{each.fault}: {each.told}", holds=each.holds)
            for each in observed
            if each.promise
        ],
        data={each.fault: each.accounts.as_json() for each in observed if each.accounts},
    )


async def _stopped_owner(setting: Setting) -> Observed:
    """SIGSTOP of a lease's owner."""
    async with scene_of(setting, "stopped") as scene:
        owner = scene.start(Death(Point.HANDLING, 4, SIGSTOP))
        await scene.publish(Kind.ORDINARY, 40)
        while not (owner.pid and stopped(owner.pid)):  # noqa: ASYNC110 - the kernel sends no event
            await asyncio.sleep(0.05)
        scene.start()
        await scene.over(most_seconds=6 * LEASE_SECONDS)
        if owner.pid:
            os.kill(owner.pid, SIGCONT)
        return await scene.observed(
            "an owner stopped for some leases, then going on (SIGSTOP, SIGCONT)", "R6"
        )


async def _lost_locks(setting: Setting) -> Observed:
    """Locks that expire under jobs."""
    async with scene_of(setting, "locks", lock="PT1S") as scene:
        for _ in range(2):
            scene.start(None, **{NO_RENEWAL: "1"})
        await scene.publish(Kind.LONG, 16)
        return await scene.observed("locks of 1 s that nobody renews, jobs of 3 s", "R6")


async def _no_connections(setting: Setting) -> Observed:
    """A pool of one connection, and a table that is locked."""
    async with scene_of(setting, "pool") as scene:
        scene.start(DATABASE_POOL_SIZE="1")
        await scene.publish(Kind.ORDINARY, 60)
        for _ in range(2):
            await asyncio.to_thread(lock_table, scene.world.server.url, 4.0)
        return await scene.observed(
            "one connection for eight jobs at once, and `jobs` locked for 4 s, twice", ""
        )


async def _wrong_clocks(setting: Setting) -> Observed:
    """Clocks that are wrong by ten minutes."""
    library = next(filter(os.path.exists, _FAKETIME), None)
    async with scene_of(setting, "clocks") as scene:
        hosts = [await scene.skewed(seconds, library) for seconds in (_SKEW_SECONDS, -_SKEW_SECONDS)]
        for kind in (Kind.ORDINARY, Kind.SLOW, Kind.FLAKY, Kind.FOLLOWED):
            await scene.publish(kind, 30)
        await asyncio.sleep(6)
        for host in hosts:
            host.kill()
        hosts = [await scene.skewed(seconds, library) for seconds in (-_SKEW_SECONDS, _SKEW_SECONDS)]
        by = "libfaketime" if library else "a clock of ours: libfaketime is not installed"
        return await scene.observed(f"clocks 10 minutes fast and slow, a kill of each (by {by})", "R15")


async def _poison(setting: Setting) -> Observed:
    """Messages that kill their worker."""
    async with scene_of(setting, "poison") as scene:
        poison, good, died = 4, 100, 0
        for _ in range(poison):
            await scene.publish(Kind.ORDINARY, good // poison)
            await scene.publish(Kind.POISON, 1, duplicates=0.0)
        until = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < until and not await scene.over(most_seconds=0):
            process = scene.start(MAX_CLAIMS=str(_MAX_CLAIMS))
            while process.is_alive() and time.monotonic() < until and not await scene.over(most_seconds=1):
                pass
            died += not process.is_alive()
        seen = await scene.observed(f"{poison} messages that each kill their worker, among {good}", "R10")
        with psycopg.connect(scene.world.server.url) as connection:
            query = "SELECT count(*) FROM huntaze_workers.jobs WHERE state = 'failed'"
            row = connection.execute(query).fetchone()
        failed = row[0] if row else 0
        told = f"{seen.told}; {failed} failed as poison, {died} workers died"
        good = seen.good and failed == poison
        return replace(seen, good=good, told=told, holds=good)


async def _killed_one_of_four(setting: Setting) -> Observed:
    """One worker of four is killed."""
    async with scene_of(setting, "one-of-four") as scene:
        processes = [scene.start() for _ in range(4)]
        await scene.publish(Kind.LONG, 40, duplicates=0.0)
        await scene.running(24)
        killed_at = time.time()
        processes[0].kill()
        seen = await scene.observed("one of four workers killed", "R14")
        query = """
            SELECT coalesce(max(extract(epoch FROM again.at)), 0)::float8, count(*)
            FROM huntaze_workers.job_history again
            WHERE again.state = 'running' AND extract(epoch FROM again.at) > %(at)s AND EXISTS (
                SELECT FROM huntaze_workers.job_history h
                WHERE h.job_id = again.job_id AND h.state = 'running' AND extract(epoch FROM h.at) < %(at)s)
        """
        with psycopg.connect(scene.world.server.url) as connection:
            row = connection.execute(query, {"at": killed_at}).fetchone()
        last, count = row or (0.0, 0)
        seconds, most = max(0.0, last - killed_at), LEASE_SECONDS + 0.25 + 2
        told = f"{seen.told}; {count} jobs resumed within {seconds:.1f} s (lease + sweep + 2 s: {most:.2f})"
        judged = timed(seen.fault, "R14", told, met=seconds <= most)
        return judged if seen.good else replace(seen, told=told)


async def _sigterm(setting: Setting) -> Observed:
    """SIGTERM under load."""
    async with world.running(setting.directory / "sigterm") as services:
        told, good = await app_faults.terminate_under_load(services, seed=setting.seed)
    return Observed(
        fault="SIGTERM under load, the whole app", promise="R23", good=good, told=told, holds=good
    )


async def _duplicates_of_finished(setting: Setting) -> Observed:
    """Duplicates of finished jobs."""
    async with world.running(setting.directory / "duplicates") as services:
        told, good = await app_faults.duplicates_of_finished(services)
    return timed("a duplicate of a finished job", "R13", told, met=good)


async def _steady(setting: Setting) -> Observed:
    """Jobs without work."""
    async with world.running(setting.directory / "steady") as services:
        told, holds = await app_faults.steady(services)
    return timed("jobs without work, engine and store in one process", "R22", told, met=holds)


async def _full_disk(setting: Setting) -> Observed:
    """A full disk under videos."""
    async with world.running(setting.directory / "disk") as services:
        told, good = await app_faults.full_disk(services, setting.directory)
    return Observed(fault="the disk under the video's directory is full", promise="", good=good, told=told)


_FAULTS: Sequence[Callable[[Setting], Awaitable[Observed]]] = (
    _stopped_owner,
    _lost_locks,
    _no_connections,
    _wrong_clocks,
    _poison,
    _killed_one_of_four,
    _sigterm,
    _duplicates_of_finished,
    _steady,
    _full_disk,
)
