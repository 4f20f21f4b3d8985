"""The model simulator, and requests to send to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from infra.local.model_simulator import Endpoint
from shared.ai.azure_inference import AzureInferenceModel
from shared.ai.catalogue import Catalogue, known_deployment
from shared.ai.port import AnswerSchema, CacheScope, Message, ModelCall, ModelRequest, Role, Task
from shared.clock import SystemClock

CATALOGUE = Catalogue(
    {
        Role.GENERATION: known_deployment("DeepSeek-V3"),
        Role.REASONING: known_deployment("DeepSeek-R1"),
        Role.VISION: known_deployment("Phi-4-multimodal-instruct"),
    }
)
TASK = Task(
    name="test",
    prompt_version=1,
    role=Role.GENERATION,
    cache_scope=CacheScope.NONE,
    cache_ttl_seconds=0,
    max_output_tokens=500,
    temperature=0.5,
)
SCHEMA = AnswerSchema(
    name="answer", json_schema={"type": "object", "properties": {"text": {"type": "string"}}}
)


@pytest.fixture
def paid() -> list[ModelCall]:
    """The calls that were paid."""
    return []


@pytest.fixture
def ask(paid: list[ModelCall]) -> Callable[..., ModelRequest]:
    """Make a request with ten seconds left, with some of its fields changed."""

    def _ask(
        text: str = "Hello", *, seconds: float = 10.0, task: dict[str, Any] | None = None, **changes: Any
    ) -> ModelRequest:
        request = ModelRequest(
            task=replace(TASK, **(task or {})),
            creator_id="123",
            messages=(Message(role="system", text="Be brief."), Message(role="user", text=text)),
            deadline=SystemClock().monotonic() + seconds,
            spent=paid.append,
            answer_schema=SCHEMA,
        )
        return replace(request, **changes)

    return _ask


@pytest.fixture
async def azure(model_endpoint: Endpoint) -> AsyncIterator[AzureInferenceModel]:
    """The Azure adapter, at the simulator."""
    model = AzureInferenceModel(
        endpoint=model_endpoint.url, key=model_endpoint.key, catalogue=CATALOGUE, clock=SystemClock()
    )
    yield model
    await model.close()


@pytest.fixture
async def admin(model_endpoint: Endpoint) -> AsyncIterator[aiohttp.ClientSession]:
    """A session at the simulator's own pages; every ordered fault is withdrawn afterwards."""
    root = f"{model_endpoint.url.removesuffix('/models')}/"
    headers = {"api-key": model_endpoint.key}
    async with aiohttp.ClientSession(root, headers=headers) as session:
        yield session
        (await session.delete("simulator/faults")).raise_for_status()


@pytest.fixture
def order(admin: aiohttp.ClientSession) -> Callable[..., Awaitable[None]]:
    """Order a fault for the next call."""

    async def _order(kind: str, **details: Any) -> None:
        (await admin.post("simulator/faults", json={"kind": kind, **details})).raise_for_status()

    return _order


@pytest.fixture
def count(admin: aiohttp.ClientSession) -> Callable[[], Awaitable[int]]:
    """Return how many calls the simulator has had."""

    async def _count() -> int:
        total: int = (await (await admin.get("simulator/requests")).json())["total"]
        return total

    return _count
