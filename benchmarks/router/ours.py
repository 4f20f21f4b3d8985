"""Our router, composed as the app composes it, and its transport alone."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import SecretStr

from benchmarks.router.endpoint import KEY, WORKING
from benchmarks.router.traffic import MAX_OUTPUT_TOKENS, SYSTEM, TEMPERATURE, Ask
from shared.ai.azure_inference import AzureInferenceModel
from shared.ai.caching import CachedChatModel
from shared.ai.catalogue import known_deployment
from shared.ai.connections import Connections
from shared.ai.port import CacheScope, ChatModel, Message, ModelCall, ModelRequest, Role, Task
from shared.ai.tracing import TracedChatModel
from shared.cache.memory import MemoryCache
from shared.cache.redis import RedisCache
from shared.clock import SystemClock

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


@asynccontextmanager
async def transport(url: str) -> AsyncIterator[Ask]:
    """Ask a deployment with no policy around it."""
    connections = _connections(url)
    model = AzureInferenceModel(known_deployment(WORKING), connections, SystemClock())
    try:
        yield _asking(model)
    finally:
        await connections.close()


@asynccontextmanager
async def router(url: str, redis_url: str | None = None) -> AsyncIterator[Ask]:
    """Ask the router, which keeps answers in the process's memory, or in Redis."""
    clock, connections = SystemClock(), _connections(url)
    cache = RedisCache(redis_url) if redis_url else MemoryCache(clock)
    model = AzureInferenceModel(known_deployment(WORKING), connections, clock)
    cached = CachedChatModel(model, cache, key=b"benchmark", clock=clock)
    try:
        yield _asking(TracedChatModel(cached, clock))
    finally:
        await connections.close()
        await cache.close()


def _connections(url: str) -> Connections:
    return Connections(endpoint=f"{url}/models", key=SecretStr(KEY))


def _asking(model: ChatModel) -> Ask:
    calls: list[ModelCall] = []

    async def ask(text: str) -> str:
        calls.clear()
        request = ModelRequest(
            task=_TASK,
            creator_id="123",
            messages=(Message(role="system", text=SYSTEM), Message(role="user", text=text)),
            deadline=time.monotonic() + _PATIENCE_SECONDS,
            spent=calls.append,
        )
        return (await model.complete(request)).text

    return ask
