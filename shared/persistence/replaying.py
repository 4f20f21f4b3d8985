"""What crosses the port to the store when an operator asks for jobs again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shared.persistence.port import JobMessage, JobState


@dataclass(frozen=True, kw_only=True)
class JobReplay:
    """A job that is to be done again, or for the first time, on an operator's word."""

    #: As its message asks for it; `epoch` is the message's own, and the store raises it.
    job: JobMessage
    #: What the message is kept under if it was refused: the hash of its bytes.
    raw_hash: bytes
    #: How long until the sweep believes its new message lost.
    grace_seconds: float


class ReplayVerdict(StrEnum):
    """What the store did with a job that was asked for again."""

    #: It waits to be done, in a new epoch.
    QUEUED = "queued"
    COMPLETED = "completed"
    #: It waits already, or runs: it will end without this.
    UNDER_WAY = "under_way"
    #: It was asked for again before: the message is of an older epoch.
    SUPERSEDED = "superseded"
    #: The same job id belongs to another payload.
    CONFLICT = "conflict"
    #: It follows up a job that does not wait for it.
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """The store's answer to a replay."""

    verdict: ReplayVerdict
    epoch: int
    #: The id of the message that asks for the job, promised in the outbox; set exactly when it is queued.
    sent_as: str | None = None


def replay_verdict(state: JobState, *, same_payload: bool, superseded: bool, wanted: bool) -> ReplayVerdict:
    """Say what becomes of a known job that is asked for again; the statement says the same in SQL."""
    if not same_payload:
        return ReplayVerdict.CONFLICT
    if superseded:
        return ReplayVerdict.SUPERSEDED
    if state is JobState.COMPLETED:
        return ReplayVerdict.COMPLETED
    if not state.terminal:
        return ReplayVerdict.UNDER_WAY
    return ReplayVerdict.QUEUED if wanted else ReplayVerdict.UNKNOWN
