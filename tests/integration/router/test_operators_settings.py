"""An operator's settings lead a request to the right deployment, at its endpoint, at its price."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from infra.local.model_simulator import Endpoint
from infra.local.process import free_port
from shared.ai.azure_inference import AzureInferenceModel
from shared.ai.breaker import Breaker
from shared.ai.catalogue import Catalogue
from shared.ai.circuits import MemoryBreakerStore
from shared.ai.classifying import ComplexityClassifier
from shared.ai.connections import Connections
from shared.ai.port import CacheScope, ChatModel, Complexity, Message, ModelCall, ModelRequest, Role, Task
from shared.ai.routing import RoutedChatModel
from shared.ai.selecting import CandidateSelector, as_told
from shared.ai.stack import DeploymentModels
from shared.clock import SystemClock
from shared.settings import load_settings

TASK = Task(
    name="test",
    prompt_version=1,
    role=Role.GENERATION,
    cache_scope=CacheScope.NONE,
    cache_ttl_seconds=0,
    max_output_tokens=500,
    temperature=0.5,
    routed_by_complexity=True,
)


@pytest.fixture
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A default endpoint where nobody answers."""
    for name, value in {
        "SERVICEBUS_CONNECTION": "Endpoint=sb://localhost",
        "DATABASE_URL": "postgresql://localhost/test",
        "AZURE_AI_ENDPOINT": f"http://127.0.0.1:{free_port()}/models",
        "AZURE_AI_KEY": "wrong",
    }.items():
        monkeypatch.setenv(name, value)


@asynccontextmanager
async def _router() -> AsyncIterator[ChatModel]:
    """Compose the router as the app does, without cache and budget."""
    clock, settings = SystemClock(), load_settings()
    catalogue = Catalogue.from_settings(settings)
    connections = Connections(endpoint=settings.azure_ai_endpoint, key=settings.azure_ai_key)
    breaker = Breaker(MemoryBreakerStore(clock), clock)
    models = DeploymentModels(lambda one: AzureInferenceModel(one, connections, clock), breaker, clock)

    def routed(complexity: Callable[[ModelRequest], Awaitable[Complexity]]) -> ChatModel:
        selector = CandidateSelector(catalogue, complexity, breaker.health, clock)
        return RoutedChatModel(selector, models, breaker, clock)

    try:
        yield routed(ComplexityClassifier(routed(as_told), clock))
    finally:
        await connections.close()


def _request(text: str, paid: list[ModelCall]) -> ModelRequest:
    return ModelRequest(
        task=TASK,
        creator_id="1",
        messages=(Message(role="user", text=text),),
        deadline=SystemClock().monotonic() + 20,
        spent=paid.append,
    )


@pytest.mark.usefixtures("_settings")
@pytest.mark.parametrize("path", ["/models", "/openai/v1"])
async def test_the_front_ends_name_for_a_retired_model_leads_to_its_successor(
    monkeypatch: pytest.MonkeyPatch, model_endpoint: Endpoint, path: str
) -> None:
    """In either wire form, which the endpoint's path tells, and at the successor's price."""
    endpoint = model_endpoint.url.removesuffix("/models") + path
    monkeypatch.setenv("AZURE_DEEPSEEK_V3_ENDPOINT", endpoint)
    monkeypatch.setenv("AZURE_DEEPSEEK_V3_KEY", model_endpoint.key)
    monkeypatch.setenv("AZURE_DEEPSEEK_V3_2_INPUT_USD_PER_MILLION_TOKENS", "0")
    monkeypatch.setenv("AZURE_DEEPSEEK_V3_2_OUTPUT_USD_PER_MILLION_TOKENS", "1000")
    paid: list[ModelCall] = []
    async with _router() as router:
        reply = await router.complete(_request("What are you doing tonight?", paid))
    assert reply.deployment == "DeepSeek-V3.2"
    assert [call.cost_usd_micros for call in paid] == [1_000 * reply.usage.output_tokens]


@pytest.mark.usefixtures("_settings")
async def test_a_small_model_sorts_and_answers_at_its_own_endpoint(
    monkeypatch: pytest.MonkeyPatch, model_endpoint: Endpoint
) -> None:
    """A greeting goes to it by rule; what rules can't tell it is asked first, and paid for by the request."""
    monkeypatch.setenv("AZURE_PHI4_MINI_ENDPOINT", model_endpoint.url)
    monkeypatch.setenv("AZURE_PHI4_MINI_KEY", model_endpoint.key)
    monkeypatch.setenv("AZURE_LLAMA_3_3_70B_ENDPOINT", model_endpoint.url)
    monkeypatch.setenv("AZURE_LLAMA_3_3_70B_KEY", model_endpoint.key)
    paid: list[ModelCall] = []
    async with _router() as router:
        reply = await router.complete(_request("hey 😘", paid))
        assert reply.deployment == "Phi-4-mini-instruct"
        assert [call.task for call in paid] == ["test"]
        paid.clear()
        undecided = _request("Do you have new sets? And when are you live again?", paid)
        reply = await router.complete(undecided)
    assert reply.deployment in {"Phi-4-mini-instruct", "Llama-3.3-70B-Instruct"}
    assert {call.task for call in paid} == {"route.complexity", "test"}
