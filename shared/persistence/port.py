"""The port to the store of jobs, and the shapes that cross it.

The store is the truth about every job; the broker's messages are only hints. All times are the store's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from shared.ai.port import ModelCall
from shared.contracts import Topic
from shared.errors import JobCancelledError

if TYPE_CHECKING:
    from shared.persistence.replaying import JobReplay, Replayed


class JobState(StrEnum):
    """Where a job is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    RETRY_WAIT = "retry_wait"
    COMPLETED = "completed"
    FAILED = "failed"
    TIMEOUT = "timeout"

    @property
    def terminal(self) -> bool:
        """Whether only a replay leads out of it."""
        return self in {JobState.COMPLETED, JobState.FAILED, JobState.TIMEOUT}


class Verdict(StrEnum):
    """What a delivery may do with its job."""

    #: The delivery owns the job until its lease ends.
    CLAIMED = "claimed"
    #: Somebody else owns it, or will be sent it: this delivery is a duplicate.
    BUSY = "busy"
    #: A later attempt or epoch has taken this message's place.
    SUPERSEDED = "superseded"
    COMPLETED = "completed"
    #: It ended as `failed` or `timeout`.
    FAILED = "failed"
    #: It was called off before it ended: nobody misses it.
    CANCELLED = "cancelled"
    #: The same job id was seen with another payload.
    CONFLICT = "conflict"
    #: It follows up another job, and no job has asked for it.
    UNKNOWN = "unknown"


def verdict_on(
    state: JobState, *, same_payload: bool, superseded: bool, error_code: str | None = None
) -> Verdict:
    """Say why a delivery was not given its job."""
    if not same_payload:
        return Verdict.CONFLICT
    if superseded:
        return Verdict.SUPERSEDED
    if state == JobState.COMPLETED:
        return Verdict.COMPLETED
    if error_code == JobCancelledError.code:
        return Verdict.CANCELLED
    return Verdict.FAILED if state.terminal else Verdict.BUSY


@dataclass(frozen=True, kw_only=True)
class JobMessage:
    """A decoded message that asks for a job, as the store needs it."""

    job_id: str
    job_type: str
    creator_id: str
    body: bytes
    properties: Mapping[str, Any]
    payload_hash: bytes
    epoch: int
    attempt: int
    deadline_ms: int
    #: When the creator began to wait; the store takes its own present if unknown or later than that.
    asked_at: datetime | None
    #: Asks for a job that another one has asked for: it is there already, or nobody has.
    follows_up: bool = False
    #: What the job belongs to, such as a conversation: its newest job makes the older ones pointless.
    thread: str | None = None


@dataclass(frozen=True, kw_only=True)
class Claim:
    """The store's answer to a delivery."""

    verdict: Verdict
    job_id: str
    epoch: int
    attempt: int
    fence: int
    #: How often this attempt was started, this time included.
    claims: int
    #: Seconds left until the job's deadline; negative when it has passed.
    remaining_seconds: float
    #: Messages of this job still wait to be sent.
    unsent: bool
    #: How many jobs of its thread were known before; 0 without a thread.
    turn: int = 0
    #: A newer job of its thread is known, by when the creator asked, and this one was never started before.
    superseded: bool = False


def unknown(message: JobMessage) -> Claim:
    """Return the answer to a follow-up that nobody has asked for."""
    return Claim(
        verdict=Verdict.UNKNOWN,
        job_id=message.job_id,
        epoch=message.epoch,
        attempt=message.attempt,
        fence=0,
        claims=0,
        remaining_seconds=0.0,
        unsent=False,
    )


@dataclass(frozen=True, kw_only=True)
class OutboxMessage:
    """A message that a transaction promised to send."""

    #: Deterministic, so that sending it twice is recognisable.
    message_id: str
    topic: Topic
    body: bytes
    properties: Mapping[str, Any]
    #: Seconds until the broker is to deliver it.
    delay_seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class NextAttempt:
    """A transient failure's way on."""

    attempt: int
    body: bytes
    delay_seconds: float
    #: How long after the delay the sweep steps in if the message never came.
    grace_seconds: float


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """A job that another one asks for; it comes to be when that one is recorded, or not at all."""

    job: JobMessage
    #: Asks for the job; its delay is the job's.
    message: OutboxMessage
    #: How long after the delay the sweep steps in if the message never came.
    grace_seconds: float


