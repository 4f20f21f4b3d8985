"""The model simulator, and requests to send to it."""

from __future__ import annotations

import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr

from infra.local.model_simulator import Endpoint
from shared.ai.azure_inference import AzureInferenceModel
from shared.ai.catalogue import known_deployment
from shared.ai.connections import Connections
from shared.ai.deployment import Wire
from shared.ai.port import AnswerSchema, CacheScope, Image, Message, ModelCall, ModelRequest, Role, Task
from shared.clock import SystemClock

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
async def connections(model_endpoint: Endpoint) -> AsyncIterator[Connections]:
    """The connections to the simulator."""
    connections = Connections(endpoint=model_endpoint.url, key=SecretStr(model_endpoint.key))
    yield connections
    await connections.close()


@pytest.fixture(params=list(Wire))
def wire(request: pytest.FixtureRequest) -> Wire:
    """Each wire form in turn."""
    wire: Wire = request.param
    return wire


@pytest.fixture
def deployed(connections: Connections, wire: Wire) -> Callable[[str], AzureInferenceModel]:
    """Make Azure's adapter for one of the simulator's deployments."""

    def _deployed(name: str) -> AzureInferenceModel:
        return AzureInferenceModel(replace(known_deployment(name), wire=wire), connections, SystemClock())

    return _deployed


@pytest.fixture
def azure(deployed: Callable[[str], AzureInferenceModel]) -> AzureInferenceModel:
    """Azure's adapter, at the simulator."""
    return deployed("DeepSeek-V3")


@pytest.fixture
async def admin(model_endpoint: Endpoint) -> AsyncIterator[aiohttp.ClientSession]:
    """A session at the simulator's own pages; every ordered fault is withdrawn afterwards."""
    root = f"{model_endpoint.url.removesuffix('/models')}/"
    headers = {"api-key": model_endpoint.key}
    async with aiohttp.ClientSession(root, headers=headers) as session:
        yield session
        (await session.delete("simulator/faults")).raise_for_status()
        (await session.delete("simulator/plan")).raise_for_status()


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


@pytest.fixture(scope="session")
def picture() -> Image:
    """A PNG of one grey pixel."""

    def _chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0\x80")
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")
    return Image(data=b"\x89PNG\r\n\x1a\n" + chunks, media_type="image/png")
