"""The port to where notices wait and letters are kept: what makes mail survive whoever sends it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from shared.mail.notices import Notice
from shared.mail.port import Effect


class LetterState(StrEnum):
    """What became of a letter."""

    #: To be sent, or to be sent again once it is due.
    WAITING = "waiting"
    #: Somebody is sending it.
    CLAIMED = "claimed"
    SENT = "sent"
    #: Nobody knows whether it was sent; it is not sent again.
    UNCERTAIN = "uncertain"
    #: The mail service will never take it.
    REFUSED = "refused"
    #: It was deferred for too long.
    GIVEN_UP = "given_up"
    #: The creator has no address any more, or wants no mail.
    DROPPED = "dropped"


@dataclass(frozen=True, kw_only=True)
class Told:
    """A notice as a letter tells it."""

    kind: str
    body: Mapping[str, Any]
    happened_at: datetime


@dataclass(frozen=True, kw_only=True)
class ClaimedLetter:
    """A letter that is ours to send until the lease ends."""

    letter_id: UUID
    fence: int
    #: 1 for the first.
    attempt: int
    recipient: str
    #: An attempt on the same way has ended with an unknown outcome.
    again: bool
    #: `None`: whoever it is for can't, or does not want to, be reached.
    address: str | None
    #: BCP 47, as the creator's profile has it.
    language: str | None
    #: What the creator is called; unknown if `None`.
    name: str | None = None
    #: The oldest first.
    notices: Sequence[Told] = ()


@dataclass(frozen=True, kw_only=True)
class Ending:
    """What an attempt came to."""

    state: LetterState
    #: For `WAITING`: when it is due again.
    due_in_seconds: float = 0.0
    #: It is certain that nothing was sent: another way may be tried.
    unsent: bool = False
    reference: str | None = None
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class KeptLetter:
    """A letter as it stands."""

    letter_id: UUID
    recipient: str
    state: LetterState
    attempt: int
    address: str | None
    subject: str | None
    error: str | None
    updated_at: datetime


class LetterStore(Protocol):
    """Keeps notices and letters. Each method is one transaction.

    Raises:
        StoreUnavailableError: from each, when the database is away.
    """

    async def note(self, notice: Notice, *, gather_seconds: float) -> bool:
        """Keep a notice, unless it is kept already or its recipient does not want it.

        Args:
            notice: what is to be told.
            gather_seconds: how long it may wait for others; more if the recipient wants one letter a day.

        Returns:
            Whether it is due now.
        """
        ...

    async def gather(self, *, limit: int, recipient: str | None = None) -> int:
        """Make one letter for each recipient who is due one, of everything that waits for it.

        Args:
            limit: the most letters.
            recipient: only this one's.

        Returns:
            How many were made.
        """
        ...

    async def claim(
        self, *, limit: int, effect: Effect, lease_seconds: float, operator: str | None, recipient: str | None
    ) -> Sequence[ClaimedLetter]:
        """Take letters that are due; those that must not be sent again become `UNCERTAIN`.

        Args:
            limit: the most letters.
            effect: of the way on which they would be sent.
            lease_seconds: how long nobody else takes them.
            operator: the operator's address.
            recipient: only this one's.
        """
        ...

    async def intend(self, letter: ClaimedLetter, *, effect: Effect, subject: str) -> bool:
        """Note, before it is sent, that it is about to be; `False` if it is not ours any more."""
        ...

    async def record(self, letter: ClaimedLetter, ending: Ending) -> bool:
        """Note what an attempt came to; `False` if somebody else has the letter by now."""
        ...

    async def uncertain(self, *, limit: int) -> Sequence[KeptLetter]:
        """Return the letters nobody knows the fate of, the newest first: for the operator."""
        ...

    async def forget(self, *, after_days: int, limit: int) -> int:
        """Delete what was done so long ago; return how much."""
        ...
