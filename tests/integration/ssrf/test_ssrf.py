"""Hostile URLs, each against one wall of the guarded transport alone, and against all: nothing is touched.

The walls: the URL's text, the vetting of every address, and the pinned connection. `corpus.jsonl` has a line
for each attack; what it is aimed at is a canary that listens on every address of this machine.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from shared.clock import SystemClock
from shared.errors import ForbiddenUrlError, JobError, NetworkError
from shared.fetching.addresses import Lookup, is_public
from shared.fetching.guarded import GuardedFetcher
from shared.fetching.transport import GuardedTransport, system_lookup
from shared.fetching.urls import AllowedHosts, AnyPublicHost, Target
from shared.webhooks.posting import GuardedPoster
from shared.webhooks.schedule import Answer, Outcome
from tests.contract.fetcher.conftest import NAME
from tests.contract.fetcher.conftest import certificate as certificate  # noqa: PLC0414 - a fixture
from tests.integration.ssrf.traps import (
    HAS_IPV6,
    PUBLIC,
    Canary,
    NameServer,
    Resolver,
    Site,
    listening,
    naming,
    serving,
)

CORPUS = [
    json.loads(line) for line in Path(__file__).with_name("corpus.jsonl").read_text("utf-8").splitlines()
]


def attacks(kind: str) -> pytest.MarkDecorator:
    """Run a test once for each attack of a kind."""
    lines = [line for line in CORPUS if kind in line]
    names = [f"{number}-{line['why']}" for number, line in enumerate(lines)]
    return pytest.mark.parametrize("attack", lines, ids=names)


@dataclass(frozen=True, kw_only=True)
class World:
    """All that an attack is tried with."""

    canary: Canary
    site: Site
    server: NameServer
    resolver: Resolver
    trusting: ssl.SSLContext

    def url(self, attack: dict[str, Any]) -> str:
        """Return the attack's URL."""
        url: str = attack.get("url", f"https://{NAME}:{{port}}/")
        return url.replace("{port}", str(self.canary.port)).replace("{closed}", str(self.canary.closed))

    def transport(self, *, lookup: Lookup | None = None, allows: Any = is_public) -> GuardedTransport:
        """Return the transport; a public host is the site, too."""
        return GuardedTransport(
            lookup=lookup or self.resolver,
            allows=lambda address: address == PUBLIC or allows(address),
            tls=self.trusting,
            idle_seconds=5,
        )

    async def tried(self, attack: dict[str, Any], transport: GuardedTransport) -> Answer:
        """Post to the attack's URL, then fetch from it; return what posting brought."""
        hosts = AnyPublicHost(https_ports=[443, 8443, self.canary.port])
        poster = GuardedPoster(hosts, transport, clock=SystemClock(), attempt_seconds=5)
        answer = await poster.post(self.url(attack), headers={"X-A": "b"}, body=b"{}")
        listed = AllowedHosts([NAME, ".example.com"], https_port=self.canary.port)
        fetcher = GuardedFetcher(listed, transport, clock=SystemClock(), max_seconds=5)
        with suppress(JobError):
            await fetcher.fetch(self.url(attack), max_bytes=1_000, deadline=float("inf"))
        return answer


@pytest.fixture
async def world(certificate: Path) -> AsyncIterator[World]:
    """The canary, a public host at its port, and a name server that gives the canary's address."""
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(certificate)
    async with (
        listening() as canary,
        serving(canary.port, own) as site,
        naming() as (server, resolver),
    ):
        server.answers = [["127.0.0.1"]]
        yield World(
            canary=canary,
            site=site,
            server=server,
            resolver=resolver,
            trusting=ssl.create_default_context(cafile=str(certificate)),
        )


def test_the_corpus_is_long_and_knows_every_kind_of_attack() -> None:
    """No two lines are the same."""
    kinds = Counter(next(k for k in line if k not in {"why", "headers"}) for line in CORPUS)
    assert len(CORPUS) >= 250
    assert set(kinds) == {"url", "addresses", "answers", "host", "rebinds", "status"}
    assert len({json.dumps({**line, "why": ""}, sort_keys=True) for line in CORPUS}) == len(CORPUS)


