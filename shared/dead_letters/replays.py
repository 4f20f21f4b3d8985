"""Operations on dead letters, and the port to where they are kept.

An operation is a row: whoever holds its lease drives it, and whoever comes after goes on where that one
stopped. Each write carries the driver's fence, and an older one writes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from shared.dead_letters.judging import Outcome, Reason
from shared.dead_letters.ladder import StepStanding
from shared.dead_letters.letters import DeadLetter, Source
from shared.dead_letters.standing import Seen, Standing
from shared.persistence.port import JobMessage, OutboxMessage
from shared.persistence.replaying import ReplayVerdict


class Kind(StrEnum):
    """What an operation does with the letters that it chooses."""

    REPLAY = "replay"
    ARCHIVE = "archive"
    #: Sends again what was archived.
    RESTORE = "restore"
    #: Sends one letter's job with another payload, as a new job.
    EDIT = "edit"


class Phase(StrEnum):
    """How far an operation is."""

    PLANNING = "planning"
    FORWARDING = "forwarding"
    #: What was dealt with is taken away.
    CLEARING = "clearing"
    ENDED = "ended"


class Ending(StrEnum):
    """How an operation ends."""

    COMPLETED = "completed"
    CANCELLED = "cancelled"
    #: Too many of a step failed again.
    HALTED = "halted"
    EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True)
class NewOperation:
    """An operation as it is asked for."""

    operation_id: str
    kind: Kind
    source: Source
    #: JSON: what the driver needs, and what tells this request from another.
    request: Mapping[str, Any]
    asked_by: str
    start_in_seconds: float = 0.0
    #: After this long it ends, however far it is.
    within_seconds: float = 3_600.0


@dataclass(frozen=True, kw_only=True)
class Operation:
    """An operation as it stands."""

    operation_id: str
    kind: Kind
    source: Source
    request: Mapping[str, Any]
    asked_by: str
    phase: Phase
    ending: Ending
    why: str | None
    next_sequence: int
    bound_sequence: int | None
    step: int
    fence: int
    #: How many messages have which outcome, for which reason.
    counts: Mapping[tuple[Outcome, Reason | None], int]
    #: How many dead letters were taken away.
    cleared: int
    start_at: datetime
    deadline_at: datetime
    created_at: datetime
    updated_at: datetime
    ended_at: datetime | None
    #: The database's clock.
    now: datetime
    #: Until the rate lets the next message through; 0 or less: now.
    paced_seconds: float = 0.0
    leased: bool = False

    def count(self, *outcomes: Outcome) -> int:
        """Return how many messages have one of these outcomes."""
        return sum(number for (outcome, _), number in self.counts.items() if outcome in outcomes)

    @property
    def chosen(self) -> int:
        """Return how many messages were chosen."""
        return sum(self.counts.values())


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What is noted of a message that is not sent."""

    sequence_number: int
    outcome: Outcome
    reason: Reason


@dataclass(frozen=True, kw_only=True)
class Forwarding:
    """A message that is to be sent: a job afresh, or a copy of an event."""

    sequence_number: int
    job: JobMessage | None = None
    raw_hash: bytes = b""
    event: OutboxMessage | None = None


@dataclass(frozen=True, kw_only=True)
class Forwarded:
    """The store's word on a message that was to be sent."""

    verdict: ReplayVerdict
    epoch: int | None
    sent_as: str | None


@dataclass(frozen=True, kw_only=True)
class MessageRecord:
    """What an operation did with one message."""

    sequence_number: int
    message_id: str | None
    job_id: str | None
    job_type: str | None
    outcome: Outcome
    reason: Reason | None
    sent_as: str | None
    epoch: int | None
    step: int | None
    at: datetime
    cleared_at: datetime | None
    #: The job's state by now.
    job_state: str | None = None


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How an operation's messages are spread over time."""

    #: How long the messages that are sent now use up the rate.
    cost_seconds: float = 0.0
    #: How much of the rate may be saved up.
    burst_seconds: float = 1.0
    #: The ladder's step that they belong to.
    step: int = 0


@dataclass(frozen=True, kw_only=True)
class ArchivedLetter:
    """A dead letter in the archive; its number there is its sequence number."""

    letter: DeadLetter
    source: Source
    operation_id: str
    archived_by: str
    archived_at: datetime
    expires_at: datetime
    restored_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Planned:
    """What planning found on one page."""

    chosen: Sequence[Seen]
    next_sequence: int
    #: Set when planning is done: nothing above it is ever touched.
    bound_sequence: int | None = None


