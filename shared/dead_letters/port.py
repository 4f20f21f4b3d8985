"""The port to where dead letters lie."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from shared.dead_letters.letters import DeadLetter, Source


@dataclass(frozen=True, kw_only=True)
class Cleared:
    """What came of taking dead letters away."""

    #: By their sequence numbers: gone now, by this or before it.
    gone: Collection[int]
    #: Somebody else holds a lock on them; again later.
    left: Collection[int]


class Letters(Protocol):
    """All dead letters. Each method raises `BrokerUnavailableError` if the broker is away."""

    async def peek(self, source: Source, *, from_sequence: int, limit: int) -> Sequence[DeadLetter]:
        """Return what lies there from a sequence number on, in order; locks and changes nothing.

        It may return fewer than `limit`; only an empty answer says that there is no more.
        """
        ...

    async def clear(
        self, source: Source, wanted: Mapping[int, str | None], *, within_seconds: float
    ) -> Cleared:
        """Take dead letters away: those of these sequence numbers and message ids, and no others.

        Others that have to be passed on the way are given back; the broker counts that as a delivery.
        """
        ...