@attacks("url")
async def test_the_text_of_a_url_is_refused_alone(world: World, attack: dict[str, Any]) -> None:
    """Every address would be allowed, and every name has the canary's."""
    answer = await world.tried(attack, world.transport(allows=lambda _: True))
    assert answer.outcome is Outcome.FORBIDDEN
    assert world.resolver.lookups == 0
    assert world.canary.touched == []


@attacks("addresses")
async def test_what_the_name_service_answers_is_vetted(world: World, attack: dict[str, Any]) -> None:
    """Over DNS, behind an honest name."""
    world.server.answers = [attack["addresses"]]
    answer = await world.tried(attack, world.transport())
    assert answer.outcome is Outcome.FORBIDDEN
    assert world.server.questions == 4
    assert (world.canary.touched, world.site.asked) == ([], 0)


@attacks("answers")
async def test_what_a_resolvers_library_returns_is_vetted(world: World, attack: dict[str, Any]) -> None:
    async def lookup(_host: str, _port: int) -> Sequence[str]:
        return list(attack["answers"])

    answer = await world.tried(attack, world.transport(lookup=lookup))
    assert answer.outcome is Outcome.FORBIDDEN
    assert (world.canary.touched, world.site.asked) == ([], 0)


@attacks("host")
async def test_the_second_wall_holds_without_the_first(world: World, attack: dict[str, Any]) -> None:
    """A host that no text would pass, asked of the system's own resolver."""
    target = Target(url=f"https://{NAME}:{world.canary.port}/", host=attack["host"], port=world.canary.port)
    with pytest.raises((ForbiddenUrlError, NetworkError)):
        async with world.transport(lookup=system_lookup).request("POST", target, body=b"{}"):
            pass
    assert world.canary.touched == []


@attacks("rebinds")
async def test_a_second_answer_changes_nothing(world: World, attack: dict[str, Any]) -> None:
    """One lookup for each request, and what it says is all that is connected to."""
    world.server.answers = list(attack["rebinds"])
    world.site.head = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    first = attack["rebinds"][0] == [PUBLIC]
    answer = await world.tried(attack, world.transport())
    assert answer.outcome is (Outcome.DELIVERED if first else Outcome.FORBIDDEN)
    assert world.resolver.lookups == 2
    assert world.site.asked == 1  # the poster's or the fetcher's, whichever was told of it
    assert world.canary.touched == []


@attacks("status")
async def test_nobody_goes_where_an_answer_leads(world: World, attack: dict[str, Any]) -> None:
    world.server.answers = [[PUBLIC]]
    lines = [f"{name}: {value}" for name, value in attack["headers"].items()]
    head = "\r\n".join([f"HTTP/1.1 {attack['status']} X", *lines, "Content-Length: 0", "", ""])
    world.site.head = head.replace("{port}", str(world.canary.port))
    answer = await world.tried(attack, world.transport())
    assert (answer.outcome is Outcome.DELIVERED) == (attack["status"] in {200, 201})
    assert world.site.asked == 2
    assert world.canary.touched == []


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "127.0.0.3"])
async def test_the_third_wall_holds_without_the_others(world: World, host: str) -> None:
    """An address in a URL is not looked up; still nothing but what was vetted is connected to."""
    world.server.answers = [[PUBLIC]]
    target = Target(url=f"http://{host}:{world.canary.port}/", host=NAME, port=world.canary.port)
    with pytest.raises((aiohttp.ClientError, OSError)):
        async with world.transport().request("POST", target, body=b"{}"):
            pass
    assert world.canary.touched == []


async def test_proxies_of_the_environment_are_not_asked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{world.canary.port}")
    world.server.answers = [[PUBLIC]]
    world.site.head = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    answer = await world.tried({}, world.transport())
    assert answer.outcome is Outcome.DELIVERED
    assert world.canary.touched == []


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.1", "0x7f000001", "2130706433", "017700000001", "0.0.0.0", "0", "localhost"),  # noqa: S104 - asked, not bound
        *("::ffff:127.0.0.1", "127.0.0.3", *(("::1", "::") if HAS_IPV6 else ())),
    ],
)
async def test_the_canary_hears_those_who_have_no_walls(world: World, host: str) -> None:
    """Or else none of the tests above would prove a thing."""
    reader, writer = await asyncio.open_connection(host, world.canary.port)
    assert await reader.read()
    writer.close()
    assert world.canary.touched
