"""What every fetcher does, and what the guarded one does with hosts that mean no good."""

from __future__ import annotations

import asyncio
import gzip
import socket
import time
from collections.abc import Sequence
from typing import Any

import aiohttp
import pytest
from typing_extensions import override

from shared.clock import SystemClock
from shared.errors import (
    ForbiddenUrlError,
    JobError,
    JobTimeoutError,
    NetworkError,
    RateLimitError,
    UnsupportedMediaError,
    VideoNotFoundError,
)
from shared.fetching.guarded import GuardedFetcher
from shared.fetching.memory import MemoryFetcher
from shared.fetching.port import Fetched, Fetcher
from shared.fetching.transport import IDLE_SECONDS, GuardedTransport, _PinnedConnector, system_lookup
from shared.fetching.urls import AllowedHosts
from tests.contract.fetcher.conftest import NAME, Site

OK = "HTTP/1.1 200 OK\nContent-Type: image/JPEG; x=1\nContent-Length: 5"


def guarded(site: Site, *, idle_seconds: float = IDLE_SECONDS, **options: Any) -> GuardedFetcher:
    """The adapter, which may fetch from the site by its address."""
    hosts, transport = (
        AllowedHosts([f"http://127.0.0.1:{site.port}"]),
        GuardedTransport(idle_seconds=idle_seconds),
    )
    return GuardedFetcher(hosts, transport, clock=SystemClock(), **options)


async def fetched(fetcher: Fetcher, url: str, *, max_bytes: int = 100, seconds: float = 5.0) -> Fetched:
    return await fetcher.fetch(url, max_bytes=max_bytes, deadline=time.monotonic() + seconds)


@pytest.fixture(params=["guarded", "memory"])
def fetcher(request: pytest.FixtureRequest, site: Site) -> Fetcher:
    """Either of them, with the same pages."""
    site.says("/a", OK, b"hello")
    site.says("/gone", "HTTP/1.1 404 Not Found\nContent-Length: 0")
    if request.param == "guarded":
        return guarded(site)
    twin = MemoryFetcher(hosts=AllowedHosts([f"http://127.0.0.1:{site.port}"]))
    twin.pages[site.url("/a")] = Fetched(data=b"hello", content_type="image/jpeg")
    return twin


async def test_what_is_there_is_fetched(fetcher: Fetcher, site: Site) -> None:
    assert await fetched(fetcher, site.url("/a")) == Fetched(data=b"hello", content_type="image/jpeg")


async def test_as_many_bytes_as_allowed_and_no_more(fetcher: Fetcher, site: Site) -> None:
    assert (await fetched(fetcher, site.url("/a"), max_bytes=5)).data == b"hello"
    with pytest.raises(UnsupportedMediaError):
        await fetched(fetcher, site.url("/a"), max_bytes=4)


async def test_what_is_not_there_is_told(fetcher: Fetcher, site: Site) -> None:
    with pytest.raises(VideoNotFoundError):
        await fetched(fetcher, site.url("/gone"))


async def test_what_is_not_allowed_is_never_asked_for(fetcher: Fetcher, site: Site) -> None:
    for url in ("https://127.0.0.1/a", "https://evil.com/a", f"http://localhost:{site.port}/a", "nonsense"):
        with pytest.raises(ForbiddenUrlError):
            await fetched(fetcher, url)
    assert site.asked == []


@pytest.mark.parametrize(
    ("head", "error"),
    [
        ("HTTP/1.1 301 Moved\nLocation: http://169.254.169.254/\nContent-Length: 0", ForbiddenUrlError),
        ("HTTP/1.1 307 Moved\nLocation: /a\nContent-Length: 0", ForbiddenUrlError),
        ("HTTP/1.1 401 No\nContent-Length: 0", VideoNotFoundError),
        ("HTTP/1.1 403 No\nContent-Length: 0", VideoNotFoundError),
        ("HTTP/1.1 206 Part\nContent-Length: 0", VideoNotFoundError),
        ("HTTP/1.1 429 Slow\nRetry-After: 7\nContent-Length: 0", RateLimitError),
        ("HTTP/1.1 500 Oops\nContent-Length: 0", NetworkError),
        ("HTTP/1.1 503 Busy\nContent-Length: 0", NetworkError),
        ("HTTP/1.1 200 OK\nContent-Length: 99999999999999", UnsupportedMediaError),
        ("HTTP/1.1 200 OK\nContent-Length: nonsense", NetworkError),
        ("HTTP/1.1 200 OK\nContent-Length: -1", NetworkError),
        ("HTTP/1.1 200 OK\nContent-Length: 50", NetworkError),  # and hangs up before
        ("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\nzz", NetworkError),
        ("HTTP/1.1 200 OK\nX: " + "a" * 70_000, NetworkError),
        ("HTTP/1.1 200 OK" + "\nX-A: b" * 2_000, NetworkError),
        ("ICY 200 OK", NetworkError),
        ("nonsense", NetworkError),
    ],
)
async def test_answers_that_are_none(site: Site, head: str, error: type[JobError]) -> None:
    with pytest.raises(error):
        await fetched(guarded(site), site.says("/x", head))
    assert len(site.asked) == 1  # nobody follows a redirect, nobody asks again


async def test_a_host_that_wants_less_traffic_says_for_how_long(site: Site) -> None:
    url = site.says("/x", "HTTP/1.1 429 Slow\nRetry-After: 7\nContent-Length: 0")
    with pytest.raises(RateLimitError) as refused:
        await fetched(guarded(site), url)
    assert refused.value.retry_after_seconds == 7


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, identity", "GZIP"])
async def test_compressed_answers_are_refused_unread(site: Site, coding: str) -> None:
    """Nobody asked for one; a few kilobytes of it can be gigabytes."""
    bomb = gzip.compress(bytes(1_000_000))
    head = f"HTTP/1.1 200 OK\nContent-Encoding: {coding}\nContent-Length: {len(bomb)}"
    with pytest.raises(UnsupportedMediaError):
        await fetched(guarded(site), site.says("/bomb", head, bomb), max_bytes=100_000)
    assert "accept-encoding: identity" in site.asked[0].casefold()


