"""Fetching over https from listed hosts, at addresses that were vetted and to nothing else.

A host's name is looked up once; every address has to be public; and the connection is made to one of exactly
these, which is checked again as its socket is made, so that a second answer of the name service changes
nothing. There are no redirects, proxies, cookies, or compressed answers, and no connection is used twice.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Sequence
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from typing_extensions import override
from yarl import URL

from shared.clock import Clock
from shared.errors import (
    ForbiddenUrlError,
    JobTimeoutError,
    NetworkError,
    RateLimitError,
    UnsupportedMediaError,
    VideoNotFoundError,
)
from shared.fetching.addresses import Lookup, family_of, is_public, vetted
from shared.fetching.port import Fetched
from shared.fetching.urls import AllowedHosts, Target

#: What a fetch may take in all, whatever the job's deadline is.
MAX_SECONDS = 60.0
#: How long a host may stay silent.
IDLE_SECONDS = 10.0
CONNECT_SECONDS = 5.0
LOOKUP_SECONDS = 5.0
#: Each may hold as much in memory as its caller allows.
AT_ONCE = 2
_CHUNK_BYTES = 64 * 1024
_HEADERS = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "huntaze-workers"}
_TOO_MANY_REQUESTS = 429
_MAX_RETRY_AFTER_SECONDS = 300.0


async def system_lookup(host: str, port: int) -> Sequence[str]:
    """Ask the system's resolver for every address of a name."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[4][0]) for address in found]


class GuardedFetcher:
    """Fetches; see `Fetcher`. It holds nothing open between two fetches."""

    def __init__(
        self,
        hosts: AllowedHosts,
        *,
        clock: Clock,
        lookup: Lookup = system_lookup,
        allows: Callable[[str], bool] = is_public,
        tls: ssl.SSLContext | None = None,
        max_seconds: float = MAX_SECONDS,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._hosts = hosts
        self._clock = clock
        self._lookup = lookup
        self._allows = allows
        self._tls = tls
        self._max_seconds = max_seconds
        self._idle_seconds = idle_seconds
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def fetch(self, url: str, *, max_bytes: int, deadline: float) -> Fetched:
        """Return what lies at a URL."""
        target = self._hosts.target(url)
        seconds = min(self._max_seconds, deadline - self._clock.monotonic())
        try:
            async with asyncio.timeout(seconds), self._turns:
                addresses = await self._addresses(target)
                return await self._fetched(target, addresses, max_bytes)
        except TimeoutError:
            raise JobTimeoutError("Fetching the content did not end in time.") from None
        except (aiohttp.ClientError, OSError, ValueError):
            raise NetworkError("The content's host could not be reached, or broke off.") from None

    async def _addresses(self, target: Target) -> Sequence[str]:
        async with asyncio.timeout(LOOKUP_SECONDS):
            allows = _is_loopback if target.local else self._allows
            return await vetted(target.host, target.port, lookup=self._lookup, allows=allows)

    async def _fetched(self, target: Target, addresses: Sequence[str], max_bytes: int) -> Fetched:
        timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=CONNECT_SECONDS, sock_read=self._idle_seconds
        )
        async with (
            aiohttp.ClientSession(
                connector=_connector(addresses, self._tls),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
                timeout=timeout,
                headers=_HEADERS,
            ) as session,
            session.get(URL(target.url, encoded=True), allow_redirects=False) as response,
        ):
            _check(response, max_bytes)
            data = await _body(response, max_bytes)
            return Fetched(data=data, content_type=response.content_type)


class _Pinned(AbstractResolver):
    """Answers every question with the addresses that were vetted."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = addresses

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=family_of(address),
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._addresses
        ]

    @override
    async def close(self) -> None:
        """Hold nothing."""


def _connector(addresses: Sequence[str], tls: ssl.SSLContext | None) -> aiohttp.TCPConnector:
    def connection(info: Any) -> socket.socket:
        """Make a socket for a vetted address, and for no other: an address in the URL skips resolvers."""
        family, kind, protocol, _, address = info
        if address[0] not in addresses:
            raise OSError("not an address that was vetted")
        return socket.socket(family=family, type=kind, proto=protocol)

    return aiohttp.TCPConnector(
        resolver=_Pinned(addresses),
        use_dns_cache=False,
        force_close=True,
        limit=1,
        ssl=tls or True,
        socket_factory=connection,
    )


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


def _is_loopback(address: str) -> bool:
    return address in {"127.0.0.1", "::1"}
