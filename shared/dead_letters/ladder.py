"""The canary ladder: a few first, and more only when these have ended well."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

STEPS = (1, 2, 5, 20, 50, 100)
#: Of steps as small as these, none may fail; of larger ones, so large a share.
_CANARIES = 5
_TOLERATED_SHARE = 0.1


class Next(Enum):
    """What follows a step."""

    WAIT = auto()
    CLIMB = auto()
    HALT = auto()


@dataclass(frozen=True, kw_only=True)
class StepStanding:
    """How the messages of a step fare."""

    total: int
    completed: int = 0
    failed: int = 0
    #: Since the step's last message was sent.
    waited_seconds: float = 0.0

    @property
    def open(self) -> int:
        """Return how many have not ended."""
        return self.total - self.completed - self.failed


def size_of(step: int) -> int:
    """Return how many messages a step has; the first step is 1."""
    return STEPS[min(step, len(STEPS)) - 1]


def after(step: StepStanding, *, patience_seconds: float) -> Next:
    """Say what follows a step that was sent as a whole.

    Args:
        step: how it fares.
        patience_seconds: how long to wait for those that have not ended.
    """
    tolerated = 0 if step.total <= _CANARIES else int(step.total * _TOLERATED_SHARE)
    if step.failed > tolerated:
        return Next.HALT
    if step.open and step.waited_seconds < patience_seconds:
        return Next.WAIT
    return Next.CLIMB
