"""The ports of what clients ask before they listen: who they are, and where to connect."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

#: The hub that every client listens on.
HUB = "huntaze"
#: The user that operators' pages are, who hears of every job. No creator's id has a space.
OPERATORS = "all operators"


@dataclass(frozen=True, kw_only=True)
class ConnectionInfo:
    """Where a client connects, and what lets it in, as one creator and nobody else."""

    url: str
    access_token: str = field(repr=False)


class Identities(Protocol):
    """Tells who asks."""

    def creator_of(self, authorization: str | None) -> str:
        """Return the creator that an `Authorization` header proves.

        Raises:
            RequestError: it proves nobody; its status is 401.
        """
        ...


class Hub(Protocol):
    """Lets clients in."""

    def connection_for(self, creator_id: str) -> ConnectionInfo:
        """Return how a client of this creator connects."""
        ...
