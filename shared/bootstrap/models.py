"""The AI router, composed: every policy is a chat model around a chat model, the outermost seen first.

`docs/ai-router.md` tells how a request travels through them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

from shared.ai.accounts import Accounts, Ledger
from shared.ai.allowance import ExtraCalls
from shared.ai.azure_inference import AzureInferenceModel
from shared.ai.breaker import Breaker
from shared.ai.budget import Budget, BudgetedChatModel
from shared.ai.caching import CachedChatModel
from shared.ai.candidates import possible
from shared.ai.catalogue import Catalogue
from shared.ai.circuits import BreakerStore, MemoryBreakerStore
from shared.ai.classifying import ComplexityClassifier
from shared.ai.connections import Connections
from shared.ai.deployment import Deployment
from shared.ai.holding import most_usd_micros
from shared.ai.port import ChatModel, Complexity, ModelRequest
from shared.ai.redis_circuits import RedisBreakerStore
from shared.ai.redis_spending import RedisSpendingStore
from shared.ai.routing import RoutedChatModel
from shared.ai.selecting import CandidateSelector, as_told
from shared.ai.spending import SpendingStore
from shared.ai.stack import DeploymentModels
from shared.ai.tracing import TracedChatModel
from shared.cache.layered import LayeredCache
from shared.cache.memory import MemoryCache
from shared.cache.port import Cache
from shared.cache.redis import RedisCache
from shared.cache.redis_link import RedisLink
from shared.clock import Clock
from shared.settings import Settings

#: Names what the derived key is for, so that no other use of the secret ever yields the same one.
_LABEL = b"huntaze/answers/1"


@dataclass(frozen=True, kw_only=True)
class _Shared:
    """What all workers know together, or each by itself while there is no Redis."""

    cache: Cache
    circuits: BreakerStore
    #: `None`: the process counts for itself, and asks the ledger about the others.
    spending: SpendingStore | None


@dataclass(frozen=True, kw_only=True)
class Router:
    """The router, and where its money is held: speech is paid from the same budget."""

    chat_model: ChatModel
    #: `None`: there is no budget.
    accounts: Accounts | None


def chat_model(settings: Settings, ledger: Ledger, clock: Clock, opened: AsyncExitStack) -> ChatModel:
    """Compose the router for those who pay for nothing else; see `router`."""
    return router(settings, ledger, clock, opened).chat_model


def router(settings: Settings, ledger: Ledger, clock: Clock, opened: AsyncExitStack) -> Router:
    """Compose the router from its settings; it connects on first use.

    Args:
        settings: the app's.
        ledger: knows what was paid.
        clock: the process' clock.
        opened: takes what is to be closed in the end.

    Raises:
        ConfigurationError: the settings do not fit together.
    """
    catalogue = Catalogue.from_settings(settings)
    shared = _shared(settings, clock, opened)
    breaker = Breaker(shared.circuits, clock)
    extra = ExtraCalls(earned_per_request=settings.ai_extra_calls_per_request)
    models = DeploymentModels(_transport(settings, clock, opened), breaker, clock, extra=extra)
    key = _cache_key(settings)

    def cached(model: ChatModel) -> ChatModel:
        return CachedChatModel(model, shared.cache, key=key, clock=clock)

    def routed(complexity: Callable[[ModelRequest], Awaitable[Complexity]]) -> ChatModel:
        selector = CandidateSelector(catalogue, complexity, breaker.health, clock)
        return RoutedChatModel(selector, models, breaker, clock, extra=extra)

    model = routed(ComplexityClassifier(cached(routed(as_told)), clock))
    budget, accounts = Budget.from_settings(settings), None
    if budget is not None:
        accounts = Accounts(shared.spending, ledger, clock)
        opened.push_async_callback(accounts.close)
        most = partial(_most_usd_micros, catalogue, clock)
        model = BudgetedChatModel(model, accounts, budget, most_usd_micros=most, clock=clock)
    return Router(chat_model=TracedChatModel(cached(model), clock), accounts=accounts)


def _transport(settings: Settings, clock: Clock, opened: AsyncExitStack) -> Callable[[Deployment], ChatModel]:
    connections = Connections(endpoint=settings.azure_ai_endpoint, key=settings.azure_ai_key)
    opened.push_async_callback(connections.close)
    return lambda deployment: AzureInferenceModel(deployment, connections, clock)


def _shared(settings: Settings, clock: Clock, opened: AsyncExitStack) -> _Shared:
    own = MemoryCache(clock)
    if settings.redis_url is None:
        return _Shared(cache=own, circuits=MemoryBreakerStore(clock), spending=None)
    url = settings.redis_url.get_secret_value()
    link = RedisLink(url, clock=clock)
    opened.push_async_callback(link.close)
    cache = LayeredCache(RedisCache(link), own)
    return _Shared(cache=cache, circuits=RedisBreakerStore(link, clock), spending=RedisSpendingStore(link))


def _most_usd_micros(catalogue: Catalogue, clock: Clock, request: ModelRequest) -> int:
    """Return the most that a request may cost, wherever it ends up."""
    return most_usd_micros(request, possible(request, catalogue, clock.now().date()))


def _cache_key(settings: Settings) -> bytes:
    """Derive what keeps cache keys unguessable from a secret that every instance of the app shares."""
    secret = settings.database_url.get_secret_value().encode()
    return hashlib.blake2b(_LABEL, key=hashlib.sha256(secret).digest()).digest()
