"""A host that serves, over TLS and over plain HTTP, whatever bytes it is told to."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAME = "cdn.example.com"

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass(kw_only=True)
class Site:
    """The host, its two ports, and what it was asked."""

    port: int
    https_port: int
    tls: ssl.SSLContext
    answers: dict[str, Answer] = field(default_factory=dict)
    #: The heads of the requests, in order.
    asked: list[str] = field(default_factory=list)

    def url(self, path: str) -> str:
        """Return the URL of a path over plain HTTP."""
        return f"http://127.0.0.1:{self.port}{path}"

    def says(self, path: str, head: str, body: bytes = b"") -> str:
        """Serve these very bytes at a path, then hang up; return its URL."""

        async def answer(writer: asyncio.StreamWriter) -> None:
            writer.write(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)
            await writer.drain()

        self.answers[path] = answer
        return self.url(path)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.asked.append(head)
            await self.answers[head.split(" ")[1]](writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client has seen enough
        finally:
            writer.close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of the name with its key, in one file."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)]),
    )
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("certificate") / "site.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
async def site(certificate: Path) -> AsyncIterator[Site]:
    """The host, running."""
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(certificate)
    trusting = ssl.create_default_context(cafile=str(certificate))
    made = Site(port=0, https_port=0, tls=trusting)
    async with (
        await asyncio.start_server(made.serve, "127.0.0.1", 0) as plain,
        await asyncio.start_server(made.serve, "127.0.0.1", 0, ssl=own) as secure,
    ):
        made.port = plain.sockets[0].getsockname()[1]
        made.https_port = secure.sockets[0].getsockname()[1]
        yield made
