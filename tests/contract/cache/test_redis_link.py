"""One line to Redis for everything: who shares it, and what travels on it in which order."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from infra.local.model_simulator import Endpoint
from shared.ai.port import CacheScope, Message, ModelCall, ModelRequest, Role, Task
from shared.bootstrap.models import chat_model
from shared.cache.redis import RedisCache
from shared.cache.redis_address import RedisAddress
from shared.cache.redis_link import RedisLink, Script
from shared.clock import SystemClock
from shared.errors import ConfigurationError
from shared.settings import Settings

COUNT = Script("return redis.call('INCRBY', KEYS[1], ARGV[1])")
TASK = Task(
    name="chat.suggest",
    prompt_version=1,
    role=Role.GENERATION,
    cache_scope=CacheScope.CREATOR,
    cache_ttl_seconds=60,
    max_output_tokens=100,
    temperature=0.5,
)


class Wire(Protocol):
    """See conftest.py."""

    commands: list[str]
    connections: int
    packets: int
    delay_seconds: float
    url: str


class NothingPaid:
    """An empty ledger."""

    async def month_usd_micros(self, _: str) -> int:
        """Return nothing."""
        return 0


@pytest.fixture
async def link(wire: Wire) -> AsyncIterator[RedisLink]:
    """A patient line."""
    subject = RedisLink(wire.url, timeout_seconds=5)
    yield subject
    await subject.close()


@pytest.fixture
def key() -> str:
    """A key that no other test uses."""
    return f"test:{uuid4()}"


async def test_what_was_told_is_done_before_what_follows(link: RedisLink, wire: Wire, key: str) -> None:
    """And leaves in the same packet, so nobody waits for it."""
    link.tell_script(COUNT, (key,), (3,))
    assert await link.ask("GET", key, missing=None) == b"3"
    wire.packets = 0
    link.tell_script(COUNT, (key,), (4,))
    assert await link.ask("GET", key, missing=None) == b"7"
    assert wire.packets == 1


async def test_a_redis_that_forgot_a_script_is_sent_it_again(link: RedisLink, key: str) -> None:
    """As after a restart behind a proxy, which the connection outlives."""
    assert await link.run(COUNT, (key,), (1,), missing=None) == 1
    await link.ask("SCRIPT", "FLUSH", missing=None)
    assert await link.run(COUNT, (key,), (1,), missing=None) == 2
    await link.ask("SCRIPT", "FLUSH", missing=None)
    link.tell_script(COUNT, (key,), (1,))
    await link.ask("GET", key, missing=None)
    assert await link.ask("GET", key, missing=None) == b"3"


async def test_who_is_cancelled_while_it_looks_leaves_nothing(link: RedisLink, wire: Wire, key: str) -> None:
    """Others would wait for an answer that nobody is getting."""
    cache = RedisCache(link)
    await cache.get(key)
    wire.delay_seconds = 0.1
    looking = asyncio.create_task(cache.get_or_add(key, b"lease:1", ttl_seconds=60))
    await asyncio.sleep(0.05)
    looking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await looking
    wire.delay_seconds = 0
    assert await cache.get(key) is None


async def test_a_new_question_is_three_packets_on_one_connection(
    wire: Wire, model_endpoint: Endpoint
) -> None:
    """On one connection: the look, the hold, the settlement with the answer; once a second, circuits."""
    settings = Settings.model_validate(
        {
            "servicebus_connection": "unused",
            "database_url": "postgresql://unused",
            "azure_ai_endpoint": model_endpoint.url,
            "azure_ai_key": model_endpoint.key,
            "ai_monthly_budget_usd": 1_000,
            "redis_url": wire.url,
        }
    )
    paid: list[ModelCall] = []
    async with AsyncExitStack() as opened:
        model = chat_model(settings, NothingPaid(), SystemClock(), opened)

        async def ask(text: str) -> None:
            message = Message(role="user", text=text)
            await model.complete(
                ModelRequest(
                    task=TASK,
                    creator_id=str(uuid4()),
                    messages=(message,),
                    deadline=SystemClock().monotonic() + 60,
                    spent=paid.append,
                )
            )

        for number in range(3):
            await ask(f"before {number}")
        await asyncio.sleep(0.5)
        counted = []
        for number in range(3):
            wire.packets = 0
            await ask(f"after {number}")
            await asyncio.sleep(0.3)  # nobody waits for the last
            counted.append(wire.packets)
    assert min(counted) == 3
    assert max(counted) <= 4
    assert wire.connections == 1
    assert len(paid) == 6


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("redis://localhost", RedisAddress(host="localhost", port=6379)),
        ("redis://10.0.0.1:7000/3", RedisAddress(host="10.0.0.1", port=7000, database=3)),
        ("redis://h?db=2", RedisAddress(host="h", port=6379, database=2)),
        (
            "rediss://app:p%40ss@cache.example:6380/0",
            RedisAddress(host="cache.example", port=6380, tls=True, username="app", password="p@ss"),
        ),
        ("rediss://:t@h", RedisAddress(host="h", port=6379, tls=True, password="t")),
        (
            "rediss://h?ssl_cert_reqs=none",
            RedisAddress(host="h", port=6379, tls=True, tls_unchecked=True),
        ),
        (
            "unix:///run/r.sock?db=1",
            RedisAddress(host="localhost", port=6379, path="/run/r.sock", database=1),
        ),
    ],
)
def test_a_url_says_where_redis_is(url: str, address: RedisAddress) -> None:
    """As redis-py reads it, which operators know."""
    assert RedisAddress.of(url) == address
    assert "password" not in repr(address)


def test_a_greeting_is_no_longer_than_it_must_be() -> None:
    """Nothing for a Redis of one's own; a password, and another database, where there are."""
    assert RedisAddress.of("redis://localhost/0").greeting == []
    assert RedisAddress.of("redis://:secret@h/2").greeting == [("AUTH", "secret"), ("SELECT", 2)]
    assert RedisAddress.of("redis://me:secret@h").greeting == [("AUTH", "me", "secret")]


