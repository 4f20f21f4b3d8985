"""Watching a host under load: its memory, the backlog, and what became of the jobs."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import psutil
import psycopg

_MOST_SECONDS = 240.0
_EVERY_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True)
class Sample:
    """How things stood at a moment."""

    at: float
    #: Of the host's process and, added up, of its children (the child that reads videos).
    host_mib: float
    children_mib: float
    #: Published, and not yet ended.
    backlog: int


class Watch:
    """One observation of a host.

    Args:
        database_url: where jobs are.
        pid: the host's; `None`: nobody's memory is of interest.
    """

    def __init__(self, database_url: str, pid: int | None) -> None:
        self._database_url = database_url
        self._process = psutil.Process(pid) if pid else None
        self._began = time.monotonic()
        self._next = 0.0
        self.samples: list[Sample] = []

    @property
    def elapsed(self) -> float:
        """Seconds since the observation began."""
        return time.monotonic() - self._began

    def sample(self, jobs: Sequence[str]) -> int:
        """Note how things stand, now and then; return how many jobs have ended."""
        if self.elapsed < self._next:
            return -1
        self._next = self.elapsed + _EVERY_SECONDS
        query = "SELECT count(*) FROM huntaze_workers.jobs WHERE job_id = ANY(%s) AND due_at IS NULL"
        with psycopg.connect(self._database_url) as connection:
            row = connection.execute(query, [list(jobs)]).fetchone()
        ended = int(row[0]) if row else 0
        own, children = self._memory()
        self.samples.append(
            Sample(at=self.elapsed, host_mib=own, children_mib=children, backlog=len(jobs) - ended)
        )
        return ended

    def until_ended(self, jobs: Sequence[str]) -> int:
        """Watch until all jobs have ended, or for as long as anybody waits; return how many have."""
        until, ended = time.monotonic() + _MOST_SECONDS, 0
        while time.monotonic() < until:
            ended = self.sample(jobs)
            if ended == len(jobs):
                break
            time.sleep(0.1)
        return ended

    def waits(self, jobs: Sequence[str]) -> Mapping[str, Sequence[float]]:
        """Return how long jobs took from their publication to their end, in seconds, by type."""
        query = """
            SELECT job_type, extract(epoch FROM max(at))::float8, min(job.job_id)
            FROM huntaze_workers.job_history JOIN huntaze_workers.jobs AS job USING (job_id)
            WHERE job_id = ANY(%s) AND job_history.state IN ('completed', 'failed', 'timeout')
            GROUP BY job_type, job_id
        """
        waits = defaultdict[str, list[float]](list)
        with psycopg.connect(self._database_url) as connection:
            for job_type, ended, job_id in connection.execute(query, [list(jobs)]):
                waits[job_type].append(ended - published_at(job_id))
        return {job_type: sorted(found) for job_type, found in waits.items()}

    def _memory(self) -> tuple[float, float]:
        if not self._process:
            return 0.0, 0.0
        with suppress(psutil.NoSuchProcess):
            own = self._process.memory_info().rss / 2**20
            return own, sum(_rss(child) for child in self._process.children(recursive=True)) / 2**20
        return 0.0, 0.0


def published_at(job_id: str) -> float:
    """Return when a job was published, which its id says, in Unix seconds."""
    return int(job_id.split("_")[1]) / 1_000


def cost_of(database_url: str, jobs: Sequence[str]) -> tuple[int, int]:
    """Return the model calls of jobs and of what followed them, and their cost in millionths of a dollar."""
    query = """
        SELECT count(*), coalesce(sum(cost_usd_micros), 0)::bigint FROM huntaze_workers.ai_calls
        WHERE split_part(job_id, '.', 1) = ANY(%s)
    """
    with psycopg.connect(database_url) as connection:
        row = connection.execute(query, [list(jobs)]).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def rate_of(database_url: str, jobs: Sequence[str]) -> float:
    """Return how many jobs a second ended, between the first claim and the last end."""
    query = """
        SELECT count(DISTINCT job_id), extract(epoch FROM max(at) - min(at))::float8
        FROM huntaze_workers.job_history WHERE job_id = ANY(%s)
    """
    with psycopg.connect(database_url) as connection:
        row = connection.execute(query, [list(jobs)]).fetchone()
    return float(row[0]) / max(float(row[1]), 0.001) if row else 0.0


def _rss(process: psutil.Process) -> int:
    with suppress(psutil.NoSuchProcess):
        return int(process.memory_info().rss)
    return 0
