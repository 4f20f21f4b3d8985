"""What the in-memory store keeps, and the questions that it asks of it."""

from __future__ import annotations

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
