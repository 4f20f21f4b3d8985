"""Sending one letter again with another payload, as a new job, whoever dies in between."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from shared.access.operators import Operator, Role
from shared.bootstrap.dead_letters import DeadLetterDesk
from shared.dead_letters.desk import ReplayPoint
from shared.errors import RequestError
from shared.persistence.port import JobState
from tests.dead_letter_world import CHAT, EMAIL, KilledError, World, chat_letter, event_letter
from workers.operations.dead_letter_requests import AskedEdit
from workers.operations.dead_letters import DeadLetterOffice

ANA = Operator(name="ana", role=Role.ADMIN)
_LETTER = chat_letter(3, "job_3", payload={"fanMessage": 3})


def _office(world: World, *, dies_at: ReplayPoint | None = None, may_edit: bool = True) -> DeadLetterOffice:
    def probe(point: ReplayPoint) -> None:
        if point == dies_at:
            raise KilledError

    return DeadLetterOffice(DeadLetterDesk(desk=world.desk(probe), may_edit=may_edit))


def _asked(**changes: Any) -> AskedEdit:
    return AskedEdit(**{"id": "edit-1", "sequence_number": 3, "payload": {"fanMessage": "Hi!"}, **changes})


@pytest.mark.parametrize(
    "point", [ReplayPoint.PROMISED, ReplayPoint.PUBLISHED, ReplayPoint.CLEARED, ReplayPoint.ENDED], ids=str
)
async def test_an_edit_is_one_new_job_whoever_dies(world: World, point: ReplayPoint) -> None:
    world.letters.put(CHAT, _LETTER)
    world.lease_seconds = 0.1
    with pytest.raises(KilledError):
        await _office(world, dies_at=point).edit(CHAT.subscription, _asked(), ANA)
    for _ in range(40):
        await asyncio.sleep(0.1)
        await world.swept()
        await _office(world).go_on(seconds=2)
        if not await world.lying():
            break
    assert {sent.message_id for sent in world.sender.sent} == {"job_edit_edit-1:r1"}
    assert world.sender.sent[0].properties["editOf"] == "job_3"
    job = await world.store.job("job_edit_edit-1")
    assert job is not None
    assert (job.state, job.epoch) == (JobState.QUEUED, 1)
    assert await world.lying() == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"payload": {"fanMessage": 7}}, "INVALID_PAYLOAD"),
        ({"sequence_number": 4}, "LETTER_NOT_FOUND"),
        ({"job_type": "video.transcript"}, "INVALID_PAYLOAD"),
    ],
)
async def test_what_can_not_be_edited_leaves_no_trace(
    world: World, changes: dict[str, Any], code: str
) -> None:
    world.letters.put(CHAT, _LETTER)
    with pytest.raises(RequestError) as refused:
        await _office(world).edit(CHAT.subscription, _asked(**changes), ANA)
    assert refused.value.code == code
    assert (await world.replays.recent(limit=5, before=None), await world.lying()) == ([], [3])


async def test_edits_are_off_unless_enabled_and_for_jobs_only(world: World) -> None:
    world.letters.put(EMAIL, event_letter(3))
    for office, source, code in (
        (_office(world, may_edit=False), CHAT, "EDIT_DISABLED"),
        (_office(world), EMAIL, "NOT_A_JOB"),
    ):
        with pytest.raises(RequestError) as refused:
            await office.edit(source.subscription, _asked(), ANA)
        assert refused.value.code == code


async def test_the_id_of_an_edit_is_no_other_edits(world: World) -> None:
    world.letters.put(CHAT, _LETTER)
    office = _office(world)
    await office.edit(CHAT.subscription, _asked(), ANA)
    with pytest.raises(RequestError) as refused:
        await office.edit(CHAT.subscription, _asked(payload={"fanMessage": "Other"}), ANA)
    assert refused.value.code == "ID_REUSED"
