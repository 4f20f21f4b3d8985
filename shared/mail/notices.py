"""What may be told by mail, whom, and how soon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

#: The recipient of what concerns the service itself; no creator's id contains a space.
OPERATOR = "the operator"

#: At most one letter per recipient in that time; the rest is gathered.
QUIET_SECONDS = 15 * 60.0
#: The same for a creator who wants one letter a day.
DAILY_SECONDS = 24 * 3_600.0


class NoticeKind(StrEnum):
    """What kinds of things are told."""

    COMPLETED = "job.completed"
    FAILED = "job.failed"
    ENDPOINT_DISABLED = "endpoint.disabled"
    BUDGET = "budget.alert"
    ALERT = "operator.alert"
    CLEARED = "operator.cleared"


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One thing to be told."""

    #: The same whenever the same thing is told: it is told once.
    notice_id: str
    #: A creator's id, or `OPERATOR`.
    recipient: str
    kind: NoticeKind
    #: What the letter says about it; see `shared.mail.composing`.
    body: Mapping[str, Any]
    happened_at: datetime
    #: Told at once, unless the recipient got a letter a moment before; otherwise gathered for a while.
    urgent: bool = True


def endpoint_disabled(*, endpoint_id: str, creator_id: str, host: str, at: datetime) -> Notice:
    """Tell a creator that nothing is sent to an endpoint any more.

    Args:
        endpoint_id: the endpoint's; disabled again at another time, it is told again.
        creator_id: whose it is.
        host: what the creator knows it by; never its whole URL, which may hold a secret.
        at: when it was disabled.
    """
    return Notice(
        notice_id=f"endpoint:{endpoint_id}:{int(at.timestamp())}",
        recipient=creator_id,
        kind=NoticeKind.ENDPOINT_DISABLED,
        body={"host": host},
        happened_at=at,
    )


def budget_alert(*, mark_percent: int, spent_usd: Decimal, budget_usd: Decimal, at: datetime) -> Notice:
    """Tell the operator, once a month and mark, how much of the month's budget for AI is spent."""
    return Notice(
        notice_id=f"budget:{at:%Y-%m}:{mark_percent}",
        recipient=OPERATOR,
        kind=NoticeKind.BUDGET,
        body={
            "mark": mark_percent,
            "spent": f"{spent_usd:.2f}",
            "budget": f"{budget_usd:.2f}",
            "month": f"{at:%Y-%m}",
        },
        happened_at=at,
    )


def operator_alert(
    *, event: str, subject: str, episode: int, fields: Mapping[str, Any], at: datetime, cleared: bool
) -> Notice:
    """Tell the operator that something is wrong, at once, or that it is well again, with the next letter.

    Args:
        event: the monitor's name for it, such as `job_stuck`.
        subject: what it is about, such as a job type.
        episode: how often it was raised; each time is told once.
        fields: its figures.
        at: when it was raised, or cleared.
        cleared: it is well again.
    """
    return Notice(
        notice_id=f"alert:{event}:{subject}:{episode}:{'cleared' if cleared else 'raised'}",
        recipient=OPERATOR,
        kind=NoticeKind.CLEARED if cleared else NoticeKind.ALERT,
        body={"event": event, "subject": subject, **fields},
        happened_at=at,
        urgent=not cleared,
    )
