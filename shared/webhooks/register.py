"""Where creators want to be told: making, changing and trying endpoints."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shared.errors import RequestError
from shared.webhooks.port import Endpoint, Endpoints, Poster
from shared.webhooks.schedule import DAY
from shared.webhooks.sealing import Seal
from shared.webhooks.signing import new_secret

#: More is no creator's need, and each event is sent to all.
MAX_ENDPOINTS = 10
#: How long both secrets are signed with after a rotation.
OVERLAP_SECONDS = DAY


@dataclass(frozen=True, kw_only=True)
class Kept:
    """An endpoint as it was told, and its secret if it is new: nobody sees that again."""

    endpoint: Endpoint
    secret: str | None


class Register:
    """Keeps endpoints; secrets leave it once, when they are made.

    Args:
        endpoints: where they are kept.
        poster: knows which URLs may be called.
        seal: seals secrets.
    """

    def __init__(self, *, endpoints: Endpoints, poster: Poster, seal: Seal) -> None:
        self._endpoints = endpoints
        self._poster = poster
        self._seal = seal

    async def put(self, endpoint: Endpoint, *, secret: str | None = None) -> Kept:
        """Make an endpoint, or change it.

        Args:
            endpoint: as it is to be.
            secret: of a new one; made here if absent.

        Raises:
            ForbiddenUrlError: its URL may not be called.
            RequestError: the creator has too many.
            ConfigurationError: there is no key to seal its secret with.
            StoreUnavailableError: nothing is known.
        """
        self._poster.check(endpoint.url)
        secret = secret or new_secret()
        told = replace(endpoint, events=tuple(dict.fromkeys(endpoint.events)))
        kept = await self._endpoints.put(told, sealed_secret=self._seal.sealed(secret), limit=MAX_ENDPOINTS)
        if kept is None:
            raise RequestError(
                f"There are {MAX_ENDPOINTS} endpoints already.", status=409, code="TOO_MANY_ENDPOINTS"
            )
        known, fresh = kept
        return Kept(endpoint=known, secret=secret if fresh else None)

    async def rotate(self, creator_id: str, name: str) -> str | None:
        """Give an endpoint a new secret, and return it; `None`: there is no such endpoint.

        For a day, what is sent is signed with the old one, too.

        Raises:
            ConfigurationError: there is no key to seal it with.
            StoreUnavailableError: nothing is known.
        """
        secret = new_secret()
        done = await self._endpoints.rotate(
            creator_id, name, sealed_secret=self._seal.sealed(secret), overlap_seconds=OVERLAP_SECONDS
        )
        return secret if done else None
