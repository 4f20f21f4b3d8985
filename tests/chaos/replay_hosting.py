"""A process that drives operations on dead letters until it is killed: what the app's two timers do."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

from azure.servicebus.aio import ServiceBusClient

from shared.bootstrap.dead_letters import dead_letter_desk
from shared.clock import SystemClock
from shared.dead_letters.desk import Patience
from shared.dead_letters.driving import Driver
from shared.messaging.servicebus import ServiceBusSenders
from shared.messaging.sweep import Sweep
from shared.persistence.postgres import PostgresJobStore
from shared.settings import Settings

#: A second after its driver's death, another one goes on.
LEASE_SECONDS = 1.0
_AGAIN_SECONDS = 0.1


def drive_for_ever(settings: Mapping[str, Any]) -> None:
    """Drive what is due, and send what nobody has sent, until the process dies."""
    asyncio.run(_drive(Settings(**settings)))


async def _drive(settings: Settings) -> None:
    clock, opened = SystemClock(), AsyncExitStack()
    store = PostgresJobStore(
        settings.database_url.get_secret_value(), pool_size=4, timeout_seconds=10, patience_seconds=30
    )
    await store.open()
    connection = settings.servicebus_connection.get_secret_value()
    sender = ServiceBusSenders(lambda: ServiceBusClient.from_connection_string(connection), clock)
    composed = dead_letter_desk(settings, store, sender, clock, opened)
    desk = replace(composed.desk, patience=Patience(lease_seconds=LEASE_SECONDS))
    driver = Driver(desk, lambda *_: None)
    sweep = Sweep(store=store, sender=sender, requeue_grace_seconds=300.0, sweep_after_seconds=1.0)
    await asyncio.gather(_forever(lambda: driver.drive_due(seconds=30)), _forever(sweep.run))


async def _forever(work: Any) -> None:
    while True:
        await work()
        await asyncio.sleep(_AGAIN_SECONDS)