@dataclass(frozen=True, kw_only=True)
class Enrichment:
    """What a job adds to its parent's result: the completed job, of the same creator, that it follows up."""

    parent_id: str
    parent_type: str
    #: Put beside the result's other fields, or in their place.
    fields: Mapping[str, Any]
    #: Tells of it; promised only if the parent took the fields.
    message: OutboxMessage


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What becomes of a claimed job; written as a whole or not at all."""

    job_id: str
    creator_id: str
    epoch: int
    attempt: int
    fence: int
    state: JobState
    result: Mapping[str, Any] | None = None
    error_code: str | None = None
    error_message: str | None = None
    #: Set exactly when the state is `RETRY_WAIT`.
    next_attempt: NextAttempt | None = None
    calls: Sequence[ModelCall] = ()
    #: By their ledger keys: calls of which it is not known whether the ledger has them already.
    doubtful_calls: Mapping[str, ModelCall] = field(default_factory=dict)
    #: What the attempt used up besides models, by resource (`audio_seconds`, `downloaded_bytes`, …).
    usage: Mapping[str, float] = field(default_factory=dict)
    messages: Sequence[OutboxMessage] = ()
    follow_ups: Sequence[FollowUp] = ()
    enrichment: Enrichment | None = None

    @property
    def self_contained(self) -> bool:
        """Whether it touches no other job's row, and no ledger row that may be there already."""
        return not (self.follow_ups or self.enrichment or self.doubtful_calls)


@dataclass(frozen=True, kw_only=True)
class Cancellation:
    """A job that is to be called off, as it was seen a moment before."""

    job_id: str
    #: As seen; whoever has claimed the job since makes this one void.
    fence: int
    error_code: str
    error_message: str
    #: Announce it.
    messages: Sequence[OutboxMessage] = ()


@dataclass(frozen=True, kw_only=True)
class Rejection:
    """A message that is no job: kept as it came, with the reason."""

    #: Stable over redeliveries of the same message.
    message_key: bytes
    subscription: str
    message_id: str | None
    body: bytes
    error_code: str
    reason: str
    #: Set when an id could be read: the job is then recorded as failed, and announced.
    job: JobMessage | None = None
    messages: Sequence[OutboxMessage] = ()


@dataclass(frozen=True, kw_only=True)
class JobRecord:
    """A job as it stands."""

    job_id: str
    job_type: str
    creator_id: str
    state: JobState
    epoch: int
    attempt: int
    created_at: datetime
    updated_at: datetime
    result: Mapping[str, Any] | None = None
    error_code: str | None = None
    error_message: str | None = None
    #: Raised by every claim; with the epoch it orders what is said of the job.
    fence: int = 0


class JobStore(Protocol):
    """Remembers jobs. Every method is atomic; each raises `StoreUnavailableError` if the store is gone."""

    async def claim(self, message: JobMessage, *, claim_id: UUID, lease_seconds: float) -> Claim:
        """Insert the job or take it over, unless it is owned, done, superseded or another job.

        A follow-up is never inserted: the job that asked for it has done so.
        Of a thread's jobs that are claimed at once, the newest supersedes the others.
        Calling it again with the same `claim_id` is the same claim.
        """
        ...

    async def extend(self, job_id: str, fence: int, *, lease_seconds: float) -> bool:
        """Lengthen the lease; `False` when the job is no longer owned by this fence."""
        ...

    async def record(self, outcome: Outcome, *, sweep_after_seconds: float) -> bool:
        """Write an outcome; `False` when the job is no longer owned by this fence.

        A follow-up that exists in the same epoch is left alone, one of an older epoch is started afresh.
        Where the parent can't be enriched, nothing is promised either: `unsent_of` tells what was.

        Model calls reach the ledger either way: they are paid. After an interrupted commit the store finds
        out what became of it before it answers.
        """
        ...

    async def reject(self, rejection: Rejection, *, sweep_after_seconds: float) -> bool:
        """Keep a message that is no job; `True` when this delivery recorded its job as failed."""
        ...

    async def replay(self, replay: JobReplay, *, sweep_after_seconds: float) -> Replayed:
        """Queue a job that ended badly again, in a higher epoch, and promise the message that asks for it.

        A job that nobody knows is queued for the first time, unless it follows up another. The parent of a
        follow-up goes along into the new epoch. After an interrupted commit it answers as to a second call.
        """
        ...

    async def cancel(self, cancellation: Cancellation, *, sweep_after_seconds: float) -> bool:
        """End a job that is not over as failed; `False` when it is over, or was claimed since it was seen.

        Its worker, if it has one, learns at its next heartbeat that the job is not its own any more.
        """
        ...

    async def mark_sent(self, message_ids: Sequence[str]) -> None:
        """Note that the broker has these messages."""
        ...

    async def unsent_of(self, job_id: str) -> Sequence[OutboxMessage]:
        """Return one job's messages that still wait to be sent."""
        ...

    async def requeue_due(self, *, limit: int, grace_seconds: float) -> int:
        """Give every job whose due time has passed a new message, and return how many there were."""
        ...

    async def take_unsent(self, *, limit: int, again_after_seconds: float) -> Sequence[OutboxMessage]:
        """Take over messages that their writer did not send in time; nobody else is given them meanwhile."""
        ...

    async def wake(self, job_id: str) -> bool:
        """Make a waiting job due now, so that the next sweep sends it; `False` when it does not wait."""
        ...

    async def job(self, job_id: str) -> JobRecord | None:
        """Return a job as it stands."""
        ...

    async def month_usd_micros(self, month: str) -> int:
        """Return what was paid for model calls in a month (`2026-11`, UTC), by when it was recorded."""
        ...
