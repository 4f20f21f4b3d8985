"""What is sent in a dead letter's place: a job asked for afresh, or an event for one subscription only."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from shared.contracts import Envelope, JobType, Topic
from shared.dead_letters.judging import Reason
from shared.dead_letters.letters import REPLAY_COUNT, REPLAY_OF, REPLAY_TARGET, DeadLetter, Source
from shared.errors import InvalidPayloadError
from shared.messaging.decoding import afresh, job_message, json_object, sendable_properties
from shared.persistence.port import JobMessage, OutboxMessage

#: Says whether a payload is what its job type asks for; raises `InvalidPayloadError` if not.
PayloadCheck = Callable[[JobType, Mapping[str, Any]], None]

#: A message id has at most 128 characters; a longer base is hashed.
_MAX_BASE_CHARACTERS = 96
#: What a message says while it waits for the database; a replay begins anew.
_PASSING = frozenset({"firstEnqueuedAt"})


def asked_of(letter: DeadLetter, source: Source, check: PayloadCheck) -> JobMessage | Reason | None:
    """Return the job that a dead letter asks for, why it asks for none, or `None` for an event."""
    if source.topic is Topic.EVENTS:
        return None
    delivery = letter.delivery(source)
    try:
        envelope = Envelope.model_validate(json_object(letter.body))
        job_type = JobType(envelope.job_type)
        body = afresh(letter.body)
    except (InvalidPayloadError, ValidationError, ValueError):
        return Reason.NOT_A_JOB
    if ("." in envelope.job_id) != job_type.internal:
        return Reason.NOT_A_JOB
    try:
        check(job_type, envelope.payload)
    except InvalidPayloadError:
        return Reason.INVALID_PAYLOAD
    job = job_message(delivery, envelope)
    return replace(job, body=body, properties=_job_properties(job, letter), attempt=0)


def _job_properties(job: JobMessage, letter: DeadLetter) -> Mapping[str, Any]:
    """Keep what it says, and have it routed by what its body says."""
    kept = {name: value for name, value in job.properties.items() if name not in _PASSING}
    routing = {"jobType": job.job_type, "jobId": job.job_id, "creatorId": job.creator_id}
    return {**kept, **routing, **_replayed(letter)}


def event_copy(letter: DeadLetter, source: Source) -> OutboxMessage:
    """Return an event as it is sent again, to one subscription only.

    Its id is new, so that duplicate detection lets it through, and foreseeable, so that it does so once.
    """
    base = letter.original_id or f"{source.subscription}-{letter.sequence_number}"
    if len(base) > _MAX_BASE_CHARACTERS:
        base = hashlib.sha256(base.encode("utf-8", "replace")).hexdigest()
    return OutboxMessage(
        message_id=f"{base}:{source.subscription}:r{letter.replay_count + 1}",
        topic=source.topic,
        body=letter.body,
        properties={
            **sendable_properties(letter.delivery(source)),
            **_replayed(letter),
            REPLAY_TARGET: source.subscription,
        },
    )


def _replayed(letter: DeadLetter) -> Mapping[str, Any]:
    original = letter.original_id
    return {REPLAY_COUNT: letter.replay_count + 1, **({REPLAY_OF: original} if original else {})}


def raw_hash(letter: DeadLetter) -> bytes:
    """Return the hash under which a refused job is kept."""
    return hashlib.sha256(letter.body).digest()
