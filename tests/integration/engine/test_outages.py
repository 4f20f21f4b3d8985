"""Services that go away, break off or hang: no job is lost, none is doubled, each says how it ended."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from itertools import product

import pytest
from azure.servicebus.aio import ServiceBusClient

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
#: What only the request has that claims a job, records its outcome, or marks its event as sent.
REQUESTS = {"claim": b'"claim_id":', "record": b'"next_attempt":', "mark": b":1:0}"}


@pytest.fixture
async def site(
    compose: Compose, wires: Wires, own_broker: OwnBroker, database_url: str
) -> AsyncIterator[Site]:
    """The app, warm."""
    own_broker.journal.write_bytes(b"")
    container = await compose(**HASTY)
    async with (
        ServiceBusClient.from_connection_string(own_broker.connection) as client,
        client.get_topic_sender("huntaze-jobs") as sender,
        hosted(container, wires.servicebus_connection),
    ):
        site = Site(container, wires, sender, database_url, own_broker.journal)
        await site.publish(1)
        await site.settled(within_seconds=10)
        yield site


async def test_a_commit_that_breaks_off_is_looked_up(site: Site) -> None:
    """Whether it was durable or not: its client can't tell."""
    for asked, cut in product(REQUESTS, Cut):
        site.wires.postgres.victims = REQUESTS[asked]
        site.wires.postgres.cuts.append(cut)
        await site.publish(1)
        await site.settled(within_seconds=15)
        assert not site.wires.postgres.cuts, (asked, cut)
    assert site.findings() == Findings()
    assert set(site.states()) == {"completed"}


async def test_a_claim_whose_answer_is_lost_again_and_again_is_one_claim(site: Site) -> None:
    """It is not the job that fails there: it is no poison."""
    site.wires.postgres.victims = REQUESTS["claim"]
    site.wires.postgres.cuts.extend([Cut.AFTER] * 6)
    await site.publish(1)
    await site.settled(within_seconds=20)
    assert not site.wires.postgres.cuts
    assert site.findings() == Findings()
    assert set(site.states()) == {"completed"}


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


@pytest.mark.parametrize("trouble", ["absent", "hanging", "slow", "gone in between"])
async def test_redis_costs_nothing_but_money(site: Site, trouble: str) -> None:
    """Whatever becomes of it, jobs complete, and quickly."""
    redis = site.wires.redis
    if trouble == "absent":
        redis.refusing = True
        redis.cut()
    elif trouble == "hanging":
        redis.passing.clear()
    elif trouble == "slow":
        redis.delay_seconds = 1.0
    await site.publish(20)
    if trouble == "gone in between":
        await asyncio.sleep(0.02)
        redis.cut()
    assert await site.settled(within_seconds=10) < 4
    redis.passing.set()
    assert site.findings() == Findings()
    assert set(site.states()) == {"completed"}
