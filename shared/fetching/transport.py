"""The one way out for every URL that a user supplied: to addresses that were vetted, and to nothing else.

A host's name is looked up once; every address has to be public; and the connection is made to one of exactly
these, which is checked as its socket is made and again when it is connected, before anything is sent. So a
second answer of the name service changes nothing. The name itself stays in `Host`, in TLS and in the check of
the certificate. There are no redirects, proxies, cookies, or compressed answers, an answer's head is limited
in its number and size of lines, and no connection is used twice. What is read of a body, and how long it all
may take, is the caller's to limit.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import Connection
from aiohttp.tracing import Trace
from typing_extensions import override
from yarl import URL

from shared.fetching.addresses import Lookup, family_of, is_public, vetted
from shared.fetching.urls import Target

CONNECT_SECONDS = 5.0
LOOKUP_SECONDS = 5.0
#: How long a host may stay silent.
IDLE_SECONDS = 10.0
#: Of an answer's head: more lines, or longer ones, than any honest host sends.
MAX_HEADERS = 100
MAX_HEADER_BYTES = 8_190

_HEADERS = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "huntaze-workers"}


async def system_lookup(host: str, port: int) -> Sequence[str]:
    """Ask the system's resolver for every address of a name."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[4][0]) for address in found]


class GuardedTransport:
    """Sends single requests; it holds nothing open between two of them.

    Args:
        lookup: the name service.
        allows: says whether an address may be connected to.
        tls: trusts other certificates than the system's; for tests.
        idle_seconds: how long a host may stay silent.
    """

    def __init__(
        self,
        *,
        lookup: Lookup = system_lookup,
        allows: Callable[[str], bool] = is_public,
        tls: ssl.SSLContext | None = None,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._lookup = lookup
        self._allows = allows
        self._tls = tls
        self._idle_seconds = idle_seconds

    @asynccontextmanager
    async def request(
        self,
        method: str,
        target: Target,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Yield the answer's head, with its body to be read.

        Args:
            method: of HTTP.
            target: a URL whose text was checked.
            headers: beside our own, or in their place.
            body: what is sent.

        Raises:
            ForbiddenUrlError: one of the host's addresses is not allowed.
            NetworkError: the host's name has no address.
            TimeoutError: looking up, connecting, or waiting for the next bytes took too long.
            aiohttp.ClientError: the host could not be reached, or its answer is none.
            OSError: as `aiohttp.ClientError`.
            ValueError: as `aiohttp.ClientError`.
        """
        addresses = await self._addresses(target)
        timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=CONNECT_SECONDS, sock_read=self._idle_seconds
        )
        async with (
            aiohttp.ClientSession(
                connector=_PinnedConnector(addresses, self._tls),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
                timeout=timeout,
                headers=_HEADERS,
                max_headers=MAX_HEADERS,
                max_line_size=MAX_HEADER_BYTES,
                max_field_size=MAX_HEADER_BYTES,
            ) as session,
            session.request(
                method,
                URL(target.url, encoded=True),
                headers=headers,
                data=body,
                allow_redirects=False,
            ) as response,
        ):
            yield response

    async def _addresses(self, target: Target) -> Sequence[str]:
        async with asyncio.timeout(LOOKUP_SECONDS):
            allows = _is_loopback if target.local else self._allows
            return await vetted(target.host, target.port, lookup=self._lookup, allows=allows)


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


class _PinnedConnector(aiohttp.TCPConnector):
    """Connects to vetted addresses, and sends nothing to a peer that is none of them."""

    def __init__(self, addresses: Sequence[str], tls: ssl.SSLContext | None) -> None:
        super().__init__(
            resolver=_Pinned(addresses),
            use_dns_cache=False,
            force_close=True,
            limit=1,
            ssl=tls or True,
            socket_factory=self._socket,
        )
        self._vetted = frozenset(addresses)

    def _socket(self, info: Any) -> socket.socket:
        """Make a socket for a vetted address, and for no other: an address in the URL skips resolvers."""
        family, kind, protocol, _, address = info
        if address[0] not in self._vetted:
            raise OSError("not an address that was vetted")
        return socket.socket(family=family, type=kind, proto=protocol)

    @override
    async def connect(
        self, req: ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout
    ) -> Connection:
        connection = await super().connect(req, traces, timeout)
        peer = connection.transport and connection.transport.get_extra_info("peername")
        if not peer or peer[0] not in self._vetted:
            connection.close()
            raise OSError("not an address that was vetted")
        return connection


def _is_loopback(address: str) -> bool:
    return address in {"127.0.0.1", "::1"}
