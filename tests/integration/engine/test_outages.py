"""Services that go away, break off or hang: no job is lost, none is doubled, each says how it ended."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator

import pytest
from azure.servicebus.aio import ServiceBusClient

from shared.messaging.points import Point
from tests.chaos.checker import Findings
from tests.integration.engine.conftest import Compose, OwnBroker, Wires
from tests.integration.engine.proxy import Cut
from tests.integration.engine.site import Site, hosted, repeatedly

#: Shorter than production's, so that what is left behind is found while the test looks.
HASTY = {
    "lease_seconds": 1.5,
    "sweep_after_seconds": 0.3,
    "requeue_grace_seconds": 2.0,
    "database_timeout_seconds": 1.0,
    "database_patience_seconds": 8.0,
}
#: What PostgreSQL is asked after each of these points: to claim, to record, to mark as sent.
ASKED_AFTER = {"claim": Point.DECODED, "record": Point.HANDLED, "mark": Point.SENT}


class Saboteur:
    """Breaks PostgreSQL's connections at a named point of a job's life: a `Probe`."""

    def __init__(self) -> None:
        self.wires: Wires | None = None
        self.point: Point | None = None
        self.cuts: list[Cut] = []

    def __call__(self, point: Point) -> None:
        if point is self.point and self.wires:
            self.point = None
            self.wires.postgres.cuts.extend(self.cuts)


@pytest.fixture
def saboteur(wires: Wires) -> Saboteur:
    """One that does nothing yet."""
    saboteur = Saboteur()
    saboteur.wires = wires
    return saboteur


@pytest.fixture
async def site(
    compose: Compose, wires: Wires, own_broker: OwnBroker, database_url: str, saboteur: Saboteur
) -> AsyncIterator[Site]:
    """The app, warm."""
    own_broker.journal.write_bytes(b"")
    container = await compose(probe=saboteur, **HASTY)
    async with (
        ServiceBusClient.from_connection_string(own_broker.connection) as client,
        client.get_topic_sender("huntaze-jobs") as sender,
        hosted(container, wires.servicebus_connection),
    ):
        site = Site(container, wires, sender, database_url, own_broker.journal)
        await site.publish(1)
        await site.settled(within_seconds=10)
        yield site


@pytest.mark.parametrize("cut", Cut)
@pytest.mark.parametrize("asked", ASKED_AFTER)
async def test_a_commit_that_breaks_off_is_looked_up(
    site: Site, saboteur: Saboteur, asked: str, cut: Cut
) -> None:
    """Whether it was durable or not: its client can't tell."""
    saboteur.cuts, saboteur.point = [cut], ASKED_AFTER[asked]
    await site.publish(1)
    await site.settled(within_seconds=15)
    assert saboteur.point is None
    assert site.findings() == Findings()
    assert site.states() == ["completed", "completed"]


async def test_a_claim_whose_answer_is_lost_again_and_again_is_one_claim(
    site: Site, saboteur: Saboteur
) -> None:
    """It is not the job that fails there: it is no poison."""
    saboteur.cuts, saboteur.point = [Cut.AFTER] * 6, Point.DECODED
    await site.publish(1)
    await site.settled(within_seconds=20)
    assert site.findings() == Findings()
    assert site.states() == ["completed", "completed"]


async def test_connections_that_keep_breaking(site: Site) -> None:
    """To PostgreSQL, ten times a second, wherever the jobs are."""
    chance = random.Random(20261125)  # noqa: S311 - a seed makes a failure repeatable

    def sabotage() -> None:
        site.wires.postgres.cuts.append(chance.choice(list(Cut)))

    await site.publish(100)
    await repeatedly(sabotage, every_seconds=0.1, for_seconds=3)
    site.wires.postgres.cuts.clear()
    await site.settled(within_seconds=30)
    assert site.findings() == Findings()
    assert set(site.states()) == {"completed"}


async def test_a_broker_that_breaks_off_gets_its_events_later(site: Site) -> None:
    """Its connections break while jobs run; then it is away for a while."""
    await site.publish(60)
    for _ in range(4):
        await asyncio.sleep(0.2)
        site.wires.broker.cut()
    site.wires.broker.refusing = True
    site.wires.broker.cut()
    await asyncio.sleep(1)
    site.wires.broker.refusing = False
    await site.settled(within_seconds=40)
    assert site.findings() == Findings()
    assert set(site.states()) == {"completed"}
