"""Faults of the whole app: it is told to end, its disk is full, it is asked for what is done."""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from signal import SIGTERM
from typing import LiteralString

import psutil
import psycopg
from psycopg import sql
from pydantic import BaseModel

from infra.local import host, model_simulator
from infra.local.publishing import publisher
from proof.load_page import percentile
from proof.world import World
from shared import bootstrap
from shared.contracts import JobType
from shared.messaging.worker import JobContext, Worker
from shared.settings import Settings
from tests import video_world
from tests.integration.engine.jobs import job
from workers.chat_suggestions.messages import ChatPayload

_JOBS = 120
_GRACE_SECONDS = 10.0
_PATIENCE_SECONDS = 180.0
_DISK = "256k"
#: R13, and R22 for jobs without work.
_MIDDLE_MS, _LATE_MS, _JOBS_PER_SECOND = 5.0, 50.0, 100.0


class _Nothing(BaseModel):
    """A result."""


async def _do_nothing(_context: JobContext, _payload: ChatPayload) -> _Nothing:
    return _Nothing()


#: Chats that need no work.
_IDLE = Worker(job_type=JobType.CHAT_SUGGEST, payload=ChatPayload, result=_Nothing, handle=_do_nothing)


async def terminate_under_load(services: World, *, seed: int) -> tuple[str, bool]:
    """Ask the whole app to end while it works, then let another one go on."""
    del seed
    return await asyncio.to_thread(_terminate, services)


