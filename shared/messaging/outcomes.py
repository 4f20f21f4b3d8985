"""What is recorded of a claimed job: pure functions from how it ended to the store's `Outcome`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.ai.port import ModelCall
from shared.contracts import JobStatus, JobType, Topic
from shared.errors import JobError
from shared.messaging.decoding import MAX_MESSAGE_BYTES, message_bytes, with_attempt
from shared.messaging.events import completed_event, failed_event
from shared.messaging.policy import POLICIES, Fail, decide
from shared.messaging.sanitising import storable, storable_error
from shared.persistence.port import Claim, JobMessage, JobState, NextAttempt, OutboxMessage, Outcome


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a claimed job's run came to its end."""

    message: JobMessage
    claim: Claim
    calls: Sequence[ModelCall]
    now: datetime


def completed(ending: Ending, result: Mapping[str, Any], *, functions_url: str) -> Outcome:
    """Return what a successful run leaves behind."""
    clean: Mapping[str, Any] = storable(result)
    event = completed_event(
        ending.message,
        message_id=message_id(ending.claim),
        result=clean,
        now=ending.now,
        functions_url=functions_url,
    )
    return _outcome(ending, JobState.COMPLETED, result=clean, messages=[event])


def failed(ending: Ending, error: JobError, *, grace_seconds: float) -> Outcome:
    """Return what a failed run leaves behind: a further attempt while the policy has one, else the end."""
    policy = POLICIES[JobType(ending.message.job_type)]
    decision = decide(error, ending.claim.attempt, policy)
    if isinstance(decision, Fail):
        return ended(ending, decision.state, error)
    following = ending.claim.attempt + 1
    body = with_attempt(ending.message.body, following)
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
        grace_seconds=grace_seconds,
    )
    return _outcome(ending, JobState.RETRY_WAIT, error=error, next_attempt=next_attempt, messages=[again])


def ended(ending: Ending, state: JobState, error: JobError) -> Outcome:
    """Return what a run leaves behind that nothing follows."""
    event = failed_event(
        ending.message,
        message_id=message_id(ending.claim),
        status=JobStatus(state.value),
        error=error,
        now=ending.now,
    )
    return _outcome(ending, state, error=error, messages=[event])


def message_id(claim: Claim) -> str:
    """Name the one message that a claim may lead to: whoever sends it, and however often."""
    return f"{claim.job_id}:{claim.epoch}:{claim.fence}:0"


def _outcome(
    ending: Ending,
    state: JobState,
    *,
    result: Mapping[str, Any] | None = None,
    error: JobError | None = None,
    next_attempt: NextAttempt | None = None,
    messages: Sequence[OutboxMessage],
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
        calls=list(ending.calls),
        messages=messages,
    )
