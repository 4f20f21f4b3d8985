"""What the in-memory store keeps, and the questions that it asks of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.persistence.port import Enrichment, JobMessage, JobState, OutboxMessage, Outcome, Rejection


@dataclass(kw_only=True)
class StoredJob:
    """A job's row."""

    message: JobMessage
    state: JobState
    fence: int
    claims: int
    claim_id: UUID | None
    due_at: datetime | None
    deadline_at: datetime
    created_at: datetime
    updated_at: datetime
    asked_at: datetime | None = None
    turn: int = 0
    outcome: Outcome | None = None


@dataclass(kw_only=True)
class Promise:
    """A row of the outbox."""

    job_id: str
    message: OutboxMessage
    send_at: datetime
    due_at: datetime | None


def may_be_restarted(job: StoredJob, message: JobMessage) -> bool:
    """Say whether a follow-up of an older epoch makes room for this one."""
    same = (job.message.creator_id, job.message.job_type) == (message.creator_id, message.job_type)
    return same and job.message.epoch < message.epoch


def may_be_enriched(parent: StoredJob, outcome: Outcome, enrichment: Enrichment) -> bool:
    """Say whether the parent takes what an outcome adds to its result."""
    found = (parent.state, parent.message.job_type, parent.message.creator_id, parent.message.epoch)
    return found == (JobState.COMPLETED, enrichment.parent_type, outcome.creator_id, outcome.epoch)


def age(message: JobMessage) -> tuple[int, int]:
    """Return what orders a job's messages."""
    return message.epoch, message.attempt


def next_turn(jobs: Iterable[StoredJob], message: JobMessage) -> int:
    """Return how many jobs of the message's thread came before it."""
    newest = max((job for job in jobs if _in_thread(job, message)), key=_asked, default=None)
    return newest.turn + 1 if newest else 0


def is_superseded(jobs: Iterable[StoredJob], job: StoredJob) -> bool:
    """Say whether a job that has just been started for the first time is no longer its thread's newest."""
    if (job.claims, *age(job.message)) != (1, 0, 0):
        return False
    return any(_asked(other) > _asked(job) for other in jobs if _in_thread(other, job.message))


def _asked(job: StoredJob) -> tuple[datetime, str]:
    return job.asked_at or job.created_at, job.message.job_id


def _in_thread(job: StoredJob, message: JobMessage) -> bool:
    one, other = ((each.thread, each.creator_id, each.job_type) for each in (job.message, message))
    return message.thread is not None and one == other


def same_payload(job: StoredJob, message: JobMessage) -> bool:
    """Say whether the message asks for the job that is there."""
    return job.message.payload_hash == message.payload_hash


def rejected(message: JobMessage, rejection: Rejection) -> Outcome:
    """Return what is left of a job that was refused."""
    return Outcome(
        job_id=message.job_id,
        creator_id=message.creator_id,
        epoch=message.epoch,
        attempt=message.attempt,
        fence=1,
        state=JobState.FAILED,
        error_code=rejection.error_code,
        error_message=rejection.reason,
    )