async def test_a_body_without_a_length_is_cut_off_at_the_cap(site: Site) -> None:
    sent = 0

    async def endless(writer: object) -> None:
        nonlocal sent
        assert isinstance(writer, asyncio.StreamWriter)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(bytes(65_536))
            await writer.drain()
            sent += 65_536

    site.answers["/endless"] = endless
    with pytest.raises(UnsupportedMediaError):
        await fetched(guarded(site), site.url("/endless"), max_bytes=1_000_000)
    assert sent < 50_000_000


async def test_chunks_are_counted_too(site: Site) -> None:
    body = b"".join(b"10\r\n" + b"x" * 16 + b"\r\n" for _ in range(100)) + b"0\r\n\r\n"
    url = site.says("/chunks", "HTTP/1.1 200 OK\nTransfer-Encoding: chunked", body)
    assert len((await fetched(guarded(site), url, max_bytes=1_600)).data) == 1_600
    with pytest.raises(UnsupportedMediaError):
        await fetched(guarded(site), url, max_bytes=1_599)


async def test_a_silent_host_is_left_and_a_dripping_one_too(site: Site) -> None:
    async def dripping(writer: object) -> None:
        assert isinstance(writer, asyncio.StreamWriter)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n")
        for _ in range(90):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.25)

    async def silent(writer: object) -> None:
        del writer
        await asyncio.sleep(30)

    site.answers |= {"/drip": dripping, "/silent": silent}
    begun = time.monotonic()
    with pytest.raises(JobTimeoutError):
        await fetched(guarded(site, max_seconds=0.3), site.url("/drip"))
    with pytest.raises(JobTimeoutError):
        await fetched(guarded(site, idle_seconds=0.2), site.url("/silent"))
    with pytest.raises(JobTimeoutError):
        await fetched(guarded(site), site.url("/drip"), seconds=0.2)
    with pytest.raises(JobTimeoutError):
        await fetched(guarded(site), site.url("/drip"), seconds=-1)
    assert time.monotonic() - begun < 15


async def test_proxies_and_cookies_of_the_environment_mean_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    url = site.says("/a", OK + "\nSet-Cookie: a=b", b"hello")
    fetcher = guarded(site)
    await fetched(fetcher, url)
    await fetched(fetcher, url)
    assert "cookie" not in site.asked[1].casefold()


class Names:
    """A name service that says something else each time."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """Answer the next question."""
        del port
        self.asked.append(host)
        return self._answers.pop(0)


def by_name(site: Site, names: Names) -> GuardedFetcher:
    """A fetcher to which the site's address is a public one."""
    return GuardedFetcher(
        AllowedHosts([NAME, "other.example.com"], https_port=site.https_port),
        GuardedTransport(lookup=names, allows=lambda address: address == "127.0.0.1", tls=site.tls),
        clock=SystemClock(),
    )


async def test_a_name_is_looked_up_once_and_its_certificate_checked(site: Site) -> None:
    """The connection goes to the vetted address; the host, and who vouches for it, stay the name's."""
    site.says("/a", OK, b"hello")
    names = Names(["127.0.0.1"], ["127.0.0.1"])
    url = f"https://{NAME}:{site.https_port}/a"
    assert (await fetched(by_name(site, names), url)).data == b"hello"
    assert names.asked == [NAME]
    assert f"host: {NAME}" in site.asked[0].casefold()
    with pytest.raises(NetworkError):
        await fetched(by_name(site, names), url.replace(NAME, "other.example.com"))
    assert len(site.asked) == 1


async def test_a_name_that_changes_its_mind_is_vetted_again(site: Site) -> None:
    """What was public a moment ago may not be now."""
    site.says("/a", OK, b"hello")
    names = Names(["127.0.0.1"], ["169.254.169.254"], ["127.0.0.1", "10.0.0.1"])
    fetcher, url = by_name(site, names), f"https://{NAME}:{site.https_port}/a"
    await fetched(fetcher, url)
    for _ in range(2):
        with pytest.raises(ForbiddenUrlError):
            await fetched(fetcher, url)
    assert len(site.asked) == 1


class _Sly(_PinnedConnector):
    """Connects, and learns only then that nobody has vetted its peer."""

    @override
    def _socket(self, info: Any) -> socket.socket:
        made = super()._socket(info)
        self._vetted = frozenset()
        return made


async def test_a_peer_that_is_not_the_vetted_one_is_sent_nothing(site: Site) -> None:
    """Whoever it is that answers at the other end of the socket."""
    site.says("/a", OK, b"hello")
    async with aiohttp.ClientSession(connector=_Sly(["127.0.0.1"], None)) as session:
        with pytest.raises((aiohttp.ClientError, OSError)):
            await session.get(site.url("/a"))
    assert site.asked == []


async def test_a_certificate_that_nobody_vouches_for_is_refused(site: Site) -> None:
    fetcher = GuardedFetcher(
        AllowedHosts([NAME], https_port=site.https_port),
        GuardedTransport(lookup=Names(["127.0.0.1"]), allows=lambda address: address == "127.0.0.1"),
        clock=SystemClock(),
    )
    with pytest.raises(NetworkError):
        await fetched(fetcher, f"https://{NAME}:{site.https_port}/a")
    assert site.asked == []


async def test_the_systems_lookup_tells_every_address() -> None:
    assert "127.0.0.1" in await system_lookup("localhost", 443)
