"""Jobs that a job asks for: their names, and the messages that ask for them."""

from __future__ import annotations

import json
from datetime import datetime

from shared.clock import iso_milliseconds
from shared.contracts import Topic
from shared.errors import InvalidPayloadError
from shared.messaging.decoding import MAX_MESSAGE_BYTES, message_bytes, payload_hash
from shared.messaging.policy import POLICIES
from shared.messaging.sanitising import storable
from shared.messaging.worker import FollowUpRequest
from shared.persistence.port import Claim, FollowUp, JobMessage, OutboxMessage


def follow_up_id(job_id: str, suffix: str) -> str:
    """Return the id of a job's follow-up."""
    return f"{job_id}.{suffix}"


def parent_id(job_id: str) -> str:
    """Return the id of the job that a follow-up follows up; nobody's, if it is no follow-up."""
    return job_id.rpartition(".")[0]


def follow_up(
    wanted: FollowUpRequest, parent: JobMessage, claim: Claim, *, now: datetime, grace_seconds: float
) -> FollowUp:
    """Return what is recorded of a follow-up.

    Raises:
        InvalidPayloadError: its payload is too deep, or too large for a message.
    """
    job_id, payload = follow_up_id(parent.job_id, wanted.suffix), storable(wanted.payload)
    envelope = {
        "jobId": job_id,
        "jobType": wanted.job_type.value,
        "creatorId": parent.creator_id,
        "payload": payload,
        "attempt": 0,
        "createdAt": iso_milliseconds(now),
    }
    body = json.dumps(envelope, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
    properties = {name: envelope[name] for name in ("jobId", "jobType", "creatorId")} | {"epoch": claim.epoch}
    if message_bytes(body, properties) > MAX_MESSAGE_BYTES:
        raise InvalidPayloadError(f"The message is larger than {MAX_MESSAGE_BYTES // 1024} KB.")
    return FollowUp(
        job=JobMessage(
            job_id=job_id,
            job_type=wanted.job_type,
            creator_id=parent.creator_id,
            body=body,
            properties=properties,
            payload_hash=payload_hash(wanted.job_type, parent.creator_id, payload),
            epoch=claim.epoch,
            attempt=0,
            deadline_ms=POLICIES[wanted.job_type].deadline_ms,
            asked_at=None,
            follows_up=True,
        ),
        message=OutboxMessage(
            message_id=f"{job_id}:{claim.epoch}:0:0",
            topic=Topic.JOBS,
            body=body,
            properties=properties,
            delay_seconds=wanted.delay_seconds,
        ),
        grace_seconds=grace_seconds,
    )
