"""Our router, composed by the app's own bootstrap, and its transport alone."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

from pydantic import SecretStr

from benchmarks.router.endpoint import KEY, WORKING
from benchmarks.router.traffic import MAX_OUTPUT_TOKENS, SYSTEM, TEMPERATURE, Ask
from shared.ai.azure_inference import AzureInferenceModel
from shared.ai.catalogue import known_deployment
from shared.ai.connections import Connections
from shared.ai.port import CacheScope, ChatModel, Message, ModelCall, ModelRequest, Role, Task
from shared.bootstrap.models import chat_model
from shared.clock import SystemClock
from shared.settings import Settings

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
#: What `Settings` asks for beside the AI; nothing is opened there.
_ELSEWHERE = {"servicebus_connection": "unused", "database_url": "postgresql://unused"}


@asynccontextmanager
async def transport(url: str) -> AsyncIterator[Ask]:
    """Ask a deployment with no policy around it."""
    connections = Connections(endpoint=f"{url}/models", key=SecretStr(KEY))
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

    The first choice for `Role.CREATIVE` is the one that the endpoint nearly always fails.
    """
    settings = Settings.model_validate(
        {
            **_ELSEWHERE,
            "azure_ai_endpoint": f"{url}/models",
            "azure_ai_key": KEY,
            "ai_monthly_budget_usd": 1_000_000,
            "ai_extra_calls_per_request": 10,  # the endpoint fails more often than any would for long
            "redis_url": redis_url,
        }
    )
    async with AsyncExitStack() as opened:
        model = chat_model(settings, _NothingPaid(), SystemClock(), opened)
        yield _asking(model, replace(_TASK, role=role))


class _NothingPaid:
    """A ledger without an entry."""

    async def month_usd_micros(self, month: str) -> int:
        """Return nothing."""
        del month
        return 0


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
