"""Services that go away, break off or hang: no job is lost, none is doubled, each says how it ended."""

from __future__ import annotations

import asyncio
import random
from itertools import product

import pytest

from tests.chaos.checker import Findings
from tests.integration.engine.proxy import Cut
from tests.integration.engine.site import HASTY, Site

#: See `forgotten_sockets`: the collector may come by sooner.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:loop is closed:ResourceWarning"),
]

#: Longer than anything lasts here that goes well, however slow the machine.
_LONG_SECONDS = 120.0
#: How long each answer of a slow Redis takes.
_SLOW_SECONDS = 4.0
#: What only the request has that claims a job, records its outcome, or marks its event as sent.
REQUESTS = {"claim": b'"claim_id":', "record": b'"next_attempt":', "mark": b":1:0}"}


@pytest.mark.parametrize("site", [{**HASTY, "lease_seconds": _LONG_SECONDS}], indirect=True, ids=[""])
async def test_a_commit_that_breaks_off_is_looked_up(site: Site) -> None:
    """Whether it was durable or not: its client can't tell. Its lease would end long after the test."""
    for asked, cut in product(REQUESTS, Cut):
        site.wires.postgres.victims = REQUESTS[asked]
        site.wires.postgres.cuts.append(cut)
        await site.publish(1)
        await site.settled(within_seconds=_LONG_SECONDS / 2)
        assert not site.wires.postgres.cuts, (asked, cut)
    assert site.findings() == Findings()
    assert set(site.states()) == {"completed"}


async def test_a_claim_whose_answer_is_lost_again_and_again_is_one_claim(site: Site) -> None:
    """It is not the job that fails there: it is no poison."""
    site.wires.postgres.victims = REQUESTS["claim"]
    site.wires.postgres.cuts.extend([Cut.AFTER] * 6)
    await site.publish(1)
    await site.settled(within_seconds=_LONG_SECONDS)
    assert not site.wires.postgres.cuts
    assert site.findings() == Findings()
    assert set(site.states()) == {"completed"}


async def test_connections_that_keep_breaking(site: Site) -> None:
    """To PostgreSQL, twenty times a second, wherever the jobs are."""
    chance = random.Random(20261125)  # noqa: S311 - a seed makes a failure repeatable
    for _ in range(30):
        site.wires.postgres.cuts.extend(chance.choices(list(Cut), k=2))
        await site.publish(5)
        await asyncio.sleep(0.1)
    assert len(site.wires.postgres.cuts) < 10
    site.wires.postgres.cuts.clear()
    await site.settled(within_seconds=_LONG_SECONDS)
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
    await site.settled(within_seconds=_LONG_SECONDS)
    assert site.findings() == Findings()
    assert set(site.states()) == {"completed"}


async def test_redis_costs_nothing_but_money(site: Site) -> None:
    """Whatever becomes of it, jobs complete, and hardly later than with a Redis that is well.

    Who waited for it would be far later: twenty jobs in eight slots, each with at least two commands, are six
    answers one after the other.
    """
    redis = site.wires.redis
    await site.publish(20)
    healthy_seconds = await site.settled(within_seconds=_LONG_SECONDS)
    for trouble in ("breaks off", "is absent", "is slow", "hangs"):
        if trouble == "breaks off":
            redis.cut()
        redis.refusing = trouble == "is absent"
        redis.delay_seconds = _SLOW_SECONDS if trouble == "is slow" else 0.0
        if trouble == "hangs":
            redis.passing.clear()
        await site.publish(20)
        seconds = await site.settled(within_seconds=_LONG_SECONDS)
        assert seconds < 3 * healthy_seconds + 2 * _SLOW_SECONDS, trouble
    redis.passing.set()
    assert site.findings() == Findings()
    assert set(site.states()) == {"completed"}
