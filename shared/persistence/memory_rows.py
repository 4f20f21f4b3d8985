"""What the in-memory store keeps, and the questions that it asks of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from shared.contracts import Topic
from shared.persistence.port import (
    Cancellation,
    Enrichment,
    JobMessage,
    JobState,
    OutboxMessage,
    Outcome,
    Rejection,
)
from shared.persistence.replaying import JobReplay, ReplayVerdict, replay_verdict


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


def cancelled(job: StoredJob, cancellation: Cancellation) -> Outcome:
    """Return what is left of a job that was called off."""
    return Outcome(
        job_id=cancellation.job_id,
        creator_id=job.message.creator_id,
        epoch=job.message.epoch,
        attempt=job.message.attempt,
        fence=job.fence,
        state=JobState.FAILED,
        error_code=cancellation.error_code,
        error_message=cancellation.error_message,
    )


def verdict_on_replay(job: StoredJob | None, replay: JobReplay, parent: StoredJob | None) -> ReplayVerdict:
    """Say whether a job is to be queued again."""
    if job is None:
        return ReplayVerdict.UNKNOWN if replay.job.follows_up else ReplayVerdict.QUEUED
    same = job.message.payload_hash in {replay.job.payload_hash, replay.raw_hash}
    return replay_verdict(
        job.state,
        same_payload=same and job.message.job_type == replay.job.job_type,
        superseded=job.message.epoch > replay.job.epoch,
        wanted=not replay.job.follows_up or (parent is not None and parent.state is JobState.COMPLETED),
    )


def requeued(
    job: StoredJob | None, replay: JobReplay, parent: StoredJob | None, *, now: datetime
) -> StoredJob:
    """Return a job as it waits to be done in its next epoch."""
    before = [replay.job.epoch] if job is None else [job.message.epoch, parent.message.epoch if parent else 0]
    epoch = max(before) + 1
    properties = {**replay.job.properties, "epoch": epoch}
    return StoredJob(
        message=replace(replay.job, epoch=epoch, attempt=0, properties=properties),
        state=JobState.QUEUED,
        fence=job.fence + 1 if job else 0,
        claims=0,
        claim_id=None,
        due_at=now + timedelta(seconds=replay.grace_seconds),
        deadline_at=now + timedelta(milliseconds=replay.job.deadline_ms),
        created_at=job.created_at if job else now,
        updated_at=now,
        asked_at=job.asked_at if job else None,
        turn=job.turn if job else 0,
    )


def replay_message(job: StoredJob) -> OutboxMessage:
    """Return the message that asks for a job in its new epoch."""
    return OutboxMessage(
        message_id=f"{job.message.job_id}:r{job.message.epoch}",
        topic=Topic.JOBS,
        body=job.message.body,
        properties=job.message.properties,
    )