@dataclass(frozen=True, kw_only=True)
class Tenure:
    """A driver's claim to an operation."""

    operation_id: str
    fence: int
    lease_seconds: float


class Replays(Protocol):
    """Keeps operations. Each method is atomic and raises `StoreUnavailableError` if the store is gone.

    Methods that take a `Tenure` lengthen its lease, and change nothing and return `None` when it is over.
    """

    async def standings(self, source: Source, letters: Sequence[DeadLetter]) -> Mapping[int, Standing]:
        """Return what is known of dead letters, by their sequence numbers."""
        ...

    async def create(self, new: NewOperation) -> Operation:
        """Keep an operation; the same id again returns what is there, whatever it is."""
        ...

    async def operation(self, operation_id: str) -> Operation | None:
        """Return an operation as it stands."""
        ...

    async def recent(self, *, limit: int, before: datetime | None) -> Sequence[Operation]:
        """Return operations, the newest first."""
        ...

    async def due(self, *, limit: int) -> Sequence[str]:
        """Return operations that nobody drives and whose time has come, the oldest first."""
        ...

    async def take(self, operation_id: str, *, lease_seconds: float) -> Operation | None:
        """Become an operation's driver; `None` when it has one, has ended, or its time has not come."""
        ...

    async def extend(self, tenure: Tenure) -> bool:
        """Lengthen the lease; `False` when it is over."""
        ...

    async def release(self, tenure: Tenure) -> None:
        """Let another driver go on at once."""
        ...

    async def plan(self, tenure: Tenure, planned: Planned) -> Operation | None:
        """Note what was chosen; messages that another operation holds are noted as skipped."""
        ...

    async def planned(self, operation_id: str, *, limit: int) -> Mapping[int, str | None]:
        """Return the first messages whose turn has not come: ids by sequence numbers."""
        ...

    async def decide(self, tenure: Tenure, decisions: Sequence[Decision]) -> Operation | None:
        """Note what becomes of planned messages that are not sent."""
        ...

    async def forward(
        self, tenure: Tenure, forwardings: Sequence[Forwarding], pace: Pace, *, grace_seconds: float
    ) -> Mapping[int, Forwarded] | None:
        """Raise the jobs' epochs and promise the messages, all at once with the note of it."""
        ...

    async def archive(
        self, tenure: Tenure, letters: Sequence[DeadLetter], *, keep_seconds: float
    ) -> Operation | None:
        """Put planned letters into the archive, all at once with the note of it."""
        ...

    async def mark_sent(self, tenure: Tenure) -> Operation | None:
        """Note which messages the outbox says are sent."""
        ...

    async def step(self, operation_id: str, step: int) -> StepStanding:
        """Return how the messages of a step fare."""
        ...

    async def uncleared(self, operation_id: str, *, limit: int) -> Mapping[int, str | None]:
        """Return messages that are dealt with and still lie there: ids by sequence numbers."""
        ...

    async def cleared(self, tenure: Tenure, numbers: Collection[int]) -> Operation | None:
        """Note that dead letters were taken away."""
        ...

    async def wind_up(self, tenure: Tenure, ending: Ending, why: str | None = None) -> Operation | None:
        """Send nothing more: what was planned is not tried, what was dealt with is cleared away."""
        ...

    async def end(self, tenure: Tenure) -> Operation | None:
        """End an operation that has nothing more to send or to clear away."""
        ...

    async def cancel(self, operation_id: str, why: str) -> Operation | None:
        """Send nothing more, on an operator's word; what was promised to the broker is sent nevertheless."""
        ...

    async def messages(self, operation_id: str, *, after: int, limit: int) -> Sequence[MessageRecord]:
        """Return what an operation did with its messages, by sequence number."""
        ...

    async def archived(
        self, source: Source, *, from_number: int, limit: int, restored: bool = False
    ) -> Sequence[ArchivedLetter]:
        """Return the archive's letters of a subscription, from a number on."""
        ...

    async def restored(self, numbers: Collection[int]) -> None:
        """Note that archived letters were sent again, and forget their bodies."""
        ...

    async def purge(self) -> int:
        """Delete what is kept for no longer, and return how many letters that were."""
        ...
