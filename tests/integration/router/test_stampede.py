"""Failure 1 of today's routers: fifty identical questions, fifty paid calls. Ours is one, in all."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from infra.local import model_simulator

ASKER = Path(__file__).with_name("asker.py")
LATENCY_MS = 800.0
DEADLINE_SECONDS = 60.0


class Simulator:
    """A model simulator that takes its time, and what it has counted."""

    def __init__(self, endpoint: model_simulator.Endpoint, session: aiohttp.ClientSession) -> None:
        self.endpoint = endpoint
        self._session = session

    async def calls(self) -> int:
        url = f"{self.endpoint.url.removesuffix('/models')}/simulator/requests"
        async with self._session.get(url) as response:
            total: int = (await response.json())["total"]
            return total


@pytest.fixture
async def simulator(tmp_path: Path) -> AsyncIterator[Simulator]:
    with model_simulator.running(tmp_path, latency_ms=LATENCY_MS) as endpoint:
        async with aiohttp.ClientSession() as session:
            yield Simulator(endpoint, session)


class Askers:
    """Worker processes that ask the same question."""

    def __init__(self, redis_url: str, endpoint: model_simulator.Endpoint) -> None:
        self._arguments = (redis_url, endpoint.url, endpoint.key, str(uuid4()))

    async def start(self, jobs: int) -> Process:
        """Start one, up to where it only waits for the word."""
        asker = await asyncio.create_subprocess_exec(
            sys.executable, ASKER, *self._arguments, str(jobs), str(DEADLINE_SECONDS), stdin=PIPE, stdout=PIPE
        )
        assert asker.stdout is not None
        assert await asker.stdout.readline() == b"ready\n"
        return asker


async def _ask(asker: Process) -> None:
    assert asker.stdin is not None
    asker.stdin.write(b"go\n")
    await asker.stdin.drain()


async def _reports(askers: list[Process]) -> list[dict[str, Any]]:
    outputs = await asyncio.gather(*(asker.communicate() for asker in askers))
    return [json.loads(output) for output, _ in outputs]


async def test_failure_1_four_processes_times_fifty_questions_are_one_call(
    redis_url: str, simulator: Simulator
) -> None:
    """Two hundred jobs, one call, one of them pays."""
    askers = Askers(redis_url, simulator.endpoint)
    processes = await asyncio.gather(*(askers.start(50) for _ in range(4)))
    await asyncio.gather(*map(_ask, processes))
    reports = await _reports(processes)
    assert await simulator.calls() == 1
    assert sum(report["paid"] for report in reports) == 1
    answers = [answer for report in reports for answer in report["answers"]]
    assert len(answers) == 200
    assert len(set(answers)) == 1


async def test_a_killed_owner_costs_exactly_one_more_call(redis_url: str, simulator: Simulator) -> None:
    """Its lease ends, one of those who wait takes over, and all are answered in their time."""
    askers = Askers(redis_url, simulator.endpoint)
    owner, *others = await asyncio.gather(askers.start(1), *(askers.start(20) for _ in range(3)))
    await _ask(owner)
    give_up = time.monotonic() + 60
    while not await simulator.calls():
        assert time.monotonic() < give_up
        await asyncio.sleep(0.02)
    await asyncio.gather(*map(_ask, others))
    owner.kill()
    await owner.communicate()
    reports = await _reports(others)
    assert await simulator.calls() == 2
    answers = [answer for report in reports for answer in report["answers"]]
    assert len(answers) == 60
    assert len(set(answers)) == 1
    assert max(report["seconds"] for report in reports) < DEADLINE_SECONDS
