"""CPU time of process trees, the only clock that others on the machine do not turn."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
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
    #: Of the worker's own processes.
    cpu_seconds: float
    #: Of the services that work for it.
    services_cpu_seconds: Mapping[str, float]

    @property
    def jobs_per_cpu_second(self) -> float:
        """What one core does in a second when it does nothing else."""
        return self.jobs / self.cpu_seconds

    @property
    def jobs_per_second(self) -> float:
        """What was done in a second of this machine, whoever else was busy."""
        return self.jobs / self.wall_seconds


class Stopwatch:
    """Runs from its creation.

    Args:
        worker: says how many CPU seconds the worker has used.
        services: the processes of the services that work for it.
    """

    def __init__(self, worker: Callable[[], float], services: Mapping[str, int]) -> None:
        self._worker = worker
        self._services = services
        self._services_before = self._used_by_services()
        self._worker_before = worker()
        self._started = time.perf_counter()
        self._wall_seconds = 0.0

    def wait(self, jobs: int, done: Callable[[], int]) -> None:
        """Run until that many jobs are done, and a moment longer to see the last one settled.

        Raises:
            TimeoutError: they are not done after two minutes.
        """
        while done() < jobs:
            if time.perf_counter() - self._started > _LIMIT_SECONDS:
                raise TimeoutError(f"Only {done()} of {jobs} jobs were done.")
            time.sleep(_POLL_SECONDS)
        self.lap()
        time.sleep(_SETTLING_SECONDS)

    def lap(self) -> None:
        """Note the time: whatever is used from now on is not waited for."""
        self._wall_seconds = time.perf_counter() - self._started

    def read(self, jobs: int) -> Run:
        """Say what the jobs took."""
        return Run(
            jobs=jobs,
            wall_seconds=self._wall_seconds,
            cpu_seconds=self._worker() - self._worker_before,
            services_cpu_seconds={
                name: used - self._services_before[name] for name, used in self._used_by_services().items()
            },
        )

    def _used_by_services(self) -> dict[str, float]:
        return {name: cpu_seconds(pid) for name, pid in self._services.items()}


def cpu_seconds(pid: int) -> float:
    """Return what a process and its descendants have used, in user and system mode."""
    return sum(sum(process.cpu_times()[:4]) for process in _tree(pid))


def descendant(word: str) -> int:
    """Return the first process among our descendants with this word in its command; guards do not count."""
    for process in psutil.Process().children(recursive=True):
        command = " ".join(process.cmdline())
        if word in command and "--pid-to" not in command:
            return process.pid
    raise LookupError(word)


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
