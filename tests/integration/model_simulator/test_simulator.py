"""The simulator as a process: its routes, its errors, and its clean end."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from infra.local import model_simulator
from infra.local.model_simulator import Endpoint
from infra.local.process import ROOT

MODELS = "models/chat/completions?api-version=2024-05-01-preview"
OPENAI = "openai/v1/chat/completions"
BODY = {"model": "DeepSeek-V3", "messages": [{"role": "user", "content": "Hi"}]}


@pytest.fixture
async def session(model_endpoint: Endpoint) -> AsyncIterator[aiohttp.ClientSession]:
    """A session with the right key."""
    headers = {"Authorization": f"Bearer {model_endpoint.key}"}
    async with aiohttp.ClientSession(model_endpoint.url.removesuffix("models"), headers=headers) as session:
        yield session


@pytest.mark.parametrize("route", [MODELS, OPENAI])
async def test_the_same_question_gets_the_same_answer(session: aiohttp.ClientSession, route: str) -> None:
    """On both routes, with plausible usage."""
    answers = [await (await session.post(route, json=BODY)).json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0]["choices"][0]["finish_reason"] == "stop"
    assert answers[0]["usage"]["prompt_tokens"] == 1


@pytest.mark.parametrize(("route", "apart"), [(MODELS, False), (OPENAI, True)])
async def test_a_reasoning_model_thinks(session: aiohttp.ClientSession, route: str, *, apart: bool) -> None:
    """Inside the content on one route, beside it on the other."""
    answer = await (await session.post(route, json={**BODY, "model": "DeepSeek-R1"})).json()
    message = answer["choices"][0]["message"]
    assert ("reasoning_content" in message) is apart
    assert message["content"].startswith("<think>") is not apart
    assert answer["usage"]["completion_tokens_details"]["reasoning_tokens"] > 0


@pytest.mark.parametrize(
    ("route", "body", "status"),
    [
        (MODELS.partition("?")[0], BODY, 400),
        (OPENAI, {**BODY, "model": "gpt-9"}, 404),
        (OPENAI, {**BODY, "model": "deepseek-v3"}, 404),
        (OPENAI, {"messages": []}, 422),
        (OPENAI, {"model": "DeepSeek-V3", "messages": ["Hi"]}, 422),
        (OPENAI, [], 422),
        ("simulator/faults", {"kind": "nonsense"}, 422),
    ],
)
async def test_errors_are_azures(session: aiohttp.ClientSession, route: str, body: Any, status: int) -> None:
    """Names of deployments are case-sensitive, as they are there."""
    response = await session.post(route, json=body)
    assert response.status == status
    assert "error" in await response.json()


@pytest.mark.parametrize(
    "headers", [{}, {"api-key": "wrong"}, {"Authorization": "Bearer wrong"}, {"api-key": "é"}]
)
async def test_the_key_is_checked(model_endpoint: Endpoint, headers: dict[str, str]) -> None:
    """Either header counts."""
    async with aiohttp.ClientSession(model_endpoint.url.removesuffix("models")) as session:
        assert (await session.post(OPENAI, json=BODY, headers=headers)).status == 401
        assert (await session.get("models/info", headers=headers)).status == 401
        right = {"api-key": model_endpoint.key}
        assert (await session.get("models/info", headers=right)).status == 200


def test_an_answer_takes_its_time(tmp_path: Path) -> None:
    """About as long as it is told to."""
    import asyncio

    async def _seconds(endpoint: Endpoint) -> float:
        async with aiohttp.ClientSession(headers={"api-key": endpoint.key}) as session:
            started = time.monotonic()
            url = f"{endpoint.url.removesuffix('models')}{OPENAI}"
            assert (await session.post(url, json=BODY)).status == 200
            return time.monotonic() - started

    with model_simulator.running(tmp_path, latency_ms=400) as endpoint:
        assert asyncio.run(_seconds(endpoint)) > 0.27


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly(number: signal.Signals) -> None:
    """One READY line, nothing else on standard output, and status 0 when told to end."""
    with subprocess.Popen(
        [sys.executable, "-m", "infra.local.model_simulator", "--latency-ms", "0", "--fault", "timeout"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout
        ready = json.loads(process.stdout.readline().removeprefix(b"READY "))
        assert ready["AZURE_AI_ENDPOINT"].startswith("http://127.0.0.1:")
        process.send_signal(number)
        assert process.stdout.read() == b""
        assert process.wait(10) == 0
