"""What is to be done with a dead letter that was chosen: a pure function, the same for dry and real runs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.dead_letters.standing import Seen
from shared.messaging.decoding import MAX_MESSAGE_BYTES, message_bytes
from shared.persistence.port import JobMessage, JobState
from shared.persistence.replaying import ReplayVerdict, replay_verdict


class Outcome(StrEnum):
    """What becomes of a message in an operation."""

    #: Chosen, and its turn has not come.
    PLANNED = "planned"
    #: Promised to the broker, durably.
    SENDING = "sending"
    SENT = "sent"
    ARCHIVED = "archived"
    #: There is nothing to be done; the dead letter is taken away, unless it is another operation's or gone.
    SKIPPED = "skipped"
    #: It must not be done; the dead letter stays.
    REFUSED = "refused"
    #: It could not be done; the dead letter stays.
    FAILED = "failed"
    #: The operation ended before; the dead letter stays.
    NOT_TRIED = "not_tried"


class Reason(StrEnum):
    """Why a message was skipped, refused, failed or not tried."""

    ALREADY_COMPLETED = "already_completed"
    #: The job waits or runs, and will end without this.
    UNDER_WAY = "under_way"
    #: The job's epoch was raised already: it was replayed, by this message or another.
    DUPLICATE = "duplicate"
    #: Another operation has it in hand.
    HELD_ELSEWHERE = "held_elsewhere"
    #: It lies there no more.
    GONE = "gone"
    TOO_OLD = "too_old"
    TOO_MANY_REPLAYS = "too_many_replays"
    #: Not a job at all: it can only be edited or archived.
    NOT_A_JOB = "not_a_job"
    #: The payload is not valid: it can only be edited or archived.
    INVALID_PAYLOAD = "invalid_payload"
    #: The job id belongs to another payload: it can only be edited or archived.
    CONFLICT = "conflict"
    #: It follows up a job that does not wait for it.
    ORPHAN = "orphan"
    TOO_LARGE = "too_large"
    UNEXPECTED = "unexpected"
    CANCELLED = "cancelled"
    HALTED = "halted"
    EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True)
class ReplayLimits:
    """What is never replayed."""

    #: After so many times a message is poison.
    max_replays: int = 5
    max_age_seconds: float = 14 * 86_400.0


@dataclass(frozen=True)
class Judgement:
    """An outcome and why; `SENDING` means that it is to be sent."""

    outcome: Outcome
    reason: Reason | None = None


SEND = Judgement(Outcome.SENDING)

#: What the store's own verdict means, which is the last word.
OF_VERDICT = {
    ReplayVerdict.QUEUED: SEND,
    ReplayVerdict.COMPLETED: Judgement(Outcome.SKIPPED, Reason.ALREADY_COMPLETED),
    ReplayVerdict.UNDER_WAY: Judgement(Outcome.SKIPPED, Reason.UNDER_WAY),
    ReplayVerdict.SUPERSEDED: Judgement(Outcome.SKIPPED, Reason.DUPLICATE),
    ReplayVerdict.CONFLICT: Judgement(Outcome.REFUSED, Reason.CONFLICT),
    ReplayVerdict.UNKNOWN: Judgement(Outcome.REFUSED, Reason.ORPHAN),
}


def judge(
    found: Seen,
    asked: JobMessage | Reason | None,
    *,
    raw_hash: bytes,
    chosen_jobs: Collection[str],
    limits: ReplayLimits,
    now: datetime,
) -> Judgement:
    """Say what a replay does with a dead letter.

    Args:
        found: the letter and what is known of it.
        asked: the job that it asks for, why it asks for none, or `None` for an event.
        raw_hash: the hash of its bytes, under which a refused job is kept.
        chosen_jobs: the jobs that this operation has sent already.
        limits: what is never replayed.
        now: the time.
    """
    if barred := _barred(found, limits, now):
        return barred
    if isinstance(asked, Reason):
        return Judgement(Outcome.REFUSED, asked)
    if asked is None:
        return SEND
    if asked.job_id in chosen_jobs:
        return OF_VERDICT[ReplayVerdict.SUPERSEDED]
    return OF_VERDICT[_verdict(found, asked, raw_hash)]


def _barred(found: Seen, limits: ReplayLimits, now: datetime) -> Judgement | None:
    """Say what speaks against any replay of this letter, whatever it asks for."""
    letter = found.letter
    if found.standing.held_by:
        return Judgement(Outcome.SKIPPED, Reason.HELD_ELSEWHERE)
    if letter.enqueued_at and now - letter.enqueued_at > timedelta(seconds=limits.max_age_seconds):
        return Judgement(Outcome.REFUSED, Reason.TOO_OLD)
    if letter.replay_count >= limits.max_replays:
        return Judgement(Outcome.REFUSED, Reason.TOO_MANY_REPLAYS)
    if message_bytes(letter.body, letter.properties) > MAX_MESSAGE_BYTES:
        return Judgement(Outcome.REFUSED, Reason.TOO_LARGE)
    return None


def _verdict(found: Seen, asked: JobMessage, raw_hash: bytes) -> ReplayVerdict:
    standing = found.standing
    if standing.state is None:
        return ReplayVerdict.UNKNOWN if asked.follows_up else ReplayVerdict.QUEUED
    return replay_verdict(
        standing.state,
        same_payload=standing.job_type == asked.job_type
        and standing.payload_hash in {asked.payload_hash, raw_hash},
        superseded=standing.epoch > asked.epoch,
        wanted=not asked.follows_up or standing.parent_state is JobState.COMPLETED,
    )
