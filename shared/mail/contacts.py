"""Where creators are reached and what they want to hear of: the port to the table, and its values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Contact:
    """How a creator is reached."""

    creator_id: str
    #: `None`: not at all.
    email: str | None = None
    #: BCP 47; the profile's where it is not known.
    language: str | None = None
    completed: bool = True
    failed: bool = True
    #: One letter a day instead of one a quarter of an hour.
    daily: bool = False
    #: When the creator asked, elsewhere, to get mail: the only thing that undoes having unsubscribed before.
    subscribed_at: datetime | None = None
    unsubscribed_at: datetime | None = None


class Contacts(Protocol):
    """Keeps contacts.

    Raises:
        StoreUnavailableError: from each, when the database is away.
    """

    async def find(self, creator_ids: Sequence[str]) -> Mapping[str, Contact]:
        """Return those that are known."""
        ...

    async def keep(self, contacts: Sequence[Contact]) -> None:
        """Replace what was known of them; who has unsubscribed stays so, unless subscribed since."""
        ...

    async def unsubscribe(self, creator_id: str) -> None:
        """Send this creator nothing any more; done again, or for somebody unknown, it does no harm."""
        ...
