"""The endpoint of the router's benchmark speaks enough HTTP for every client that is measured."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest

from benchmarks.router.endpoint import BROKEN, FAILURES_IN_A_ROW, WORKING, Answering
from benchmarks.router.traffic import question
from shared.ai.breaker import BreakerPolicy

HOST = "127.0.0.1"


@dataclass(frozen=True, kw_only=True)
class Listening:
    """Where the endpoint is."""

    port: int

    @property
    def url(self) -> str:
        """Return a URL for chat completions."""
        return f"http://{HOST}:{self.port}/openai/v1/chat/completions"


@pytest.fixture
async def listening() -> AsyncIterator[Listening]:
    """The endpoint, in this process."""
    server = await asyncio.get_running_loop().create_server(Answering, HOST, 0)
    async with server:
        yield Listening(port=server.sockets[0].getsockname()[1])


@pytest.mark.parametrize(("model", "status"), [(WORKING, 200), (BROKEN, 503), (f"{BROKEN}-3", 503)])
async def test_it_answers_or_fails_by_the_models_name(listening: Listening, model: str, status: int) -> None:
    """Also on a connection that stays open."""
    async with aiohttp.ClientSession() as session:
        for _ in range(3):
            async with session.post(listening.url, json={"model": model, "messages": []}) as response:
                assert response.status == status
                assert ("choices" in await response.json()) == (status == 200)


async def test_it_fails_too_seldom_for_a_circuit_to_open(listening: Listening) -> None:
    """Or what should be a fallback would be a call of the second choice alone."""
    statuses = []
    async with aiohttp.ClientSession() as session:
        for _ in range(10):
            async with session.post(listening.url, json={"model": BROKEN}) as response:
                statuses.append(response.status)
                await response.read()
    assert statuses == [503, 503, 503, 503, 200] * 2
    assert BreakerPolicy().failures > FAILURES_IN_A_ROW


async def test_it_reads_requests_however_they_are_cut(listening: Listening) -> None:
    """Two requests, a few bytes at a time, and then two at once."""
    request = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 14\r\n\r\n" + b'{"model": "m"}'
    reader, writer = await asyncio.open_connection(HOST, listening.port)
    try:
        for cut in (5, 1_000):
            sent = request * 2
            for start in range(0, len(sent), cut):
                writer.write(sent[start : start + cut])
                await writer.drain()
            for _ in range(2):
                head = await reader.readuntil(b"\r\n\r\n")
                assert head.startswith(b"HTTP/1.1 200 ")
                await reader.readexactly(int(head.lower().split(b"content-length:")[1].split()[0]))
    finally:
        writer.close()
        await writer.wait_closed()


def test_no_two_questions_are_alike() -> None:
    """Or what should be a miss would be a hit."""
    assert len({question(number) for number in range(100)}) == 100
