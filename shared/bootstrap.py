"""The composition root: the only module that names adapters.

Importing it opens nothing, reads no setting and loads no SDK; that happens at the first invocation, once
for each event loop, because pools and SDK clients belong to the loop that opened them.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from shared.ai.catalogue import Catalogue
    from shared.ai.connections import Connections
    from shared.ai.port import ChatModel, ModelReply, ModelRequest
    from shared.cache.port import Cache
    from shared.clock import Clock
    from shared.messaging.engine import Engine
    from shared.messaging.points import Probe
    from shared.messaging.servicebus import ServiceBusSenders
    from shared.messaging.sweep import Sweep
    from shared.persistence.port import JobStore
    from shared.settings import Settings

#: Names what the derived key is for, so that no other use of the secret ever yields the same one.
_LABEL = b"huntaze/answers/1"


@dataclass(frozen=True, kw_only=True)
class Container:
    """What the triggers need, ready for use in one event loop."""

    store: JobStore
    engine: Engine
    sweep: Sweep
    chat_model: ChatModel


class ByRole:
    """Asks the one deployment that the catalogue names for the task's role."""

    def __init__(self, catalogue: Catalogue, connections: Connections, clock: Clock) -> None:
        self._catalogue = catalogue
        self._connections = connections
        self._clock = clock

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Ask it.

        Raises:
            JobError: see `ChatModel.complete`.
        """
        from shared.ai.azure_inference import AzureInferenceModel

        deployment = self._catalogue.deployment(request.task.role, self._clock.now().date())
        return await AzureInferenceModel(deployment, self._connections, self._clock).complete(request)

    async def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        await self._connections.close()


_containers: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Future[Container]] = WeakKeyDictionary()


async def container() -> Container:
    """Return the running loop's container, built from the environment at the first call.

    Raises:
        ConfigurationError: a setting is missing or wrong; the next call tries again.
    """
    loop = asyncio.get_running_loop()
    opening = _containers.get(loop)
    if opening is None or _failed(opening):
        opening = _containers[loop] = loop.create_task(_from_environment())
    return await asyncio.shield(opening)


def install(ready: Container) -> None:
    """Serve this container in the running loop: for hosts that compose their own, such as tests."""
    loop = asyncio.get_running_loop()
    _containers[loop] = loop.create_future()
    _containers[loop].set_result(ready)


async def build(settings: Settings, *, probe: Probe | None = None) -> Container:
    """Compose the app from its settings and open what has to be opened.

    Raises:
        ConfigurationError: the settings do not fit together.
    """
    from shared.clock import SystemClock
    from shared.messaging.engine import Engine, Limits
    from shared.messaging.points import unobserved
    from shared.messaging.sweep import Sweep
    from shared.observability.vendors import quiet_vendors
    from shared.persistence.postgres import PostgresJobStore

    quiet_vendors()
    clock = SystemClock()
    store = PostgresJobStore(
        settings.database_url.get_secret_value(),
        pool_size=settings.database_pool_size,
        timeout_seconds=settings.database_timeout_seconds,
        patience_seconds=settings.database_patience_seconds,
    )
    await store.open()
    sender = _sender(settings, clock)
    limits = Limits(
        lease_seconds=settings.lease_seconds,
        max_claims=settings.max_claims,
        sweep_after_seconds=settings.sweep_after_seconds,
        requeue_grace_seconds=settings.requeue_grace_seconds,
    )
    observed = probe or unobserved
    return Container(
        store=store,
        engine=Engine(
            store=store,
            sender=sender,
            clock=clock,
            functions_url=settings.functions_url,
            limits=limits,
            probe=observed,
        ),
        sweep=Sweep(
            store=store,
            sender=sender,
            requeue_grace_seconds=limits.requeue_grace_seconds,
            sweep_after_seconds=limits.sweep_after_seconds,
            probe=observed,
        ),
        chat_model=_chat_model(settings, clock),
    )


async def _from_environment() -> Container:
    from shared.settings import load_settings

    return await build(load_settings())


def _sender(settings: Settings, clock: Clock) -> ServiceBusSenders:
    from azure.servicebus.aio import ServiceBusClient

    from shared.messaging.servicebus import ServiceBusSenders

    connection = settings.servicebus_connection.get_secret_value()
    return ServiceBusSenders(lambda: ServiceBusClient.from_connection_string(connection), clock)


def _chat_model(settings: Settings, clock: Clock) -> ChatModel:
    from shared.ai.caching import CachedChatModel
    from shared.ai.catalogue import Catalogue
    from shared.ai.connections import Connections

    connections = Connections(endpoint=settings.azure_ai_endpoint, key=settings.azure_ai_key)
    model = ByRole(Catalogue.from_settings(settings), connections, clock)
    return CachedChatModel(model, _cache(settings, clock), key=_cache_key(settings))


def _cache(settings: Settings, clock: Clock) -> Cache:
    if settings.redis_url is None:
        from shared.cache.memory import MemoryCache

        return MemoryCache(clock)
    from shared.cache.redis import RedisCache

    return RedisCache(settings.redis_url.get_secret_value())


def _cache_key(settings: Settings) -> bytes:
    """Derive what keeps cache keys unguessable from a secret that every instance of the app shares."""
    secret = settings.database_url.get_secret_value().encode()
    return hashlib.blake2b(_LABEL, key=hashlib.sha256(secret).digest()).digest()


def _failed(opening: asyncio.Future[Container]) -> bool:
    return opening.done() and (opening.cancelled() or opening.exception() is not None)
