"""Reading jobs out of PostgreSQL, on a connection that can't write."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from infra.local.process import ServiceError
from shared.persistence.port import JobState

_JOBS = """
SELECT job_id, job_type, creator_id, state, epoch, attempt, claims, created_at, updated_at, result,
       error_code, error_message
FROM huntaze_workers.jobs WHERE job_id = ANY(%s)
"""

_HISTORY = """
SELECT state, epoch, attempt, error_code, at, usage FROM huntaze_workers.job_history
WHERE job_id = %s ORDER BY id
"""

_CALLS = """
SELECT task, deployment, input_tokens, output_tokens, reasoning_tokens, cost_usd_micros
FROM huntaze_workers.ai_calls WHERE job_id = %s ORDER BY id
"""


@dataclass(frozen=True, kw_only=True)
class Job:
    """A job as it stands."""

    job_id: str
    job_type: str
    creator_id: str
    state: str
    epoch: int
    attempt: int
    claims: int
    created_at: datetime
    updated_at: datetime
    result: Mapping[str, Any] | None
    error_code: str | None
    error_message: str | None

    @property
    def ended(self) -> bool:
        """Whether it is in a terminal state."""
        return JobState(self.state).terminal


@dataclass(frozen=True, kw_only=True)
class Change:
    """One line of a job's history."""

    state: str
    epoch: int
    attempt: int
    error_code: str | None
    at: datetime
    #: What the attempt that ended so had used up besides models, by resource.
    usage: Mapping[str, float] | None = None


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call to a model that was paid for."""

    task: str
    deployment: str
    input_tokens: int
    output_tokens: int
    reasoning_tokens: int
    cost_usd_micros: int


class Records:
    """Jobs, their histories and what they cost."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def jobs(self, job_ids: Sequence[str]) -> Mapping[str, Job]:
        """Return those jobs that a worker has seen, by id."""
        with self._connection.cursor(row_factory=class_row(Job)) as cursor:
            return {job.job_id: job for job in cursor.execute(_JOBS, [list(job_ids)])}

    def history(self, job_id: str) -> Sequence[Change]:
        """Return a job's changes of state, oldest first."""
        with self._connection.cursor(row_factory=class_row(Change)) as cursor:
            return cursor.execute(_HISTORY, [job_id]).fetchall()

    def calls(self, job_id: str) -> Sequence[Call]:
        """Return the calls to models that a job has made."""
        with self._connection.cursor(row_factory=class_row(Call)) as cursor:
            return cursor.execute(_CALLS, [job_id]).fetchall()

    def until_ended(
        self, job_ids: Sequence[str], *, timeout_seconds: float, every_seconds: float = 0.05
    ) -> Iterator[Mapping[str, Job]]:
        """Yield the jobs again and again, until all have ended or the time is over."""
        deadline = time.monotonic() + timeout_seconds
        while True:
            jobs = self.jobs(job_ids)
            yield jobs
            if (
                all(job_id in jobs and jobs[job_id].ended for job_id in job_ids)
                or time.monotonic() > deadline
            ):
                return
            time.sleep(every_seconds)


@contextmanager
def reading(database_url: str) -> Iterator[Records]:
    """Connect so that nothing can be written.

    Raises:
        ServiceError: the database does not answer.
    """
    options = "-c default_transaction_read_only=on"
    try:
        connection = psycopg.connect(database_url, connect_timeout=5, options=options, autocommit=True)
    except psycopg.OperationalError as error:
        raise ServiceError("PostgreSQL does not answer.") from error
    with connection:
        yield Records(connection)
