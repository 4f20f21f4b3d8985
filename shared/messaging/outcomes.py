"""What is recorded of a claimed job: pure functions from how it ended to the store's `Outcome`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any

from shared.contracts import JobStatus, JobType, Topic
from shared.errors import JobError
from shared.messaging.decoding import MAX_MESSAGE_BYTES, message_bytes, with_attempt
from shared.messaging.events import Stamp, completed_event, enriched_event, failed_event
from shared.messaging.follow_ups import follow_up, parent_id
from shared.messaging.ledger import UnwrittenCalls
from shared.messaging.policy import POLICIES, Fail, decide
from shared.messaging.sanitising import storable, storable_error
from shared.messaging.versions import end_version, enrichment_version
from shared.messaging.worker import FollowUpRequest
from shared.persistence.port import (
    Claim,
    Enrichment,
    FollowUp,
    JobMessage,
    JobState,
    NextAttempt,
    OutboxMessage,
    Outcome,
)

#: What may be added to a parent's result, as JSON: the words of some hours, each with its time.
MAX_ENRICHMENT_BYTES = 2_000_000


@dataclass(frozen=True, kw_only=True)
class Enriching:
    """What a job does to its parent as it ends."""

    parent_type: JobType
    message: str
    #: What is added when the job has failed.
    fallback: Callable[[JobError], Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a claimed job's run came to its end."""

    message: JobMessage
    claim: Claim
    now: datetime
    functions_url: str
    grace_seconds: float
    unwritten: UnwrittenCalls
    usage: Mapping[str, float]
    follow_ups: Sequence[FollowUpRequest]
    #: Set for a job that is announced as a part of its parent only.
    enriching: Enriching | None = None


def completed(ending: Ending, result: Mapping[str, Any]) -> Outcome:
    """Return what a successful run leaves behind.

    Raises:
        InvalidPayloadError: the result or a follow-up's payload can't be stored.
    """
    clean: Mapping[str, Any] = storable(result)
    wishes = {wanted.suffix: wanted for wanted in ending.follow_ups}
    followed = [
        follow_up(wanted, ending.message, ending.claim, now=ending.now, grace_seconds=ending.grace_seconds)
        for wanted in wishes.values()
    ]
    if ending.enriching:
        enrichment = _enrichment(ending, ending.enriching, clean, ending.enriching.message)
        return _outcome(ending, JobState.COMPLETED, result=clean, follow_ups=followed, enrichment=enrichment)
    event = completed_event(
        ending.message,
        stamp=_end_stamp(ending),
        result=clean,
        functions_url=ending.functions_url,
    )
    return _outcome(ending, JobState.COMPLETED, result=clean, messages=[event], follow_ups=followed)


def failed(ending: Ending, error: JobError, *, told_percent: int) -> Outcome:
    """Return what a failed run leaves behind: a further attempt while the policy has one, else the end."""
    policy = POLICIES[JobType(ending.message.job_type)]
    decision = decide(error, ending.claim.attempt, policy)
    if isinstance(decision, Fail):
        return ended(ending, decision.state, error)
    following = ending.claim.attempt + 1
    body = with_attempt(ending.message.body, following, told_percent=told_percent)
    if message_bytes(body, ending.message.properties) > MAX_MESSAGE_BYTES:
        return ended(ending, JobState.FAILED, error)
    again = OutboxMessage(
        message_id=message_id(ending.claim),
        topic=Topic.JOBS,
        body=body,
        properties=ending.message.properties,
        delay_seconds=decision.delay_seconds,
    )
    next_attempt = NextAttempt(
        attempt=following,
        body=body,
        delay_seconds=decision.delay_seconds,
        grace_seconds=ending.grace_seconds,
    )
    return _outcome(ending, JobState.RETRY_WAIT, error=error, next_attempt=next_attempt, messages=[again])


def ended(ending: Ending, state: JobState, error: JobError) -> Outcome:
    """Return what a run leaves behind that nothing follows."""
    if ending.enriching:
        fields = ending.enriching.fallback(error)
        enrichment = _enrichment(ending, ending.enriching, fields, error.message)
        return _outcome(ending, state, error=error, enrichment=enrichment)
    event = failed_event(
        ending.message,
        stamp=_end_stamp(ending),
        status=JobStatus(state.value),
        error=error,
    )
    return _outcome(ending, state, error=error, messages=[event])


def enrichment_bytes(result: Mapping[str, Any]) -> int:
    """Return what a result would add to its parent's."""
    return len(json.dumps(result, ensure_ascii=False).encode("utf-8", "replace"))


def message_id(claim: Claim) -> str:
    """Name the one message that a claim may lead to: whoever sends it, and however often."""
    return f"{claim.job_id}:{claim.epoch}:{claim.fence}:0"


def _end_stamp(ending: Ending) -> Stamp:
    claim = ending.claim
    version = end_version(claim.epoch, claim.fence)
    return Stamp(message_id=message_id(claim), version=version, at=ending.now)


def _enrichment(
    ending: Ending, enriching: Enriching, fields: Mapping[str, Any], text: str
) -> Enrichment | None:
    """Return what a job adds to its parent; nothing to add is nothing to tell."""
    if not fields:
        return None
    parent, parent_type, claim = parent_id(ending.message.job_id), enriching.parent_type, ending.claim
    event = enriched_event(
        ending.message,
        parent_id=parent,
        parent_type=parent_type,
        stamp=Stamp(
            message_id=message_id(claim),
            version=enrichment_version(claim.epoch, claim.fence, JobType(ending.message.job_type)),
            at=ending.now,
        ),
        fields=fields,
        text=text,
        functions_url=ending.functions_url,
    )
    return Enrichment(parent_id=parent, parent_type=parent_type, fields=fields, message=event)


def _outcome(
    ending: Ending,
    state: JobState,
    *,
    result: Mapping[str, Any] | None = None,
    error: JobError | None = None,
    next_attempt: NextAttempt | None = None,
    messages: Sequence[OutboxMessage] = (),
    follow_ups: Sequence[FollowUp] = (),
    enrichment: Enrichment | None = None,
) -> Outcome:
    claim = ending.claim
    return Outcome(
        job_id=claim.job_id,
        creator_id=ending.message.creator_id,
        epoch=claim.epoch,
        attempt=claim.attempt,
        fence=claim.fence,
        state=state,
        result=result,
        error_code=error.code if error else None,
        error_message=storable_error(error.message) if error else None,
        next_attempt=next_attempt,
        calls=list(ending.unwritten.untouched),
        doubtful_calls=ending.unwritten.doubtful,
        usage={resource: amount for resource, amount in ending.usage.items() if isfinite(amount)},
        messages=messages,
        follow_ups=follow_ups,
        enrichment=enrichment,
    )
