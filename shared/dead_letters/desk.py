"""What drives an operation on dead letters works with, and where it may die."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from shared.clock import Clock
from shared.dead_letters.judging import ReplayLimits
from shared.dead_letters.port import Letters
from shared.dead_letters.replays import Kind, Replays
from shared.messaging.outbox import Outbox


class ReplayPoint(StrEnum):
    """Where a driver may die, in the order of an operation's life."""

    TAKEN = "taken"
    PLANNED = "planned"
    LOOKED_AT = "looked_at"
    DECIDED = "decided"
    #: Epochs are raised and messages promised; nothing is sent.
    PROMISED = "promised"
    ARCHIVED = "archived"
    PUBLISHED = "published"
    NOTED_SENT = "noted_sent"
    #: The dead letters are away; the row does not know it.
    CLEARED = "cleared"
    NOTED_CLEARED = "noted_cleared"
    WOUND_UP = "wound_up"
    ENDED = "ended"


def _unobserved(_point: ReplayPoint) -> None:
    """Let the driver pass: the probe of production."""


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How a driver spends its time."""

    lease_seconds: float = 20.0
    #: How long until the sweep believes a replayed job's message lost.
    grace_seconds: float = 300.0
    archive_seconds: float = 30 * 86_400.0
    #: How much of the rate may be saved up while nothing can be sent.
    burst_seconds: float = 0.5


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What a driver works with."""

    #: Where dead letters lie.
    letters: Letters
    #: The same for those that were archived.
    archive: Letters
    #: Where operations are kept.
    replays: Replays
    #: Sends what was promised.
    outbox: Outbox
    #: Measures how long is driven.
    clock: Clock
    #: What is never replayed.
    limits: ReplayLimits = field(default_factory=ReplayLimits)
    patience: Patience = field(default_factory=Patience)
    #: Told of each point as it is reached.
    probe: Callable[[ReplayPoint], None] = _unobserved

    def letters_for(self, kind: Kind) -> Letters:
        """Return where an operation finds its letters."""
        return self.archive if kind is Kind.RESTORE else self.letters
