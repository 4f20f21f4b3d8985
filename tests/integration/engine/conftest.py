"""The engine as production composes it, with a proxy in front of each service."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from infra.local.model_simulator import Endpoint
from shared import bootstrap
from shared.bootstrap import Container
from shared.messaging.points import Probe
from shared.settings import Settings
from tests.integration.engine.proxy import Proxy

Compose = Callable[..., Awaitable[Container]]


@dataclass(frozen=True, kw_only=True)
class Wires:
    """The proxies."""

    postgres: Proxy
    redis: Proxy
    broker: Proxy


@pytest.fixture
async def wires(database_url: str, redis_url: str, broker_connection: str) -> AsyncIterator[Wires]:
    """A proxy in front of each service."""
    endpoint = broker_connection.partition("Endpoint=")[2].partition(";")[0]
    async with AsyncExitStack() as stack:
        postgres, redis, broker = [
            await stack.enter_async_context(Proxy(target).listening())
            for target in (f"{database_url}?sslmode=disable", redis_url, endpoint)
        ]
        yield Wires(postgres=postgres, redis=redis, broker=broker)


@pytest.fixture
async def compose(wires: Wires, broker_connection: str, model_endpoint: Endpoint) -> AsyncIterator[Compose]:
    """Compose the app from its settings, as its triggers do; what it opens is closed."""
    async with AsyncExitStack() as stack:

        async def composed(*, probe: Probe | None = None, **settings: Any) -> Container:
            endpoint = broker_connection.partition("Endpoint=")[2].partition(";")[0]
            values = {
                "servicebus_connection": broker_connection.replace(endpoint, wires.broker.url),
                "database_url": wires.postgres.url,
                "redis_url": wires.redis.url,
                "azure_ai_endpoint": model_endpoint.url,
                "azure_ai_key": model_endpoint.key,
                **settings,
            }
            container = await bootstrap.build(Settings(**values), probe=probe)
            stack.push_async_callback(_close, container)
            return container

        yield composed


async def _close(container: Container) -> None:
    """The app lives as long as its process, so only tests close it."""
    store: Any = container.store
    engine: Any = container.engine
    model: Any = container.chat_model
    await engine._sender.close()
    await model._cache.close()
    await model._model.close()
    await store.close()
