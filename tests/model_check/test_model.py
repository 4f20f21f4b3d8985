"""The life of a job, explored: two workers, two deliveries, a sweep, a replay, and faults at every step."""

from __future__ import annotations

import os

import pytest

from shared.messaging.points import Point
from shared.persistence.memory import MemoryJobStore
from tests.model_check.broken import (
    AnnounceFirst,
    CheckThenAct,
    DeleteOnException,
    NoFence,
    PublishAfterCommit,
)
from tests.model_check.explorer import explore
from tests.model_check.protocol import Protocol
from tests.model_check.world import Budget, Step, begin
from tests.unit.messaging.bench import Bench, delivery

#: `make prove` explores a fault and a replay together, in a minute or two.
REPLAYS = int(os.environ.get("MODEL_REPLAYS", "0"))
MOST_STATES = 5_000_000
#: What the engine passes as it takes each step of the model.
_POINTS = {
    Step.CLAIM: Point.CLAIMED,
    Step.HANDLE: Point.HANDLING,
    Step.RECORD: Point.RECORDED,
    Step.SEND: Point.SENT,
    Step.MARK: Point.MARKED,
    Step.SETTLE: Point.SETTLING,
}


@pytest.mark.timeout(120 + 1_800 * REPLAYS)
@pytest.mark.parametrize(
    "budget",
    [
        pytest.param(Budget(faults=1, replays=REPLAYS), id="a fault"),
        pytest.param(Budget(faults=0, replays=1), id="a replay"),
    ],
)
def test_every_state_keeps_every_promise(budget: Budget) -> None:
    explored = explore(begin(budget), Protocol(), most_states=MOST_STATES)
    print(f"{explored.states:,} states, {explored.steps:,} steps")  # noqa: T201 - shown by -rP
    assert explored.broken == {}
    assert explored.states > 1_000


async def test_the_engine_takes_the_same_steps() -> None:
    bench = Bench()
    await bench.engine.deliver(delivery(), bench.worker())
    assert [point for point in bench.points if point in _POINTS.values()] == list(_POINTS.values())
    steps: list[Step] = []
    world = begin(Budget(faults=0, replays=0))
    while world.workers[0].step is not Step.IDLE or not steps:
        steps.append(world.workers[0].step)
        world = next(after for name, after in Protocol().next_of(world) if name.startswith("0"))
    assert steps[1:] == list(_POINTS)


@pytest.mark.parametrize(
    ("store", "protocol"),
    [
        pytest.param(CheckThenAct, Protocol, id="check then act"),
        pytest.param(NoFence, Protocol, id="no fence"),
        pytest.param(MemoryJobStore, PublishAfterCommit, id="publish after commit"),
        pytest.param(MemoryJobStore, AnnounceFirst, id="announce first"),
        pytest.param(MemoryJobStore, DeleteOnException, id="delete on exception"),
    ],
)
def test_each_broken_ordering_is_found(store: type[MemoryJobStore], protocol: type[Protocol]) -> None:
    world = begin(Budget(faults=2, replays=0), store)
    explored = explore(world, protocol(), most_states=MOST_STATES, stop_at_first=True)
    assert explored.broken, "the explorer would not notice"
