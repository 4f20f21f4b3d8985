"""A whole router over a real network: the simulator over HTTP, circuits in Redis."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from pydantic import SecretStr

from infra.local import model_simulator
from infra.local.model_simulator import Endpoint
from shared.ai.azure_inference import AzureInferenceModel
from shared.ai.breaker import Breaker, BreakerPolicy
from shared.ai.connections import Connections
from shared.ai.deployment import Deployment
from shared.ai.redis_circuits import RedisBreakerStore
from shared.ai.routing import RoutedChatModel
from shared.cache.redis_link import RedisLink
from shared.clock import SystemClock
from tests.integration.router.faulty import Honoured, deployment, router

#: Names that the simulator knows.
NAMES = ("DeepSeek-V3", "Llama-3.3-70B-Instruct", "Mistral-Large")


@dataclass(kw_only=True)
class Network:
    """The router, and what it talks to."""

    routed: RoutedChatModel
    breaker: Breaker
    #: Each deployment, and how often it was called before the time it had named.
    transports: Mapping[str, Honoured]
    control: aiohttp.ClientSession

    async def plan(self, **plan: Any) -> None:
        """Say what becomes of the calls to come."""
        (await self.control.post("/simulator/plan", data=json.dumps(plan))).raise_for_status()

    async def calls(self) -> Mapping[str, int]:
        """Return how often each deployment was called."""
        counts = await (await self.control.get("/simulator/requests")).json()
        return {name: counts["deployments"].get(name, 0) for name in NAMES}


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """A simulator that no other module plans for."""
    directory: Path = tmp_path_factory.mktemp("simulator")
    with model_simulator.running(directory, latency_ms=0) as endpoint:
        yield endpoint


@pytest.fixture
async def network(simulator: Endpoint, redis_url: str) -> AsyncIterator[Network]:
    """A router over three deployments of the simulator, all well; its times are a twentieth of the real."""
    clock = SystemClock()
    link = RedisLink(redis_url)
    store = RedisBreakerStore(link, clock, key=f"test:{uuid4()}")
    breaker = Breaker(store, clock, policy=BreakerPolicy(base_seconds=0.25, fair_seconds=0.25))
    connections = Connections(endpoint=simulator.url, key=SecretStr(simulator.key))
    deployments: Sequence[Deployment] = [deployment(name, json_mode=True) for name in NAMES]
    transports = {
        one.name: Honoured(AzureInferenceModel(one, connections, clock), clock) for one in deployments
    }
    routed = router(deployments, lambda one: transports[one.name], clock, breaker=breaker)
    async with aiohttp.ClientSession(simulator.url.removesuffix("models")) as control:
        await control.delete("/simulator/plan")
        await control.delete("/simulator/requests")
        yield Network(routed=routed, breaker=breaker, transports=transports, control=control)
    await connections.close()
    await link.close()
