"""What a receiver's outcome does to a message, whether it comes by disposition or by management request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from infra.local.broker.codec import encode
from infra.local.broker.store import Store

_REASON, _DESCRIPTION = "DeadLetterReason", "DeadLetterErrorDescription"


class Outcome(Enum):
    """The five ways to settle."""

    COMPLETED = "completed"
    ABANDONED = "abandoned"
    DEFERRED = "defered"
    DEAD_LETTERED = "suspended"
    RELEASED = "released"


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """An outcome with what belongs to it."""

    outcome: Outcome
    reason: str | None = None
    description: str | None = None
    changes: Mapping[str, bytes] = field(default_factory=dict)


def changed(properties: Mapping[Any, Any] | None) -> dict[str, bytes]:
    """Encode the application properties that an outcome adds or replaces."""
    return {str(name): encode(value) for name, value in (properties or {}).items()}


def dead_lettering(info: Mapping[Any, Any] | None, *, description: str | None = None) -> Settlement:
    """Read the info of a dead-letter rejection: reason, description, and properties to change."""
    rest = {str(name): value for name, value in (info or {}).items()}
    reason, described = rest.pop(_REASON, None), rest.pop(_DESCRIPTION, None)
    return Settlement(
        outcome=Outcome.DEAD_LETTERED,
        reason=reason,
        description=described if described is not None else description,
        changes=changed(rest),
    )


def settle(store: Store, token: str, settlement: Settlement) -> None:
    """Apply a settlement to a locked message.

    Raises:
        MessageLockLostError: the lock is gone.
    """
    match settlement.outcome:
        case Outcome.COMPLETED:
            store.complete(token)
        case Outcome.ABANDONED:
            store.abandon(token, settlement.changes)
        case Outcome.DEFERRED:
            store.defer(token, settlement.changes)
        case Outcome.RELEASED:
            store.release(token)
        case Outcome.DEAD_LETTERED:
            store.dead_letter(
                token,
                reason=settlement.reason,
                description=settlement.description,
                changes=settlement.changes,
            )
