"""What a dry run says is what the real run then does, whatever lies there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.dead_letters.judging import Outcome
from shared.dead_letters.letters import DeadLetter
from shared.dead_letters.options import Options
from shared.dead_letters.replays import Kind, Phase
from shared.dead_letters.selecting import Selector
from shared.persistence.port import JobState
from tests.dead_letter_world import CHAT, EMAIL, World, chat_letter, event_letter

#: What may have become of a job before its message is looked at.
_FATES = ["unknown", "failed", "timeout", "completed", "running", "replayed"]
_SHAPES: list[dict[str, Any]] = [
    {},
    {},
    {"payload": {"wrong": True}},
    {"body": b"\xff"},
    {"properties": {"replayCount": 5}},
    {"enqueued_at": datetime(2020, 1, 1, tzinfo=UTC)},
    {"dead_letter_reason": "TTLExpiredException"},
]
_letters = st.lists(
    st.tuples(st.integers(1, 6), st.sampled_from(_FATES), st.sampled_from(_SHAPES)), min_size=1, max_size=12
)
_selectors = st.builds(
    Selector,
    code=st.sampled_from([None, None, "MODEL_ERROR", "TTLExpiredException"]),
    text=st.sampled_from([None, None, "model"]),
    sequence_numbers=st.one_of(st.just(frozenset()), st.frozensets(st.integers(1, 12), max_size=6)),
    younger_than_seconds=st.sampled_from([None, 3_600.0]),
)
_kinds = st.sampled_from([Kind.REPLAY, Kind.ARCHIVE])
_marks: Iterator[int] = count()


async def _arrange(world: World, drawn: list[tuple[int, str, dict[str, Any]]]) -> None:
    """Let letters lie there whose jobs have met their fates."""
    mark, fated = next(_marks), set[int]()
    for number, (job, fate, shape) in enumerate(drawn, start=1):
        letter = chat_letter(number, f"job_{mark}_{job}", **shape)
        world.letters.put(CHAT, letter)
        if job not in fated:
            fated.add(job)
            await _meet(world, chat_letter(number, f"job_{mark}_{job}"), fate)


async def _meet(world: World, letter: DeadLetter, fate: str) -> None:
    if fate in {"failed", "timeout", "completed"}:
        await world.end(letter, JobState(fate))
    elif fate == "running":
        await world.store.claim(world.asked(letter), claim_id=uuid4(), lease_seconds=60)
    elif fate == "replayed":
        await world.end(letter)
        renewed = world.renewed()
        renewed.letters.put(CHAT, letter)
        await renewed.run()


@settings(max_examples=25, suppress_health_check=[*HealthCheck])
@given(
    drawn=_letters,
    selector=_selectors,
    limit=st.integers(1, 12),
    kind=st.sampled_from([Kind.REPLAY, Kind.ARCHIVE]),
)
async def test_a_dry_run_tells_what_the_real_one_does(
    world: World, drawn: list[tuple[int, str, dict[str, Any]]], selector: Selector, limit: int, kind: Kind
) -> None:
    here = world.renewed()
    await _arrange(here, drawn)
    options = Options(selector=selector, limit=limit, rate_per_second=200.0, ladder=False)
    told = await here.rehearsing().rehearse(kind, CHAT, options)
    operation = await here.run(kind=kind, selector=selector, limit=limit)
    assert operation.counts == told.counts
    assert await here.outcomes(operation) == {
        each.found.letter.sequence_number: (each.judgement.outcome, each.judgement.reason)
        for each in told.messages
    }


async def test_a_dry_run_leaves_no_trace(world: World) -> None:
    letter = chat_letter(1, "job_1")
    world.letters.put(CHAT, letter)
    await world.end(letter)
    await world.rehearsing().rehearse(Kind.REPLAY, CHAT, Options(limit=10))
    job = await world.store.job("job_1")
    assert job is not None
    assert (job.state, job.epoch) == (JobState.FAILED, 0)
    assert (await world.lying(), world.sender.sent, await world.replays.recent(limit=5, before=None)) == (
        [1],
        [],
        [],
    )


async def test_a_dry_run_knows_what_another_operation_holds(world: World) -> None:
    world.letters.put(EMAIL, event_letter(1), event_letter(2))
    slow = await world.operation(EMAIL, rate_per_second=0.001, selector=Selector(sequence_numbers={1, 2}))
    await world.until(slow, lambda now: now.phase is Phase.FORWARDING)
    told = await world.rehearsing().rehearse(Kind.REPLAY, EMAIL, Options(limit=10))
    assert {each.judgement.outcome for each in told.messages} == {Outcome.SKIPPED}
    other = await world.run(EMAIL)
    assert other.counts == told.counts
