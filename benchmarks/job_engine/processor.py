"""CPU time of process trees, the only clock that others on the machine do not turn."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

_POLL_SECONDS = 0.05
#: What is done is done, but acknowledging the last of it may take a moment more.
_SETTLING_SECONDS = 0.2
_LIMIT_SECONDS = 120.0


@dataclass(frozen=True, kw_only=True)
class Run:
    """What some jobs took."""

    jobs: int
    wall_seconds: float
    cpu_seconds: float

    @property
    def jobs_per_cpu_second(self) -> float:
        """What one core does in a second when it does nothing else."""
        return self.jobs / self.cpu_seconds

    @property
    def jobs_per_second(self) -> float:
        """What was done in a second of this machine, whoever else was busy."""
        return self.jobs / self.wall_seconds


def timed(pid: int, jobs: int, done: Callable[[], int]) -> Run:
    """Wait until a process has done its jobs, and say what it took.

    Raises:
        TimeoutError: it has not done them.
    """
    started, cpu = time.perf_counter(), cpu_seconds(pid)
    while done() < jobs:
        if time.perf_counter() - started > _LIMIT_SECONDS:
            raise TimeoutError(f"Only {done()} of {jobs} jobs were done.")
        time.sleep(_POLL_SECONDS)
    wall = time.perf_counter() - started
    time.sleep(_SETTLING_SECONDS)
    return Run(jobs=jobs, wall_seconds=wall, cpu_seconds=cpu_seconds(pid) - cpu)


def cpu_seconds(pid: int) -> float:
    """Return what a process and its living descendants have used, in user and system mode."""
    return sum(times.user + times.system for times in (process.cpu_times() for process in _tree(pid)))


@contextmanager
def suspended(pid: int) -> Iterator[None]:
    """Stop a process tree for as long as the block lasts, so that it finds all of its work at once."""
    processes = _tree(pid)
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()


def _tree(pid: int) -> list[psutil.Process]:
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]
