"""Nothing is lost, nothing is doubled, everything is announced, whenever the host is killed.

`make test` kills a few times at each point; `make chaos` does it twenty times, and 2,000 jobs at random.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from azure.servicebus.aio import ServiceBusClient

from infra.local import broker
from infra.local.broker import PRODUCTION_TOPOLOGY
from shared.messaging.points import Point
from tests.chaos.checker import Findings
from tests.chaos.hosting import Death, Kind
from tests.chaos.scenario import Scenario

KILLS_PER_POINT = int(os.environ.get("CHAOS_KILLS_PER_POINT", "2"))
JOBS = int(os.environ.get("CHAOS_JOBS", "300"))
SEED = int(os.environ.get("CHAOS_SEED", "20261125"))

#: How often to go on until a host comes to its point: at random it may not, and a slow one takes its time.
_MORE_TRIES = 4
#: Points that few jobs pass, and the kind that does: the first passage kills.
RARE = {
    Point.EXTENDED: Kind.SLOW,
    Point.KEPT: Kind.FOLLOWED,
    Point.REFUSING: Kind.BROKEN,
    Point.REFUSED: Kind.BROKEN,
    Point.REQUEUED: Kind.ORDINARY,
    Point.TAKEN: Kind.ORDINARY,
}


@pytest.fixture
async def scenario(tmp_path: Path, database_url: str) -> AsyncIterator[Scenario]:
    """A broker of its own with a journal and short locks, and an empty database.

    Locks outlive leases by some sweeps, so that a dead host's jobs are requeued before they are redelivered.
    """
    topology = json.loads(PRODUCTION_TOPOLOGY.read_text())
    for topic in topology["UserConfig"]["Namespaces"][0]["Topics"]:
        for subscription in topic["Subscriptions"]:
            subscription["Properties"].update({"LockDuration": "PT5S", "MaxDeliveryCount": 50})
    (tmp_path / "topology.json").write_text(json.dumps(topology))
    journal = tmp_path / "journal"
    with broker.running(tmp_path, topology=tmp_path / "topology.json", log=journal) as connection:
        async with (
            ServiceBusClient.from_connection_string(connection) as client,
            client.get_topic_sender("huntaze-jobs") as sender,
        ):
            yield Scenario(connection, sender, database_url, journal)


@pytest.mark.timeout(1800)
async def test_a_kill_at_any_point_breaks_no_promise(scenario: Scenario) -> None:
    """Each named point in turn, in an order that nobody chose, while jobs keep coming."""
    chance = random.Random(SEED)  # noqa: S311 - a seed makes a failure repeatable
    points = [point for point in Point for _ in range(KILLS_PER_POINT)]
    chance.shuffle(points)
    for point in points:
        await scenario.publish(7, chance=chance, first=RARE.get(point))
        died = scenario.kill_at(Death(point, 1 if point in RARE else chance.randint(1, 6)))
        for _ in range(_MORE_TRIES):
            if died:
                break
            # A sweep finds something to do only behind another death, whose jobs nobody was given meanwhile.
            await scenario.publish(7, chance=chance, first=RARE.get(point))
            scenario.kill_at(Death(Point.HANDLING, 1))
            died = scenario.kill_at(Death(point, 1))
    scenario.settle(within_seconds=240)
    assert scenario.findings() == Findings()
    assert all(result["transcript"] == job_id for job_id, result in scenario.results().items())
    assert {point for point in Point if scenario.deaths[point] < KILLS_PER_POINT} == set()


@pytest.mark.timeout(1800)
async def test_random_kills_break_no_promise(scenario: Scenario) -> None:
    """One job in five is published twice, and the host is killed at any moment."""
    chance = random.Random(SEED)  # noqa: S311 - a seed makes a failure repeatable
    await scenario.publish(JOBS, chance=chance)
    for _ in range(max(5, JOBS // 40)):
        scenario.kill_after(chance.uniform(0.15, 1.0))
    scenario.settle(within_seconds=480)
    assert scenario.findings() == Findings()
    assert all(result["transcript"] == job_id for job_id, result in scenario.results().items())


@pytest.mark.parametrize(
    ("ordering", "point", "promise"),
    [
        ("mark first", Point.SENDING, "unannounced"),
        ("settle first", Point.RECEIVED, "lost"),
        ("announce first", Point.RECORDED, "doubled"),
    ],
)
async def test_a_broken_ordering_is_found_out(
    scenario: Scenario, ordering: str, point: Point, promise: str
) -> None:
    """The same kills and the same checker, but an engine that does things in the wrong order."""
    chance = random.Random(SEED)  # noqa: S311 - a seed makes a failure repeatable
    for _ in range(3):
        await scenario.publish(10, chance=chance)
        scenario.kill_at(Death(point, 4), ordering=ordering)
    scenario.settle(within_seconds=8)
    assert getattr(scenario.findings(), promise)
