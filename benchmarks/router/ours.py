"""Our router, composed as the app composes it, and its transport alone."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial

from pydantic import SecretStr

from benchmarks.router.endpoint import KEY, WORKING
from benchmarks.router.traffic import MAX_OUTPUT_TOKENS, SYSTEM, TEMPERATURE, Ask
from shared.ai.accounts import Accounts
from shared.ai.azure_inference import AzureInferenceModel
from shared.ai.breaker import Breaker, BreakerPolicy
from shared.ai.budget import Budget, BudgetedChatModel
from shared.ai.caching import CachedChatModel
from shared.ai.catalogue import KNOWN, Catalogue, known_deployment
from shared.ai.circuits import BreakerStore, MemoryBreakerStore
from shared.ai.classifying import ComplexityClassifier
from shared.ai.connections import Connections
from shared.ai.deployment import Deployment
from shared.ai.estimating import input_tokens, most_usd_micros
from shared.ai.port import CacheScope, ChatModel, Complexity, Message, ModelCall, ModelRequest, Role, Task
from shared.ai.redis_circuits import RedisBreakerStore
from shared.ai.redis_spending import RedisSpendingStore
from shared.ai.roles import ROLE_PLANS
from shared.ai.routing import RoutedChatModel
from shared.ai.selecting import CandidateSelector, as_told
from shared.ai.spending import SpendingStore
from shared.ai.stack import DeploymentModels
from shared.ai.tracing import TracedChatModel
from shared.cache.memory import MemoryCache
from shared.cache.port import Cache
from shared.cache.redis import RedisCache
from shared.cache.redis_link import RedisLink
from shared.clock import Clock, SystemClock

_TASK = Task(
    name="chat.suggest",
    prompt_version=1,
    role=Role.GENERATION,
    cache_scope=CacheScope.CREATOR,
    cache_ttl_seconds=3600,
    max_output_tokens=MAX_OUTPUT_TOKENS,
    temperature=TEMPERATURE,
)
_PATIENCE_SECONDS = 30.0
_MONTH_USD_MICROS = 10**12


@asynccontextmanager
async def transport(url: str) -> AsyncIterator[Ask]:
    """Ask a deployment with no policy around it."""
    connections = _connections(url)
    model = AzureInferenceModel(known_deployment(WORKING), connections, SystemClock())
    try:
        yield _asking(model, _TASK)
    finally:
        await connections.close()


@asynccontextmanager
async def router(
    url: str, *, redis_url: str | None = None, role: Role = Role.GENERATION
) -> AsyncIterator[Ask]:
    """Ask the router, which keeps answers, circuits and counters in the process's memory, or in Redis.

    The first choice for `Role.CREATIVE` is the one that the endpoint always fails.
    """
    clock, connections = SystemClock(), _connections(url)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(connections.close)
        stores = await stack.enter_async_context(
            _in_redis(redis_url, clock) if redis_url else _in_memory(clock)
        )
        model = _composed(connections, stores, clock)
        yield _asking(model, replace(_TASK, role=role))


@dataclass(frozen=True, kw_only=True)
class _Stores:
    cache: Cache
    circuits: BreakerStore
    #: `None`: the process counts for itself.
    spending: SpendingStore | None


@asynccontextmanager
async def _in_memory(clock: Clock) -> AsyncIterator[_Stores]:
    yield _Stores(cache=MemoryCache(clock), circuits=MemoryBreakerStore(clock), spending=None)


@asynccontextmanager
async def _in_redis(url: str, clock: Clock) -> AsyncIterator[_Stores]:
    cache, link = RedisCache(url), RedisLink(url)
    try:
        yield _Stores(cache=cache, circuits=RedisBreakerStore(link, clock), spending=RedisSpendingStore(link))
    finally:
        await cache.close()
        await link.close()


def _composed(connections: Connections, stores: _Stores, clock: Clock) -> ChatModel:
    """Compose what `shared.bootstrap` composes, with circuits that never open, and money for ever."""
    catalogue = Catalogue(KNOWN, ROLE_PLANS)
    breaker = Breaker(stores.circuits, clock, policy=BreakerPolicy(failures=10**9))

    def deployed(deployment: Deployment) -> ChatModel:
        return AzureInferenceModel(deployment, connections, clock)

    def routed(complexity: Callable[[ModelRequest], Awaitable[Complexity]]) -> ChatModel:
        selector = CandidateSelector(catalogue, complexity, breaker.health, clock)
        return RoutedChatModel(selector, models, breaker, clock)

    models = DeploymentModels(deployed, breaker, clock)
    classifier = ComplexityClassifier(routed(as_told), clock)
    budgeted = BudgetedChatModel(
        routed(classifier),
        Accounts(stores.spending, _NothingPaid(), clock),
        Budget(month_usd_micros=_MONTH_USD_MICROS),
        most_usd_micros=partial(_most_usd_micros, catalogue, clock),
        clock=clock,
    )
    return TracedChatModel(CachedChatModel(budgeted, stores.cache, key=b"benchmark", clock=clock), clock)


def _most_usd_micros(catalogue: Catalogue, clock: Clock, request: ModelRequest) -> int:
    deployment = catalogue.deployment(request.task.role, clock.now().date())
    return most_usd_micros(request, deployment, input_tokens(request.messages))


class _NothingPaid:
    """A ledger without an entry."""

    async def month_usd_micros(self, month: str) -> int:
        """Return nothing."""
        del month
        return 0


def _connections(url: str) -> Connections:
    return Connections(endpoint=f"{url}/models", key=SecretStr(KEY))


def _asking(model: ChatModel, task: Task) -> Ask:
    calls: list[ModelCall] = []

    async def ask(text: str) -> str:
        calls.clear()
        request = ModelRequest(
            task=task,
            creator_id="123",
            messages=(Message(role="system", text=SYSTEM), Message(role="user", text=text)),
            deadline=time.monotonic() + _PATIENCE_SECONDS,
            spent=calls.append,
        )
        return (await model.complete(request)).text

    return ask
