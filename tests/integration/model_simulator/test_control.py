"""Steering the simulator over HTTP: its streams, its plans, its counts, its view of pictures."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from infra.local import model_simulator
from infra.local.model_simulator import Endpoint

MODELS = "models/chat/completions?api-version=2024-05-01-preview"
OPENAI = "openai/v1/chat/completions"
BODY = {"model": "DeepSeek-V3", "messages": [{"role": "user", "content": "Hi"}]}
STREAMED = {**BODY, "stream": True, "stream_options": {"include_usage": True}}


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A simulator whose counts nobody else changes."""
    with model_simulator.running(tmp_path_factory.mktemp("simulator"), latency_ms=0) as endpoint:
        yield endpoint


@pytest.fixture
async def session(endpoint: Endpoint) -> AsyncIterator[aiohttp.ClientSession]:
    """A session with the right key; plans and counts are forgotten afterwards."""
    root = endpoint.url.removesuffix("models")
    async with aiohttp.ClientSession(root, headers={"api-key": endpoint.key}) as session:
        yield session
        for page in ("plan", "faults", "requests"):
            assert (await session.delete(f"simulator/{page}")).status == 204


async def _stream(session: aiohttp.ClientSession, body: Any, route: str = OPENAI) -> list[Any]:
    response = await session.post(route, json=body)
    assert response.headers["Content-Type"].startswith("text/event-stream")
    events = [line.removeprefix("data: ") for line in (await response.text()).split("\n\n") if line]
    assert events.pop() == "[DONE]"
    return [json.loads(event) for event in events]


@pytest.mark.parametrize("route", [MODELS, OPENAI])
@pytest.mark.parametrize("model", ["DeepSeek-V3", "DeepSeek-R1"])
async def test_a_stream_adds_up_to_the_whole_answer(
    session: aiohttp.ClientSession, route: str, model: str
) -> None:
    """Content, thinking, reason and tokens."""
    whole = await (await session.post(route, json={**BODY, "model": model})).json()
    events = await _stream(session, {**STREAMED, "model": model}, route)
    message = whole["choices"][0]["message"]
    deltas = [event["choices"][0]["delta"] for event in events if event["choices"]]
    for name in ("content", "reasoning_content"):
        assert "".join(delta.get(name, "") for delta in deltas) == message.get(name, "")
    assert events[-2]["choices"][0]["finish_reason"] == whole["choices"][0]["finish_reason"]
    assert events[-1]["usage"] == whole["usage"]
    assert len(events) > 5


async def test_the_tokens_are_told_to_who_asks(session: aiohttp.ClientSession) -> None:
    """As the real service does."""
    events = await _stream(session, {**BODY, "stream": True})
    assert not any("usage" in event for event in events)


@pytest.mark.parametrize("page", ["plan", "faults"])
@pytest.mark.parametrize("order", [{"kind": "nonsense"}, [], "x", {"mix": {"slow": 2}}])
async def test_what_is_no_order_is_refused(session: aiohttp.ClientSession, page: str, order: Any) -> None:
    """It would test nothing; an empty list is the plan that all goes well."""
    response = await session.post(f"simulator/{page}", json=order)
    assert response.status == (204 if (page, order) == ("plan", []) else 422)


async def test_outcomes_are_counted(session: aiohttp.ClientSession) -> None:
    """By deployment, refused calls included."""
    await session.post("simulator/plan", json=["server_error", "ok", "retired"])
    statuses = [(await session.post(OPENAI, json=BODY)).status for _ in range(3)]
    statuses.append((await session.post(OPENAI, json={**BODY, "model": "gpt-9"})).status)
    await _stream(session, STREAMED)
    assert statuses == [500, 200, 404, 404]
    counts = await (await session.get("simulator/requests")).json()
    assert counts["total"] == 5
    assert counts["outcomes"] == {
        "DeepSeek-V3": {"server_error": 1, "ok": 2, "retired": 1},
        "gpt-9": {"not_found": 1},
    }
    assert counts["streamed"] == {"DeepSeek-V3": 1, "gpt-9": 0}


async def test_calls_under_way_are_counted(session: aiohttp.ClientSession) -> None:
    """The most that there were at once."""
    await session.post("simulator/plan", json={"mix": {"slow": 1}, "seconds": 1.5})
    await asyncio.gather(*(session.post(OPENAI, json=BODY) for _ in range(7)))
    counts = await (await session.get("simulator/requests")).json()
    assert counts["most_at_once"] == {"DeepSeek-V3": 7}


async def test_a_call_ends_when_its_caller_has_gone(session: aiohttp.ClientSession) -> None:
    """Hung ones and half-sent streams are under way no longer."""
    await session.post("simulator/plan", json=["hang", {"kind": "slow", "seconds": 20}])
    for body in (BODY, STREAMED):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await (await session.post(OPENAI, json=body)).read()
    await asyncio.sleep(1)
    assert (await session.post(OPENAI, json=BODY)).status == 200
    counts = await (await session.get("simulator/requests")).json()
    assert counts["most_at_once"] == {"DeepSeek-V3": 1}


async def test_a_mix_has_the_same_outcome_whenever_it_is_run(session: aiohttp.ClientSession) -> None:
    """However the calls overlap."""
    plan = {"seed": 3, "mix": {"rate_limit": 0.3, "server_error": 0.2}, "retry_after_seconds": 2}
    runs = []
    for _ in range(2):
        await session.post("simulator/plan", json=plan)
        responses = await asyncio.gather(*(session.post(OPENAI, json=BODY) for _ in range(60)))
        limited = [response for response in responses if response.status == 429]
        assert all(response.headers["Retry-After"] == "2" for response in limited)
        runs.append(sorted(response.status for response in responses))
    assert runs[0] == runs[1]
    assert set(runs[0]) == {200, 429, 500}


@pytest.mark.parametrize(
    ("model", "url", "message"),
    [
        ("Phi-4-multimodal-instruct", "data:image/png;base64,iVBORw0KGgo=", "decoded"),
        ("Phi-4-multimodal-instruct", "https://example.com/a.png", "decoded"),
        ("DeepSeek-V3", "data:image/png;base64,iVBORw0KGgo=", "does not support"),
    ],
)
async def test_what_is_no_picture_is_refused(
    session: aiohttp.ClientSession, model: str, url: str, message: str
) -> None:
    """And any picture, by a model that sees none."""
    content = [{"type": "image_url", "image_url": {"url": url}}]
    body = {"model": model, "messages": [{"role": "user", "content": content}]}
    response = await session.post(OPENAI, json=body)
    assert response.status == 400
    assert message in (await response.json())["error"]["message"]


def test_a_stream_takes_as_long_as_an_answer(tmp_path: Path) -> None:
    """Its first word comes sooner."""

    async def _moments(endpoint: Endpoint) -> list[float]:
        async with aiohttp.ClientSession(headers={"api-key": endpoint.key}) as session:
            started = time.monotonic()
            url = f"{endpoint.url.removesuffix('models')}{OPENAI}"
            async with session.post(url, json=STREAMED) as response:
                return [time.monotonic() - started async for _ in response.content]

    with model_simulator.running(tmp_path, latency_ms=500) as endpoint:
        moments = asyncio.run(_moments(endpoint))
    assert moments[0] < moments[-1] / 1.5
    assert 0.3 < moments[-1] < 20
