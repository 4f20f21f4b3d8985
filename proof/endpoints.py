"""Creators with servers of their own, so that a run has effects that somebody else sees."""

from __future__ import annotations

from collections.abc import Mapping

from shared.clock import SystemClock
from shared.fetching.transport import GuardedTransport
from shared.fetching.urls import AnyPublicHost
from shared.persistence.postgres import PostgresJobStore
from shared.webhooks.port import Endpoint
from shared.webhooks.postgres import PostgresWebhooks
from shared.webhooks.posting import GuardedPoster
from shared.webhooks.register import Register
from shared.webhooks.sealing import Seal

#: A tenth of the creators of a run.
WITH_ENDPOINTS = 5


async def registered(database_url: str, origin: str, key: str) -> Mapping[str, Endpoint]:
    """Give each creator with a server an endpoint at the receiver."""
    store = PostgresJobStore(database_url, pool_size=2, timeout_seconds=10, patience_seconds=10)
    await store.open()
    poster = GuardedPoster(AnyPublicHost(local_origins=[origin]), GuardedTransport(), clock=SystemClock())
    register = Register(endpoints=PostgresWebhooks(store.database), poster=poster, seal=Seal([key]))
    endpoints = {}
    for creator in map(str, range(WITH_ENDPOINTS)):
        endpoints[creator] = Endpoint(creator_id=creator, name="crm", url=f"{origin}/{creator}")
        await register.put(endpoints[creator])
    await store.close()
    return endpoints
