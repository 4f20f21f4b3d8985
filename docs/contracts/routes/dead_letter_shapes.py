"""What is answered about dead letters and the operations on them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from docs.contracts.routes.shapes import Shape
from shared.contracts import Topic
from shared.dead_letters.judging import Outcome, Reason
from shared.dead_letters.replays import Kind
from shared.persistence.port import JobState


class Sample(Shape):
    """One letter of a group, the newest."""

    sequence_number: int
    message_id: str | None
    job_id: str | None


class GroupView(Shape):
    """Letters with the same trouble."""

    #: Its name, for `selector.group`.
    group: str
    error_code: str
    job_type: str | None
    #: Without what differs from letter to letter.
    reason: str
    count: int
    #: When the first of them was sent.
    first_at: datetime | None
    last_at: datetime | None
    sample: Sample


class SubscriptionView(Shape):
    """What lies in one subscription."""

    topic: Topic
    subscription: str
    count: int
    #: There is more than was looked at.
    truncated: bool
    groups: list[GroupView]


class OverviewView(Shape):
    """What lies in every subscription."""

    at: datetime
    subscriptions: list[SubscriptionView]


class JobStanding(Shape):
    """The letter's job as it stands."""

    state: JobState
    epoch: int


class JudgementView(Shape):
    """What a replay would do with a letter."""

    outcome: Outcome
    reason: Reason | None


class LetterIdentity(Shape):
    """Which letter it is."""

    sequence_number: int
    message_id: str | None
    broker_reason: str | None
    #: When it was sent, not when it was dead-lettered.
    enqueued_at: datetime | None
    deliveries: int
    #: How often it was replayed.
    replays: int
    body_bytes: int
    body_sha256: str
    #: Only with `includeBody`: the body, if it is text.
    body: str | None = None
    #: Only with `includeBody`: the body, if it is none.
    body_base64: str | None = None
    #: Only with `includeBody`.
    properties: dict[str, Any] | None = None


class LetterView(LetterIdentity):
    """A dead letter, and what a replay would do with it."""

    job_id: str | None
    job_type: str | None
    creator_id: str | None
    error_code: str
    reason: str
    group: str
    #: Null: no such job is known.
    job: JobStanding | None
    #: The operation that has it in hand.
    held_by: str | None
    replay: JudgementView


class LetterPage(Shape):
    """A page of a subscription's dead letters."""

    topic: Topic
    subscription: str
    messages: list[LetterView]
    #: The next page's `from`; null on the last.
    next: int | None


class ArchivedView(LetterIdentity):
    """An archived letter."""

    job_id: str | int | None
    job_type: str | int | None
    creator_id: str | int | None
    archived_by: str
    archived_at: datetime
    #: Then it is deleted.
    expires_at: datetime
    #: The operation that archived it.
    operation: str


class ArchivePage(Shape):
    """A page of a subscription's archive."""

    topic: Topic
    subscription: str
    messages: list[ArchivedView]
    #: The next page's `from`; null on the last.
    next: int | None


class OutcomeCount(Shape):
    """How many messages came to the same."""

    outcome: Outcome
    reason: Reason | None
    count: int


class RehearsedMessage(Shape):
    """What would be done with one message."""

    sequence_number: int
    message_id: str | None
    job_id: str | None
    outcome: Outcome
    reason: Reason | None


class RehearsalView(Shape):
    """What an operation would do: the answer to `dryRun`."""

    dry_run: Literal[True]
    chosen: int
    counts: list[OutcomeCount]
    #: The first 200.
    messages: list[RehearsedMessage]


class LadderView(Shape):
    """How far a careful operation has climbed."""

    step: int
    #: How many messages this step has.
    size: int


class OperationView(Shape):
    """An operation as it stands."""

    id: str
    kind: Kind
    topic: Topic
    subscription: str
    state: Literal[
        "scheduled",
        "planning",
        "running",
        "clearing",
        "completed",
        "cancelled",
        "halted",
        "expired",
    ]
    #: Why it was cancelled or halted.
    why: str | None
    asked_by: str
    selector: dict[str, Any]
    limit: int | None
    rate_per_second: float | None
    #: Null: all at the rate at once.
    ladder: LadderView | None
    chosen: int
    #: Their turn has not come.
    waiting: int
    sent: int
    #: How many dead letters were taken away.
    cleared: int
    counts: list[OutcomeCount]
    #: Nothing above it is touched.
    bound_sequence: int | None
    start_at: datetime
    deadline_at: datetime
    created_at: datetime
    updated_at: datetime
    ended_at: datetime | None


class EditView(OperationView):
    """An edit as it stands."""

    #: The new job.
    job_id: str


class RecordView(Shape):
    """What an operation did with one message."""

    sequence_number: int
    message_id: str | None
    job_id: str | None
    job_type: str | None
    outcome: Outcome
    reason: Reason | None
    #: The new message's id.
    sent_as: str | None
    epoch: int | None
    #: Of the ladder.
    step: int | None
    #: The job's state by now.
    job_state: JobState | None
    at: datetime
    cleared_at: datetime | None


class OperationDetail(OperationView):
    """An operation, and a page of what it did."""

    messages: list[RecordView]
    #: The next page's `after`; null on the last.
    next: int | None


class OperationPage(Shape):
    """Operations, the newest first."""

    replays: list[OperationView]
    #: The next page's `before`; null on the last.
    next: datetime | None
