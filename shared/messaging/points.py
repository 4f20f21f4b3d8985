"""The named points of a job's life at which a process may die.

The engine passes through them and tells a probe. In production nobody listens; the chaos tests install a
probe that kills the process, at every point in turn, and then look for lost and doubled jobs.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum


class Point(StrEnum):
    """Where the engine is, in the order of a job's life."""

    RECEIVED = "received"
    #: The message is a job; nothing is written yet.
    DECODED = "decoded"
    #: The claim is durable: from here on a crash counts as a claim.
    CLAIMED = "claimed"
    #: The handler runs.
    HANDLING = "handling"
    #: The lease was extended while the handler runs.
    EXTENDED = "extended"
    #: A step and what it cost are durable; the handler goes on.
    KEPT = "kept"
    #: The handler is done; its result exists in memory only.
    HANDLED = "handled"
    #: The outcome and its outbox are durable; nothing is sent yet.
    RECORDED = "recorded"
    SENDING = "sending"
    #: The broker has the messages; the outbox does not know it yet.
    SENT = "sent"
    MARKED = "marked"
    #: All is done; the broker still holds the delivery.
    SETTLING = "settling"
    #: The message is no job, which is not written yet.
    REFUSING = "refusing"
    REFUSED = "refused"
    #: The sweep has given lost jobs new messages, unsent.
    REQUEUED = "requeued"
    #: The sweep has taken over unsent messages, and has not sent them.
    TAKEN = "taken"


#: Told of each point as it is reached.
Probe = Callable[[Point], None]


def unobserved(_point: Point) -> None:
    """Let the engine pass: the probe of production."""