@pytest.mark.parametrize("url", ["redis://localhost/one", "redis://localhost:0"])
def test_a_database_has_a_number(url: str) -> None:
    """And a port is none of the smallest."""
    with pytest.raises(ConfigurationError):
        RedisAddress.of(url)


async def test_a_database_is_selected(redis_url: str, key: str) -> None:
    """By connections that are opened again, too."""
    other = RedisLink(redis_url.removesuffix("/0") + "/1", timeout_seconds=5)
    same = RedisLink(redis_url, timeout_seconds=5)
    await other.ask("SET", key, b"1", "EX", 60, missing=None)
    await other.close()
    assert await other.ask("GET", key, missing=None) == b"1"
    assert await same.ask("GET", key, missing=None) is None
    for link in (other, same):
        await link.close()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for this machine, signed by nobody else, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    path = tmp_path / "server.pem"
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + signed.public_bytes(pem)
    )
    return path


@pytest.fixture
async def tls_port(certificate: Path, wire: Wire) -> AsyncIterator[int]:
    """A port that speaks TLS, with the session's Redis behind it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, ssl.SSLError):
            while data := await source.read(1 << 16):
                sink.write(data)
                await sink.drain()
        sink.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        port = int(wire.url.rpartition(":")[2].partition("/")[0])
        redis_reader, redis_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pump(reader, redis_writer), pump(redis_reader, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    yield server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()


async def test_a_rediss_url_is_encrypted(tls_port: int, key: str) -> None:
    """A certificate that nobody vouches for is refused, unless the operator says otherwise."""
    strict = RedisLink(f"rediss://localhost:{tls_port}/0", timeout_seconds=5)
    assert await strict.ask("GET", key, missing="refused") == "refused"
    trusting = RedisLink(f"rediss://localhost:{tls_port}/0?ssl_cert_reqs=none", timeout_seconds=5)
    large = b"x" * 300_000
    await trusting.ask("SET", key, large, "EX", 60, missing=None)
    assert await trusting.ask("GET", key, missing=None) == large
    for link in (strict, trusting):
        await link.close()
    await asyncio.sleep(0.05)  # the server's side of it