def _terminate(services: World) -> tuple[str, bool]:
    url, directory = services.server.url, services.directory
    with ExitStack() as opened:
        model = opened.enter_context(model_simulator.running(directory, latency_ms=300))
        sender = opened.enter_context(publisher(services.bus.connection))
        environment = {**_app_settings(services), "AZURE_AI_ENDPOINT": model.url, "AZURE_AI_KEY": model.key}
        jobs = [
            sender.publish(JobType.CHAT_SUGGEST, "1", {"fanMessage": f"What do you think of number {n}?"})
            for n in range(_JOBS)
        ]
        with host.running(directory, environment, name="host-1") as hosted:
            _until(lambda: _count(url, "state = 'completed'") > _JOBS // 6)
            process, told_at = psutil.Process(hosted.pid), time.monotonic()
            os.kill(hosted.pid, SIGTERM)
            psutil.wait_procs([process], timeout=3 * _GRACE_SECONDS)
            seconds = time.monotonic() - told_at
        left, done = _count(url, "state = 'running'"), _count(url, "state = 'completed'")
        with host.running(directory, environment, name="host-2"):
            _until(lambda: _count(url, "due_at IS NULL") == len(jobs))
        lost = len(jobs) - _count(url, "due_at IS NULL")
    told = (
        f"ended after {seconds:.1f} s with {done} of {_JOBS} done, {left} leases left to expire; "
        f"{lost} lost in the end"
    )
    return told, not left and not lost and seconds <= _GRACE_SECONDS + 5


async def duplicates_of_finished(services: World, *, count: int = 300) -> tuple[str, bool]:
    """Deliver a finished job again and again to the engine, as a trigger does."""
    async with _container(services) as container:
        delivery = job("Hello there, how was your day?")
        worker = _IDLE
        await container.engine.deliver(delivery, worker)
        seconds = []
        for _ in range(count):
            began = time.perf_counter()
            await container.engine.deliver(delivery, worker)
            seconds.append(time.perf_counter() - began)
    seconds.sort()
    middle, late = (1_000 * percentile(seconds, share) for share in (0.5, 0.99))
    told = f"p50 {middle:.1f} ms, p99 {late:.1f} ms, no handler was run (load {os.getloadavg()[0]:.0f})"
    return told, middle <= _MIDDLE_MS and late <= _LATE_MS


async def steady(services: World, *, count: int = 2_000, at_once: int = 16) -> tuple[str, bool]:
    """Run jobs that need no work through engine, store and broker."""
    async with _container(services) as container:
        worker, left = _IDLE, iter([job(f"Number {n}") for n in range(count)])
        seconds: list[float] = []

        async def one_after_another() -> None:
            for delivery in left:
                began = time.perf_counter()
                await container.engine.deliver(delivery, worker)
                seconds.append(time.perf_counter() - began)

        began = time.perf_counter()
        await asyncio.gather(*(one_after_another() for _ in range(at_once)))
        rate = count / (time.perf_counter() - began)
    seconds.sort()
    told = (
        f"{rate:.0f} jobs/s, claim to settled p50 {1_000 * percentile(seconds, 0.5):.0f} ms and "
        f"p99 {1_000 * percentile(seconds, 0.99):.0f} ms with {at_once} at once"
        f" (load {os.getloadavg()[0]:.0f})"
    )
    return told, rate >= _JOBS_PER_SECOND


async def full_disk(services: World, directory: Path) -> tuple[str, bool]:
    """Let a video find no room, then make some."""
    return await asyncio.to_thread(_fill_disk, services, directory / "disk-app")


def _fill_disk(services: World, directory: Path) -> tuple[str, bool]:
    directory.mkdir()
    url = services.server.url
    with ExitStack() as opened:
        videos = opened.enter_context(video_world.running(directory))
        by, make_room = opened.enter_context(_small_disk(videos.temporary))
        sender = opened.enter_context(publisher(services.bus.connection))
        environment = {**_app_settings(services), **videos.settings}
        clip = video_world.clip(directory)
        hosted = opened.enter_context(host.running(directory, environment))
        if by == "RLIMIT_FSIZE":
            limit_files(hosted.pid)
        video = sender.publish(JobType.VIDEO_ANALYSIS, "1", {"videoUrl": videos.upload(clip)})
        _until(lambda: _history(url, video, "retry_wait") or _history(url, video, "failed"))
        first, code = _state(url, video)
        chat = sender.publish(JobType.CHAT_SUGGEST, "1", {"fanMessage": "Are you still there?"})
        _until(lambda: _history(url, chat, "completed"))
        left, alive = videos.directories(), psutil.pid_exists(hosted.pid)
        make_room()
        _until(lambda: _history(url, video, "completed") or _history(url, video, "failed"))
        last, _ = _state(url, video)
    told = (
        f"by {by}: the video is put off ({first}, {code}), the worker lives and chats go on, "
        f"{len(left)} files left; with room again: {last}"
    )
    return told, alive and not left and last == "completed"


@contextmanager
def _small_disk(path: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    """Make a directory small: a disk in memory where we may mount one, or else a limit on files."""
    mount, umount = shutil.which("mount"), shutil.which("umount")
    command = [str(mount), "-t", "tmpfs", "-o", f"size={_DISK}", "tmpfs", str(path)]
    if not mount or subprocess.run(command, capture_output=True, check=False).returncode:  # noqa: S603 - fixed
        yield "RLIMIT_FSIZE", lambda: None
        return

    def grow() -> None:
        subprocess.run([str(mount), "-o", "remount,size=512m", str(path)], check=True)  # noqa: S603 - fixed

    try:
        yield "a disk of 256 KiB", grow
    finally:
        subprocess.run([str(umount), "-l", str(path)], check=False)  # noqa: S603 - as above


def limit_files(pid: int) -> None:
    """Let a process write no file of more than 64 KiB."""
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (1 << 16, 1 << 16))


def _app_settings(services: World) -> Mapping[str, str]:
    """Return the app's settings as in production, without the haste of chaos."""
    hasty = {"LEASE_SECONDS", "SWEEP_AFTER_SECONDS", "REQUEUE_GRACE_SECONDS", "MAX_CLAIMS"}
    settings = {name: value for name, value in services.environment.items() if name not in hasty}
    return {**settings, "HOST_DRAIN_SECONDS": str(_GRACE_SECONDS)}


@asynccontextmanager
async def _container(services: World) -> AsyncIterator[bootstrap.Container]:
    container = await bootstrap.build(
        Settings(
            servicebus_connection=services.bus.connection,
            database_url=services.server.url,
            azure_ai_endpoint="http://127.0.0.1:9/models",
        )
    )
    try:
        yield container
    finally:
        await container.close()


def _until(happened: Callable[[], object]) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until and not happened():
        time.sleep(0.1)


def _count(url: str, condition: LiteralString) -> int:
    with psycopg.connect(url) as connection:
        query = sql.SQL("SELECT count(*) FROM huntaze_workers.jobs WHERE {}").format(sql.SQL(condition))
        row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _history(url: str, job_id: str, state: str) -> bool:
    query = "SELECT 1 FROM huntaze_workers.job_history WHERE job_id = %s AND state = %s"
    with psycopg.connect(url) as connection:
        return connection.execute(query, [job_id, state]).fetchone() is not None


def _state(url: str, job_id: str) -> tuple[str, str]:
    query = """
        SELECT job.state, coalesce((SELECT error_code FROM huntaze_workers.job_history h
            WHERE h.job_id = job.job_id AND error_code IS NOT NULL ORDER BY id LIMIT 1), '')
        FROM huntaze_workers.jobs AS job WHERE job_id = %s
    """
    with psycopg.connect(url) as connection:
        return connection.execute(query, [job_id]).fetchone() or ("unknown", "")
