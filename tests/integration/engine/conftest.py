"""The engine as production composes it, with a proxy in front of each service."""

from __future__ import annotations

import gc
import json
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from azure.servicebus.aio import ServiceBusClient

from infra.local import broker
from infra.local.broker import PRODUCTION_TOPOLOGY
from infra.local.model_simulator import Endpoint
from shared import bootstrap
from shared.bootstrap import Container
from shared.messaging.points import Probe
from shared.settings import Settings
from tests.integration.engine.proxy import Proxy, Wires
from tests.integration.engine.site import HASTY, Site, hosted

Compose = Callable[..., Awaitable[Container]]


@dataclass(frozen=True, kw_only=True)
class OwnBroker:
    """A broker of the module's own, with a journal and short locks."""

    connection: str
    journal: Path

    @property
    def endpoint(self) -> str:
        """Where it listens, as a URL."""
        return self.connection.partition("Endpoint=")[2].partition(";")[0]


@pytest.fixture(autouse=True)
def forgotten_sockets() -> Iterator[None]:
    """Collect the sockets that the SDK forgets to close when a connection to the broker breaks off."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture(scope="module")
def own_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnBroker]:
    """A message that a broken connection leaves locked comes back after two seconds, not after a minute."""
    directory = tmp_path_factory.mktemp("broker")
    topology = json.loads(PRODUCTION_TOPOLOGY.read_text())
    for topic in topology["UserConfig"]["Namespaces"][0]["Topics"]:
        for subscription in topic["Subscriptions"]:
            subscription["Properties"].update({"LockDuration": "PT2S", "MaxDeliveryCount": 50})
    (directory / "topology.json").write_text(json.dumps(topology))
    journal = directory / "journal"
    with broker.running(directory, topology=directory / "topology.json", log=journal) as connection:
        yield OwnBroker(connection=connection, journal=journal)


@pytest.fixture
async def wires(database_url: str, redis_url: str, own_broker: OwnBroker) -> AsyncIterator[Wires]:
    """A proxy in front of each service."""
    async with AsyncExitStack() as stack:
        postgres, redis, broker = [
            await stack.enter_async_context(Proxy(target).listening())
            for target in (f"{database_url}?sslmode=disable", redis_url, own_broker.endpoint)
        ]
        connection = own_broker.connection.replace(own_broker.endpoint, broker.url)
        yield Wires(postgres=postgres, redis=redis, broker=broker, servicebus_connection=connection)


@pytest.fixture
async def compose(wires: Wires, model_endpoint: Endpoint) -> AsyncIterator[Compose]:
    """Compose the app from its settings, as its triggers do; what it opens is closed."""
    async with AsyncExitStack() as stack:

        async def composed(*, probe: Probe | None = None, **settings: Any) -> Container:
            values = {
                "servicebus_connection": wires.servicebus_connection,
                "database_url": wires.postgres.url,
                "redis_url": wires.redis.url,
                "azure_ai_endpoint": model_endpoint.url,
                "azure_ai_key": model_endpoint.key,
                **settings,
            }
            container = await bootstrap.build(Settings(**values), probe=probe)
            stack.push_async_callback(container.close)
            return container

        yield composed


@pytest.fixture
async def site(
    request: pytest.FixtureRequest, compose: Compose, wires: Wires, own_broker: OwnBroker, database_url: str
) -> AsyncIterator[Site]:
    """The app, warm, with other settings than `HASTY` if the test gives some."""
    own_broker.journal.write_bytes(b"")
    container = await compose(**getattr(request, "param", HASTY))
    async with (
        ServiceBusClient.from_connection_string(own_broker.connection) as client,
        client.get_topic_sender("huntaze-jobs") as sender,
        hosted(container, wires.servicebus_connection),
    ):
        site = Site(container, wires, sender, database_url, own_broker.journal)
        await site.publish(1)
        await site.settled(within_seconds=60)
        yield site
