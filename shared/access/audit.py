"""The port to the record of what operators did, and its in-memory twin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import UUID

from shared.access.operators import Operator


@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    """One call of an operator's: who, what, and how it ended. Never a body, never a query."""

    #: `None`: the key was nobody's.
    operator: Operator | None
    #: Method and path, such as `POST /api/dead-letters/notify-email/replay`.
    action: str
    #: The answer's HTTP status; `None`: the call was begun, and it is not known how it ended.
    status: int | None = None
    #: The answer's error code.
    code: str | None = None


#: Looking around is kept for a week; what changes something, or was refused, for a year and a month.
LOOKS_DAYS, DEEDS_DAYS = 7, 400


class AuditTrail(Protocol):
    """Keeps what operators did. Each method raises `StoreUnavailableError` if the store is gone."""

    async def begin(self, call_id: UUID, entry: AuditEntry) -> None:
        """Write an entry down before anything is done; the same call again is the same entry."""
        ...

    async def end(self, call_id: UUID, *, status: int, code: str | None) -> None:
        """Note how it ended."""
        ...

    async def forget(self, *, limit: int) -> int:
        """Delete entries whose time is over, so many at the most; return how many."""
        ...


class MemoryAuditTrail:
    """A record in this process: an `AuditTrail`."""

    def __init__(self) -> None:
        self._entries: dict[UUID, AuditEntry] = {}

    @property
    def entries(self) -> Sequence[AuditEntry]:
        """Return all entries, the oldest first."""
        return list(self._entries.values())

    async def begin(self, call_id: UUID, entry: AuditEntry) -> None:
        """See `AuditTrail.begin`."""
        self._entries.setdefault(call_id, entry)

    async def end(self, call_id: UUID, *, status: int, code: str | None) -> None:
        """See `AuditTrail.end`."""
        self._entries[call_id] = replace(self._entries[call_id], status=status, code=code)

    async def forget(self, *, limit: int) -> int:
        """See `AuditTrail.forget`; a process does not live long enough to."""
        del limit
        return 0
