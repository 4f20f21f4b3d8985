"""What hostile URLs are tried against: a name server that changes its mind, and a canary that hears all."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

from dnslib import AAAA, QTYPE, RR, A, DNSRecord
from typing_extensions import override

#: Where a host of the public Internet is played, on a machine without one.
PUBLIC = "127.0.0.2"


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


HAS_IPV6 = _has_ipv6()
_EVERYWHERE = ("0.0.0.0", "::") if HAS_IPV6 else ("0.0.0.0",)  # noqa: S104 - every touch is to be heard


@dataclass(kw_only=True)
class Canary:
    """Listens on every address of this machine, at a port that may be called and one that may not."""

    port: int
    closed: int
    #: Who connected to it.
    touched: list[Any] = field(default_factory=list)

    async def serve(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Note a connection, and hang up."""
        self.touched.append(writer.get_extra_info("sockname"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()


@asynccontextmanager
async def listening() -> AsyncIterator[Canary]:
    """Set the canary up, on IPv4 and IPv6."""
    canary = Canary(port=_free_port(), closed=_free_port())
    async with AsyncExitStack() as servers:
        for port in (canary.port, canary.closed):
            for address in _EVERYWHERE:
                server = await asyncio.start_server(canary.serve, sock=_bound(address, port))
                servers.push_async_callback(_stopped, server)
        yield canary


@dataclass(kw_only=True)
class Site:
    """A public host, by what it answers; it shares the canary's port."""

    head: str = ""
    asked: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        try:
            await reader.readuntil(b"\r\n\r\n")
            self.asked += 1
            writer.write(self.head.encode())
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client has seen enough
        finally:
            writer.close()


@asynccontextmanager
async def serving(port: int, tls: ssl.SSLContext) -> AsyncIterator[Site]:
    """Run the public host."""
    site = Site()
    server = await asyncio.start_server(site.serve, sock=_bound(PUBLIC, port), ssl=tls)
    try:
        yield site
    finally:
        await _stopped(server)


class NameServer(asyncio.DatagramProtocol):
    """Answers each question for A with the next addresses of its list, and stays with the last."""

    def __init__(self) -> None:
        self.answers: list[Sequence[str]] = []
        self.questions = 0
        self._transport: Any = None

    @override
    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    @override
    def datagram_received(self, data: bytes, addr: Any) -> None:
        question = DNSRecord.parse(data)
        answer = question.reply()
        kind = QTYPE[question.q.qtype]
        for address in self.answers[0]:
            if (ip_address(address).version == 6) == (kind == "AAAA"):
                octets = tuple(ip_address(address).packed)
                record = AAAA(octets) if kind == "AAAA" else A(octets)
                answer.add_answer(RR(question.q.qname, question.q.qtype, rdata=record, ttl=0))
        self.questions += 1
        if kind == "AAAA" and len(self.answers) > 1:  # a lookup asks for A, then for AAAA
            self.answers.pop(0)
        self._transport.sendto(answer.pack(), addr)


@asynccontextmanager
async def naming() -> AsyncIterator[tuple[NameServer, Resolver]]:
    """Run the name server, with a resolver that asks it."""
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(NameServer, local_addr=("127.0.0.1", 0))
    try:
        yield server, Resolver(transport.get_extra_info("sockname"))
    finally:
        transport.close()


class Resolver:
    """Looks names up over DNS, anew each time: a `Lookup`."""

    def __init__(self, server: tuple[str, int]) -> None:
        self._server = server
        self.lookups = 0

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """Ask for both kinds of address."""
        del port
        self.lookups += 1
        return [address for kind in ("A", "AAAA") for address in await self._asked(host, kind)]

    async def _asked(self, host: str, kind: str) -> list[str]:
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
            own.setblocking(False)
            await loop.sock_sendto(own, DNSRecord.question(host, kind).pack(), self._server)
            data = await asyncio.wait_for(loop.sock_recv(own, 65_535), 10)
        return [str(ip_address(bytes(record.rdata.data))) for record in DNSRecord.parse(data).rr]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _bound(address: str, port: int) -> socket.socket:
    """Bind to an address although others have the port on other ones; the most exact is asked."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    own = socket.socket(family, socket.SOCK_STREAM)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if family == socket.AF_INET6:
        own.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    own.bind((address, port))
    return own


async def _stopped(server: asyncio.Server) -> None:
    server.close()
    await server.wait_closed()
