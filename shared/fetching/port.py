"""The port to content on other people's hosts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """What was at a URL."""

    data: bytes
    #: As the host says, in lower case and without parameters; not to be believed.
    content_type: str | None = None


class Fetcher(Protocol):
    """Fetches what lies at URLs of the hosts that the operator trusts."""

    async def fetch(self, url: str, *, max_bytes: int, deadline: float) -> Fetched:
        """Return what lies at a URL.

        Args:
            url: a stranger's text.
            max_bytes: more than this is never held.
            deadline: monotonic seconds after which nothing is wanted.

        Raises:
            ForbiddenUrlError: the URL, its host or an address of that is not allowed, or it leads elsewhere.
            VideoNotFoundError: nothing is there, or it is not readable.
            UnsupportedMediaError: it is too large, or compressed although nobody asked for that.
            RateLimitError: the host wants less traffic.
            NetworkError: the host could not be reached or broke off.
            JobTimeoutError: it took too long.
        """
        ...
