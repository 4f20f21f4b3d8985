"""The whole app in this process, with a proxy in front of each of its services, under a load of jobs."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import azure.functions as func
import psycopg
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusSender

from infra.local.host import serving
from shared import bootstrap
from shared.bootstrap import Container
from shared.errors import StoreUnavailableError
from shared.messaging.delivery import Delivery
from tests.chaos import checker
from tests.chaos.checker import Findings
from tests.integration.engine.jobs import job
from tests.integration.engine.proxy import Wires
from workers.chat_suggestions.trigger import blueprint as chat_suggestions

_HOST = {"version": "2.0", "extensions": {"serviceBus": {"maxConcurrentCalls": 8}}}
#: Shorter than production's, so that what is left behind is found while the test looks.
HASTY = {
    "lease_seconds": 1.5,
    "sweep_after_seconds": 0.3,
    "requeue_grace_seconds": 2.0,
    "database_timeout_seconds": 1.0,
    "database_patience_seconds": 8.0,
}
_SUBSCRIPTION = "huntaze-jobs/Subscriptions/chat-suggestions"
_ENDED = ("completed", "dead-lettered")
_SWEEP_EVERY_SECONDS = 0.2


@dataclass
class Site:
    """A running app."""

    container: Container
    wires: Wires
    #: Both past the proxies.
    sender: ServiceBusSender
    database_url: str
    journal: Path
    published: list[str] = field(default_factory=list)

    async def publish(self, count: int) -> None:
        """Publish jobs, no two alike."""
        deliveries = [job(f"Hey {uuid4().hex}") for _ in range(count)]
        self.published += [str(delivery.message_id) for delivery in deliveries]
        await self.sender.send_messages([_message(delivery) for delivery in deliveries])

    async def settled(self, *, within_seconds: float) -> float:
        """Wait until nothing is left to do, in the store or on the broker; return how long that took."""
        began = time.monotonic()
        while not self._quiet() or self._lying_about():
            assert time.monotonic() - began < within_seconds, f"not settled: {self.findings()}"
            await asyncio.sleep(0.05)
        return time.monotonic() - began

    def findings(self) -> Findings:
        """Return what an independent checker says."""
        return checker.judge(
            self.published, checker.recorded(self.database_url), checker.announced(self.journal)
        )

    def states(self) -> list[str]:
        """Return how the jobs stand."""
        query = "SELECT state FROM huntaze_workers.jobs"
        with psycopg.connect(self.database_url) as connection:
            return [state for (state,) in connection.execute(query)]

    def _lying_about(self) -> set[int]:
        """Return the messages that ask for jobs and are neither completed nor dead letters."""
        lines = [json.loads(line) for line in self.journal.read_text().splitlines()]
        ours = [line for line in lines if line["entity"] == _SUBSCRIPTION]
        ended = {each["sequenceNumber"] for each in ours if each.get("outcome", "").startswith(_ENDED)}
        return {each["sequenceNumber"] for each in ours if each["event"] == "enqueued"} - ended

    def _quiet(self) -> bool:
        query = """
            SELECT (SELECT count(*) FROM huntaze_workers.jobs WHERE due_at IS NULL),
                   (SELECT count(*) FROM huntaze_workers.jobs WHERE due_at IS NOT NULL),
                   (SELECT count(*) FROM huntaze_workers.outbox WHERE sent_at IS NULL)
        """
        try:
            with psycopg.connect(self.database_url) as connection:
                return connection.execute(query).fetchone() == (len(self.published), 0, 0)
        except psycopg.OperationalError:
            return False


def _message(delivery: Delivery) -> ServiceBusMessage:
    properties: dict[Any, Any] = {**delivery.properties}
    return ServiceBusMessage(delivery.body, message_id=delivery.message_id, application_properties=properties)


@asynccontextmanager
async def hosted(container: Container, servicebus_connection: str) -> AsyncIterator[None]:
    """Serve the app, and sweep as its timer does, only faster: the tests' leases are short."""
    bootstrap.install(container)
    sweeping = asyncio.create_task(_sweep_often(container))
    settings = {"SERVICEBUS_CONNECTION": servicebus_connection, "HOST_DRAIN_SECONDS": "2"}
    try:
        async with serving(_app(), _HOST, settings):
            yield
    finally:
        sweeping.cancel()
        await asyncio.gather(sweeping, return_exceptions=True)


def _app() -> func.FunctionApp:
    """Return the app anew: one can be indexed only once."""
    app = func.FunctionApp()
    app.register_functions(chat_suggestions)
    return app


async def _sweep_often(container: Container) -> None:
    while True:
        with suppress(StoreUnavailableError):
            await container.sweep.run()
        await asyncio.sleep(_SWEEP_EVERY_SECONDS)
