"""What people ask about jobs: pages of them, and everything that is known of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from shared.persistence.port import JobRecord, JobState


@dataclass(frozen=True, kw_only=True)
class JobsAsked:
    """Which jobs, the newest first."""

    creator_id: str | None = None
    job_type: str | None = None
    states: Sequence[JobState] = ()
    error_code: str | None = None
    #: The last one of the page before: when it was created, and its id.
    after: tuple[datetime, str] | None = None
    limit: int = 50


@dataclass(frozen=True, kw_only=True)
class JobStory:
    """Everything that is known of one job, each list in the order in which it happened.

    Its rows have their columns' names; none holds a payload, a prompt or an answer.
    """

    job: JobRecord
    #: Each state: when, in which epoch and attempt, under which fence, with which error, using up what.
    history: Sequence[Mapping[str, Any]]
    #: Each paid call of a model.
    calls: Sequence[Mapping[str, Any]]
    #: Each message that was promised, and when the broker had it.
    messages: Sequence[Mapping[str, Any]]
    #: What was told by mail, and what became of the letter.
    letters: Sequence[Mapping[str, Any]]
    #: What was told to the creator's own services, attempt by attempt.
    webhooks: Sequence[Mapping[str, Any]]
    #: The operations on dead letters that have touched it.
    replays: Sequence[Mapping[str, Any]]
    #: The jobs that the workers themselves asked for, because of it.
    follow_ups: Sequence[Mapping[str, Any]]


class JobRecords(Protocol):
    """Reads what is known of jobs. Each method raises `StoreUnavailableError` if the store is gone."""

    async def page(self, asked: JobsAsked) -> Sequence[JobRecord]:
        """Return at most `limit` jobs, without their results."""
        ...

    async def story(self, job_id: str) -> JobStory | None:
        """Return everything that is known of a job."""
        ...
