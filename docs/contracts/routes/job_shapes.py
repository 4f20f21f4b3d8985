"""What is answered about jobs, what they cost, and what needs the operator."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from docs.contracts.routes.shapes import Shape
from shared.contracts import EventError, JobStatus
from shared.dead_letters.judging import Reason
from shared.dead_letters.replays import Kind
from shared.health.checking import Standing
from shared.persistence.port import JobState


class JobView(Shape):
    """A job as the front end sees it."""

    job_id: str
    job_type: str
    creator_id: str
    status: JobStatus
    #: Of the job, from 0.
    attempt: int
    created_at: datetime
    updated_at: datetime
    #: Orders this answer among the job's events.
    version: int
    #: Of a completed job; its shape depends on the job type.
    result: dict[str, Any] | None = None
    #: Why it failed, or failed last.
    error: EventError | None = None


class JobPage(Shape):
    """Jobs, the newest first, without their results."""

    jobs: list[JobView]
    #: The next page's `cursor`; null on the last.
    next: str | None


class HistoryRow(Shape):
    """One state that a job was in."""

    epoch: int
    attempt: int
    fence: int
    state: JobState
    error_code: str | None
    #: What the attempt used up, by resource.
    usage: dict[str, Any] | None
    at: datetime


class CallRow(Shape):
    """One paid call of a model."""

    epoch: int
    attempt: int
    task: str
    role: str | None
    deployment: str
    input_tokens: int
    output_tokens: int
    reasoning_tokens: int
    cost_usd_micros: int
    at: datetime


class MessageRow(Shape):
    """One message that was promised."""

    message_id: str
    topic: str
    event_type: str | None
    created_at: datetime
    #: Not before.
    send_at: datetime | None
    #: When the broker had it.
    sent_at: datetime | None


class LetterRow(Shape):
    """One thing that was to be told by mail."""

    notice_id: str
    kind: str
    noted_at: datetime
    due_at: datetime | None
    #: Of the letter; null while there is none.
    state: str | None
    attempt: int | None
    mailer: str | None
    error: str | None
    state_at: datetime | None


class WebhookRow(Shape):
    """One attempt to tell a creator's server, or a delivery without one."""

    delivery_id: str
    endpoint_id: str
    event_type: str
    state: str
    due_at: datetime | None
    created_at: datetime
    fence: int | None
    started_at: datetime | None
    status: int | None
    took_ms: int | None
    outcome: str | None


class ReplayRow(Shape):
    """An operation on dead letters that touched the job."""

    replay_id: str
    kind: Kind
    state: str
    reason: Reason | None
    sent_as: str | None
    epoch: int | None
    at: datetime


class FollowUpRow(Shape):
    """A job that the workers asked for because of this one."""

    job_id: str
    job_type: str
    state: JobState
    epoch: int
    attempt: int
    error_code: str | None
    created_at: datetime
    updated_at: datetime


class JobStoryView(JobView):
    """Everything that is known of a job; no payload, prompt or answer is in it."""

    #: Raised by each replay.
    epoch: int
    fence: int
    state: JobState
    cost_usd_micros: int
    history: list[HistoryRow]
    calls: list[CallRow]
    messages: list[MessageRow]
    letters: list[LetterRow]
    webhooks: list[WebhookRow]
    replays: list[ReplayRow]
    follow_ups: list[FollowUpRow]


class Alive(Shape):
    """The process answers."""

    status: Literal["alive"]


class ServiceAnswer(Shape):
    """How one service answered."""

    ok: bool
    took_ms: float
    #: `timeout`, or the kind of error.
    problem: str | None


class Readiness(Shape):
    """Whether jobs can be done."""

    status: Standing
    #: Told to operators only: `postgresql`, `redis`, `service_bus`, `models`.
    services: dict[str, ServiceAnswer] | None = None


class Spending(Shape):
    """What a part of the month cost."""

    usd_micros: int
    calls: int
    jobs: int
    input_tokens: int
    output_tokens: int
    reasoning_tokens: int


class DaySpending(Spending):
    """What a day cost."""

    day: str


class ModelSpending(Spending):
    """What a model cost."""

    deployment: str


class WorkerSpending(Spending):
    """What a job type cost."""

    job_type: str


class CreatorSpending(Spending):
    """What a creator cost."""

    creator_id: str


class Spared(Shape):
    """What the answers without a model would have cost."""

    answers: int
    usd_micros: int


class CostsView(Shape):
    """A month's money, in millionths of a dollar."""

    month: str
    spent_usd_micros: int
    #: Null: there is none.
    budget_usd_micros: int | None
    forecast_usd_micros: int
    budget_percent: float | None
    forecast_percent: float | None
    days: list[DaySpending]
    models: list[ModelSpending]
    workers: list[WorkerSpending]
    #: The dearest 50.
    creators: list[CreatorSpending]
    spared: Spared


class AlertView(Shape):
    """Something that is wrong, or was."""

    event: Literal["dead_letters_high", "job_stuck", "outbox_lag", "error_rate_high", "budget_mark"]
    #: What it is about: a subscription, a job type, a topic, a mark.
    subject: str
    #: How often it was raised.
    episode: int
    figures: dict[str, Any]
    raised_at: datetime
    #: Null: it stands.
    cleared_at: datetime | None


class AlertList(Shape):
    """What is wrong now, and what was within the last week."""

    alerts: list[AlertView]


class OperatorView(Shape):
    """Whose key it is."""

    name: str
    role: Literal["viewer", "operator", "admin"]


class Connection(Shape):
    """Where SignalR listens, and what lets in."""

    url: str
    access_token: str


class Session(Shape):
    """Who looks at the console."""

    operator: OperatorView
    #: Whether edits are enabled, and allowed to this operator.
    may_edit: bool
    #: Where all jobs are followed; null where that is not set up.
    realtime: Connection | None
