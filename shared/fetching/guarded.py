"""Fetching content over https from listed hosts, through the guarded transport."""

from __future__ import annotations

import asyncio

import aiohttp

from shared.clock import Clock
from shared.errors import (
    ForbiddenUrlError,
    JobTimeoutError,
    NetworkError,
    RateLimitError,
    UnsupportedMediaError,
    VideoNotFoundError,
)
from shared.fetching.port import Fetched
from shared.fetching.transport import GuardedTransport
from shared.fetching.urls import AllowedHosts

#: What a fetch may take in all, whatever the job's deadline is.
MAX_SECONDS = 60.0
#: Each may hold as much in memory as its caller allows.
AT_ONCE = 2
_CHUNK_BYTES = 64 * 1024
_TOO_MANY_REQUESTS = 429
_MAX_RETRY_AFTER_SECONDS = 300.0


class GuardedFetcher:
    """Fetches; see `Fetcher`. It holds nothing open between two fetches."""

    def __init__(
        self,
        hosts: AllowedHosts,
        transport: GuardedTransport,
        *,
        clock: Clock,
        max_seconds: float = MAX_SECONDS,
    ) -> None:
        self._hosts = hosts
        self._transport = transport
        self._clock = clock
        self._max_seconds = max_seconds
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def fetch(self, url: str, *, max_bytes: int, deadline: float) -> Fetched:
        """Return what lies at a URL."""
        target = self._hosts.target(url)
        seconds = min(self._max_seconds, deadline - self._clock.monotonic())
        try:
            async with (
                asyncio.timeout(seconds),
                self._turns,
                self._transport.request("GET", target) as response,
            ):
                _check(response, max_bytes)
                data = await _body(response, max_bytes)
                return Fetched(data=data, content_type=response.content_type)
        except TimeoutError:
            raise JobTimeoutError("Fetching the content did not end in time.") from None
        except (aiohttp.ClientError, OSError, ValueError):
            raise NetworkError("The content's host could not be reached, or broke off.") from None


def _check(response: aiohttp.ClientResponse, max_bytes: int) -> None:
    """Refuse an answer for what its head says."""
    status = response.status
    if 300 <= status < 400:  # noqa: PLR2004 - HTTP's class of redirects
        raise ForbiddenUrlError("The content's URL leads elsewhere.")
    if status == _TOO_MANY_REQUESTS:
        raise RateLimitError(
            "The content's host is limiting our requests.", retry_after_seconds=_retry_after(response)
        )
    if status >= 500:  # noqa: PLR2004 - HTTP's class of server errors
        raise NetworkError("The content's host failed.")
    if status != 200:  # noqa: PLR2004 - HTTP's OK
        raise VideoNotFoundError("The content does not exist or is not readable.")
    if response.headers.get("Content-Encoding", "identity").strip().casefold() != "identity":
        raise UnsupportedMediaError("The content's host sends it compressed.")
    if (response.content_length or 0) > max_bytes:
        raise _too_large(max_bytes)


def _retry_after(response: aiohttp.ClientResponse) -> float | None:
    said = response.headers.get("Retry-After", "")
    return min(float(said), _MAX_RETRY_AFTER_SECONDS) if said.isascii() and said.isdigit() else None


async def _body(response: aiohttp.ClientResponse, max_bytes: int) -> bytes:
    """Read an answer as far as it may go: what its head says of its length is no promise."""
    data = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        data += chunk
        if len(data) > max_bytes:
            raise _too_large(max_bytes)
    return bytes(data)


def _too_large(max_bytes: int) -> UnsupportedMediaError:
    return UnsupportedMediaError(f"The content is larger than {max_bytes // 1_000_000} MB.")
