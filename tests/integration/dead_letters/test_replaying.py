"""What an operation does with dead letters, on a real database."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from shared.dead_letters.judging import Outcome, Reason
from shared.dead_letters.replays import Ending, Kind, Operation, Phase
from shared.dead_letters.selecting import Selector
from shared.persistence.port import JobState, Verdict
from tests.dead_letter_world import CHAT, EMAIL, LONG_AGO, World, chat_letter, event_letter


def _has_sent(operation: Operation) -> bool:
    return operation.count(Outcome.SENT) > 0


def _has_ended(operation: Operation) -> bool:
    return operation.phase is Phase.ENDED


async def test_a_failed_job_is_asked_for_again_and_its_dead_letter_taken_away(world: World) -> None:
    letter = chat_letter(5, "job_5")
    world.letters.put(CHAT, letter)
    await world.end(letter)
    operation = await world.run()
    assert (operation.phase, operation.ending) == (Phase.ENDED, Ending.COMPLETED)
    assert await world.outcomes(operation) == {5: (Outcome.SENT, None)}
    (sent,) = world.sender.sent
    assert sent.message_id == "job_5:r1"
    assert {"replayOf": "m-5", "replayCount": 1, "epoch": 1, "jobType": "chat.suggest"}.items() <= (
        dict(sent.properties).items()
    )
    assert await world.lying() == []
    job = await world.store.job("job_5")
    assert job is not None
    assert (job.state, job.epoch) == (JobState.QUEUED, 1)


async def test_what_there_is_nothing_to_do_for_is_taken_away_too(world: World) -> None:
    """Completed, under way, replayed before, and a second letter of the same job."""
    done, running, again, twin = (chat_letter(n, f"job_{n}") for n in (1, 2, 3, 4))
    twin = chat_letter(4, "job_3")
    world.letters.put(CHAT, done, running, again, twin)
    await world.end(done, JobState.COMPLETED)
    await world.store.claim(world.asked(running), claim_id=uuid4(), lease_seconds=30)
    await world.end(again)
    operation = await world.run()
    assert await world.outcomes(operation) == {
        1: (Outcome.SKIPPED, Reason.ALREADY_COMPLETED),
        2: (Outcome.SKIPPED, Reason.UNDER_WAY),
        3: (Outcome.SENT, None),
        4: (Outcome.SKIPPED, Reason.DUPLICATE),
    }
    assert await world.lying() == []
    assert len(world.sender.sent) == 1


async def test_what_must_not_be_replayed_stays(world: World) -> None:
    world.letters.put(
        CHAT,
        chat_letter(1, "job_1", body=b"\xff"),
        chat_letter(2, "job_2", payload={"wrong": True}),
        chat_letter(3, "job_3", enqueued_at=datetime.now(UTC) - LONG_AGO),
        chat_letter(4, "job_4", properties={"replayCount": 5}),
        chat_letter(5, "job_5.words"),
        chat_letter(6, "job_6", payload={"fanMessage": "x" * 300_000}),
    )
    operation = await world.run()
    assert await world.outcomes(operation) == {
        1: (Outcome.REFUSED, Reason.NOT_A_JOB),
        2: (Outcome.REFUSED, Reason.INVALID_PAYLOAD),
        3: (Outcome.REFUSED, Reason.TOO_OLD),
        4: (Outcome.REFUSED, Reason.TOO_MANY_REPLAYS),
        5: (Outcome.REFUSED, Reason.NOT_A_JOB),
        6: (Outcome.REFUSED, Reason.TOO_LARGE),
    }
    assert await world.lying() == [1, 2, 3, 4, 5, 6]
    assert world.sender.sent == []


async def test_a_job_that_no_worker_ever_saw_is_done_at_last(world: World) -> None:
    """Its message expired; the deadline begins anew."""
    letter = chat_letter(1, "job_1", dead_letter_reason="TTLExpiredException")
    world.letters.put(CHAT, letter)
    await world.run()
    (sent,) = world.sender.sent
    copy = chat_letter(9, "job_1", body=sent.body, properties=dict(sent.properties))
    claim = await world.store.claim(world.asked(copy), claim_id=uuid4(), lease_seconds=30)
    assert (claim.verdict, round(claim.remaining_seconds)) == (Verdict.CLAIMED, 90)


async def test_an_event_reaches_only_the_subscription_that_it_was_dead_in(world: World) -> None:
    """The same event may be dead in several: their copies have ids of their own."""
    webhook = EMAIL.__class__(topic=EMAIL.topic, subscription="notify-webhook")
    world.letters.put(EMAIL, event_letter(1))
    world.letters.put(webhook, event_letter(1))
    await world.run(EMAIL)
    await world.run(webhook)
    assert [(sent.message_id, sent.properties["replayTarget"]) for sent in world.sender.sent] == [
        ("e-1:notify-email:r1", "notify-email"),
        ("e-1:notify-webhook:r1", "notify-webhook"),
    ]
    assert {sent.body for sent in world.sender.sent} == {event_letter(1).body}


async def test_an_event_that_is_dead_again_is_sent_under_a_new_id(world: World) -> None:
    again = {"replayOf": "e-1", "replayCount": 1, "replayTarget": "notify-email"}
    world.letters.put(EMAIL, event_letter(7, message_id="e-1:notify-email:r1", properties=again))
    await world.run(EMAIL)
    (sent,) = world.sender.sent
    assert (sent.message_id, sent.properties["replayOf"], sent.properties["replayCount"]) == (
        "e-1:notify-email:r2",
        "e-1",
        2,
    )


async def test_only_what_was_chosen_and_not_more_than_asked(world: World) -> None:
    world.letters.put(EMAIL, *(event_letter(number) for number in range(1, 21)))
    operation = await world.run(EMAIL, limit=3, selector=Selector(sequence_numbers=frozenset(range(5, 15))))
    assert list(await world.outcomes(operation)) == [5, 6, 7]
    assert operation.bound_sequence == 7
    assert set(await world.lying(EMAIL)) == set(range(1, 21)) - {5, 6, 7}


async def test_what_comes_to_lie_there_later_is_not_touched(world: World) -> None:
    """Otherwise what fails again would be replayed for ever."""
    world.letters.put(EMAIL, event_letter(1))
    operation = await world.operation(EMAIL)

    world.letters.put(EMAIL, event_letter(2, properties={"replayCount": 1}))
    await world.until(operation, lambda now: now.phase is not Phase.PLANNING)
    world.letters.put(EMAIL, event_letter(3, properties={"replayCount": 1}))
    await world.until(operation, _has_ended)
    assert await world.lying(EMAIL) == [3]


async def test_two_operations_never_have_the_same_message(world: World) -> None:
    world.letters.put(EMAIL, *(event_letter(number) for number in range(1, 31)))
    one, other = await asyncio.gather(world.run(EMAIL), world.run(EMAIL))
    assert len(world.sender.sent) == 30
    assert len({sent.message_id for sent in world.sender.sent}) == 30
    found = [*(await world.outcomes(one)).values(), *(await world.outcomes(other)).values()]
    assert found.count((Outcome.SENT, None)) == 30
    assert await world.lying(EMAIL) == []


async def test_one_operation_has_one_driver(world: World) -> None:
    world.letters.put(EMAIL, *(event_letter(number) for number in range(1, 31)))
    operation = await world.operation(EMAIL)
    await asyncio.gather(*(world.driver().drive(operation.operation_id, seconds=5) for _ in range(4)))
    assert len(world.sender.sent) == 30
    ended = await world.replays.operation(operation.operation_id)
    assert ended is not None
    assert (ended.phase, ended.count(Outcome.SENT), ended.cleared) == (Phase.ENDED, 30, 30)


async def test_a_message_that_is_gone_meanwhile_is_noted(world: World) -> None:
    world.letters.put(EMAIL, event_letter(1), event_letter(2))
    operation = await world.operation(EMAIL, rate_per_second=0.2)
    await world.until(operation, _has_sent)
    await world.letters.clear(EMAIL, {1: "e-1", 2: "e-2"}, within_seconds=1)
    await world.until(operation, _has_ended)
    assert await world.outcomes(operation) == {1: (Outcome.SENT, None), 2: (Outcome.SKIPPED, Reason.GONE)}


async def test_a_message_that_somebody_else_has_locked_is_waited_for(world: World) -> None:
    world.letters.put(EMAIL, event_letter(1))
    world.letters.locked.add((EMAIL.place, 1))
    operation = await world.operation(EMAIL)
    await world.until(operation, lambda now: now.phase is Phase.CLEARING)
    await world.driver().drive(operation.operation_id, seconds=0.2)
    assert await world.lying(EMAIL) == [1]
    world.letters.locked.clear()
    await world.until(operation, _has_ended)
    assert await world.lying(EMAIL) == []
    assert len(world.sender.sent) == 1


async def test_cancelling_leaves_what_was_not_sent(world: World) -> None:
    world.letters.put(EMAIL, *(event_letter(number) for number in range(1, 11)))
    operation = await world.operation(EMAIL, rate_per_second=0.2)
    await world.until(operation, _has_sent)
    cancelled = await world.replays.cancel(operation.operation_id, "Cancelled by ana.")
    assert cancelled is not None
    assert (cancelled.phase, cancelled.ending) == (Phase.CLEARING, Ending.CANCELLED)
    await world.until(operation, _has_ended)
    outcomes = await world.outcomes(operation)
    sent = [number for number, (outcome, _) in outcomes.items() if outcome is Outcome.SENT]
    assert 0 < len(sent) < 10
    assert set(outcomes.values()) == {(Outcome.SENT, None), (Outcome.NOT_TRIED, Reason.CANCELLED)}
    assert await world.lying(EMAIL) == [number for number in range(1, 11) if number not in sent]


async def test_while_the_broker_is_away_nothing_is_lost(world: World) -> None:
    world.letters.put(EMAIL, event_letter(1))
    operation = await world.operation(EMAIL)
    world.sender.unavailable = True
    await world.until(operation, lambda now: now.count(Outcome.SENDING) == 1)
    assert await world.lying(EMAIL) == [1]
    world.sender.unavailable = False
    await world.swept()
    await world.until(operation, _has_ended)
    assert (len(world.sender.sent), await world.lying(EMAIL)) == (1, [])


async def test_what_is_archived_can_be_restored(world: World) -> None:
    letter = chat_letter(3, "job_3")
    world.letters.put(CHAT, letter, chat_letter(4, "job_4", body=b"\xff\x00 garbage"))
    await world.end(letter)
    archived = await world.run(kind=Kind.ARCHIVE)
    assert set((await world.outcomes(archived)).values()) == {(Outcome.ARCHIVED, None)}
    assert await world.lying() == []
    kept = await world.replays.archived(CHAT, from_number=0, limit=10)
    assert [each.letter.body for each in kept] == [letter.body, b"\xff\x00 garbage"]
    restored = await world.run(kind=Kind.RESTORE)
    assert sorted((await world.outcomes(restored)).values(), key=str) == [
        (Outcome.REFUSED, Reason.NOT_A_JOB),
        (Outcome.SENT, None),
    ]
    assert [sent.message_id for sent in world.sender.sent] == ["job_3:r1"]
    left = await world.replays.archived(CHAT, from_number=0, limit=10)
    assert [each.letter.body for each in left] == [b"\xff\x00 garbage"]


@pytest.mark.parametrize("text", ["model gave", "MODEL_ERROR", "job_1"])
async def test_the_reason_beside_the_job_is_what_is_asked_for(world: World, text: str) -> None:
    letter = chat_letter(1, "job_1")
    world.letters.put(CHAT, letter, chat_letter(2, "job_2"))
    await world.end(letter)
    operation = await world.run(selector=Selector(text=text))
    assert list(await world.outcomes(operation)) == [1]
