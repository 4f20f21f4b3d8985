"""The canary ladder over whole operations."""

from __future__ import annotations

from shared.dead_letters.judging import Outcome, Reason
from shared.dead_letters.letters import DeadLetter
from shared.dead_letters.replays import Ending, Operation, Phase
from shared.persistence.port import JobState
from tests.dead_letter_world import CHAT, EMAIL, World, chat_letter, event_letter


async def _failed_jobs(world: World, number: int) -> list[DeadLetter]:
    letters = [chat_letter(each, f"job_{each}") for each in range(1, number + 1)]
    world.letters.put(CHAT, *letters)
    for letter in letters:
        await world.end(letter)
    return letters


def _has_sent(operation: Operation) -> bool:
    return operation.count(Outcome.SENT) > 0


def _has_ended(operation: Operation) -> bool:
    return operation.phase is Phase.ENDED


async def _go_on(world: World, operation: Operation) -> Operation:
    driven = await world.driver().drive(operation.operation_id, seconds=0.25)
    assert driven is not None
    return driven


async def _end_sent(world: World, letters: list[DeadLetter], state: JobState, ended: set[str]) -> int:
    """Let the jobs end that were sent since the last time, and return how many these were."""
    fresh = {message.message_id.partition(":")[0] for message in world.sender.sent} - ended
    for letter in letters:
        if letter.properties["jobId"] in fresh:
            await world.end(letter, state, epoch=1)
    ended |= fresh
    return len(fresh)


async def test_each_step_waits_for_the_one_before(world: World) -> None:
    letters, ended = await _failed_jobs(world, 12), set[str]()
    operation = await world.operation(ladder=True, patience_seconds=600.0)
    steps = []
    while (await _go_on(world, operation)).phase is not Phase.ENDED:
        steps.append(await _end_sent(world, letters, JobState.COMPLETED, ended))
    steps = [step for step in steps if step]
    assert steps[:3] == [1, 2, 5]
    assert sum(steps) + len(world.sender.sent) - len(ended) == 12
    assert await world.lying() == []


async def test_a_canary_that_fails_again_stops_all(world: World) -> None:
    """Its job is dead again; the others stay where they are, and may be replayed later."""
    letters, ended = await _failed_jobs(world, 5), set[str]()
    operation = await world.operation(ladder=True, patience_seconds=600.0)
    await world.until(operation, _has_sent)
    assert await _end_sent(world, letters, JobState.FAILED, ended) == 1
    halted = await world.until(operation, _has_ended)
    assert (halted.phase, halted.ending, halted.why) == (
        Phase.ENDED,
        Ending.HALTED,
        "Too many of step 1 failed again.",
    )
    assert halted.counts == {(Outcome.SENT, None): 1, (Outcome.NOT_TRIED, Reason.HALTED): 4}
    assert await world.lying() == [2, 3, 4, 5]
    again = await world.run()
    assert again.count(Outcome.SENT) == 4


async def test_what_does_not_end_is_not_waited_for_for_ever(world: World) -> None:
    await _failed_jobs(world, 4)
    operation = await world.until(await world.operation(ladder=True, patience_seconds=0.1), _has_ended)
    assert (operation.ending, operation.count(Outcome.SENT), operation.step) == (Ending.COMPLETED, 4, 3)


async def test_an_event_that_is_dead_again_stops_the_others(world: World) -> None:
    world.letters.put(EMAIL, event_letter(1), event_letter(2))
    operation = await world.operation(EMAIL, ladder=True)
    await world.until(operation, _has_sent)
    world.letters.put(EMAIL, event_letter(3, properties={"replayCount": 1}))
    halted = await world.until(operation, _has_ended)
    assert halted.ending is Ending.HALTED
    assert await world.lying(EMAIL) == [2, 3]


async def test_an_operation_whose_time_is_over_ends(world: World) -> None:
    await _failed_jobs(world, 3)
    operation = await world.operation(ladder=True, within_seconds=3.0)
    await world.until(operation, _has_sent)
    expired = await world.until(operation, _has_ended)
    assert (expired.phase, expired.ending) == (Phase.ENDED, Ending.EXPIRED)
    assert expired.counts == {(Outcome.SENT, None): 1, (Outcome.NOT_TRIED, Reason.EXPIRED): 2}


async def test_an_operation_that_is_to_start_later_is_left_alone(world: World) -> None:
    world.letters.put(EMAIL, event_letter(1))
    later = await world.operation(EMAIL, start_in_seconds=600.0)
    waiting = await _go_on(world, later)
    assert (waiting.phase, waiting.chosen) == (Phase.PLANNING, 0)
    assert await world.replays.due(limit=10) == []
    soon = await world.operation(EMAIL, start_in_seconds=0.1)
    assert (await world.until(soon, _has_ended)).count(Outcome.SENT) == 1
