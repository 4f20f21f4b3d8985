"""The driver's process dies between any two of its steps: nothing is lost, nothing is done twice."""

from __future__ import annotations

import asyncio

import pytest

from shared.dead_letters.desk import ReplayPoint
from shared.dead_letters.judging import Outcome
from shared.dead_letters.letters import DeadLetter, Source
from shared.dead_letters.replays import Kind, Operation, Phase
from shared.messaging.points import Point
from tests.dead_letter_world import CHAT, EMAIL, KilledError, World, chat_letter, event_letter

_OUTBOX_POINTS = (Point.SENDING, Point.SENT, Point.MARKED)
_LETTERS = 4


class Killer:
    """Kills at each n-th passage of a point, some times."""

    def __init__(self, point: ReplayPoint | Point, *, times: int = 2) -> None:
        self._point = point
        self._left = times
        self.kills = 0

    def __call__(self, point: ReplayPoint | Point) -> None:
        if point == self._point and type(point) is type(self._point) and self._left:
            self._left -= 1
            self.kills += 1
            raise KilledError


async def _driven_to_its_end(world: World, operation: Operation, killer: Killer) -> Operation:
    """Drive as the platform would: again and again, whoever dies; the sweep sends what was promised."""
    world.lease_seconds = 0.1
    for _ in range(100):
        try:
            driven = await world.driver(killer).drive(operation.operation_id, seconds=0.3)
            if driven is not None and driven.phase is Phase.ENDED:
                return driven
            await asyncio.sleep(0.05)
            await world.swept()
        except KilledError:
            await asyncio.sleep(0.12)
    raise AssertionError("It never ended.")


def _letters(source: Source, mark: str) -> list[DeadLetter]:
    numbers = range(1, _LETTERS + 1)
    if source is EMAIL:
        return [event_letter(number, message_id=f"e-{mark}-{number}") for number in numbers]
    return [chat_letter(number, f"job_{mark}-{number}") for number in numbers]


@pytest.mark.parametrize("source", [CHAT, EMAIL], ids=["jobs", "events"])
async def test_a_replay_whose_driver_dies(world: World, source: Source) -> None:
    """At each point twice. With duplicate detection on, the broker has each message once."""
    for point in (*ReplayPoint, *_OUTBOX_POINTS):
        killer = Killer(point)
        here = world.renewed(killer)
        letters = _letters(source, point)
        here.letters.put(source, *letters)
        for letter in letters if source is CHAT else ():
            await here.end(letter)
        operation = await here.operation(source, rate_per_second=200.0)
        ended = await _driven_to_its_end(here, operation, killer)
        assert killer.kills or point in {ReplayPoint.DECIDED, ReplayPoint.ARCHIVED}, point
        assert ended.counts == {(Outcome.SENT, None): _LETTERS}, point
        assert await here.lying(source) == [], point
        sent = {message.message_id for message in here.sender.sent}
        name = "job_{}-{}:r1" if source is CHAT else "e-{}-{}:notify-email:r1"
        assert sent == {name.format(point, number) for number in range(1, _LETTERS + 1)}, point
        for number in range(1, _LETTERS + 1) if source is CHAT else ():
            job = await here.store.job(f"job_{point}-{number}")
            assert job is not None, point
            assert job.epoch == 1, point


async def test_an_archiving_whose_driver_dies(world: World) -> None:
    """Each letter is in the archive once, and nowhere else."""
    for point in ReplayPoint:
        killer = Killer(point)
        here = world.renewed(killer)
        letters = _letters(EMAIL, point)
        here.letters.put(EMAIL, *letters)
        operation = await here.operation(EMAIL, kind=Kind.ARCHIVE)
        await _driven_to_its_end(here, operation, killer)
        kept = await here.replays.archived(EMAIL, from_number=0, limit=1_000)
        mine = [each.letter.message_id for each in kept if each.operation_id == operation.operation_id]
        assert mine == [letter.message_id for letter in letters], point
        assert await here.lying(EMAIL) == [], point


async def test_a_driver_that_was_slow_writes_nothing_any_more(world: World) -> None:
    """Its lease ended and another took over: its fence is an old one."""
    world.letters.put(EMAIL, *(event_letter(number) for number in range(1, 21)))
    world.lease_seconds = 0.05
    operation = await world.operation(EMAIL)
    slow = await world.replays.take(operation.operation_id, lease_seconds=0.05)
    assert slow is not None
    await asyncio.sleep(0.1)
    await world.driver().drive(operation.operation_id, seconds=5)
    stale = world.driver()._tenure(slow)
    assert await world.replays.mark_sent(stale) is None
    assert await world.replays.cleared(stale, [1]) is None
    assert len({sent.message_id for sent in world.sender.sent}) == 20
