"""Profiles are asked for seldom, and their absence never stops a job."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence

import pytest

from shared.clock import ManualClock
from shared.persistence import remembered_creators
from shared.persistence.creators import CreatorProfile
from shared.persistence.memory_creators import MemoryCreatorTable
from shared.persistence.remembered_creators import AWAY_SECONDS, TTL_SECONDS, RememberedCreators

LEA = CreatorProfile(creator_id="101", name="Léa", language="fr")


class _SlowTable:
    """Answers when told to, or never."""

    def __init__(self) -> None:
        self.asked: list[Sequence[str]] = []
        self.go_on = asyncio.Event()

    async def find(self, creator_ids: Sequence[str]) -> Mapping[str, CreatorProfile]:
        self.asked.append(creator_ids)
        await self.go_on.wait()
        return {"101": LEA}

    async def keep(self, profiles: Sequence[CreatorProfile]) -> None: ...


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


async def test_a_known_creator_costs_no_round_trip(clock: ManualClock) -> None:
    """Nor does one who is known to be unknown."""
    table = MemoryCreatorTable(LEA)
    creators = RememberedCreators(table, clock)
    for _ in range(3):
        assert await creators.profile("101") == LEA
        assert await creators.profile("102") == CreatorProfile(creator_id="102")
    assert table.reads == 2


async def test_a_change_counts_within_a_minute(clock: ManualClock) -> None:
    table = MemoryCreatorTable(LEA)
    creators = RememberedCreators(table, clock)
    await creators.profile("101")
    await table.keep([CreatorProfile(creator_id="101", name="Rose")])
    assert (await creators.profile("101")).name == "Léa"
    clock.advance(TTL_SECONDS)
    assert (await creators.profile("101")).name == "Rose"


async def test_jobs_at_the_same_time_share_a_round_trip(clock: ManualClock) -> None:
    table = _SlowTable()
    creators = RememberedCreators(table, clock)
    first = asyncio.create_task(creators.profile("101"))
    await asyncio.sleep(0)
    others = [asyncio.create_task(creators.profile(name)) for name in ("102", "101", "103", "101")]
    await asyncio.sleep(0)
    table.go_on.set()
    assert await first == LEA
    assert [(await each).creator_id for each in others] == ["102", "101", "103", "101"]
    assert [list(asked) for asked in table.asked] == [["101"], ["101", "102", "103"]]


async def test_a_table_that_is_away_stops_nobody(
    clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    """What was known is used on, who was not known is unknown, and the log says so once for each outage."""
    table = MemoryCreatorTable(LEA)
    creators = RememberedCreators(table, clock)
    await creators.profile("101")
    clock.advance(TTL_SECONDS)
    table.unavailable = True
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            assert await creators.profile("101") == LEA
            assert await creators.profile("102") == CreatorProfile(creator_id="102")
            clock.advance(AWAY_SECONDS)
    assert [record.__dict__["action"] for record in caplog.records] == ["creators_away"]
    table.unavailable = False
    await table.keep([CreatorProfile(creator_id="102", name="Maya")])
    assert (await creators.profile("102")).name == "Maya"


async def test_a_table_that_never_answers_is_away(
    clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered_creators, "PATIENCE_SECONDS", 0.01)
    creators = RememberedCreators(_SlowTable(), clock)
    assert await creators.profile("101") == CreatorProfile(creator_id="101")


async def test_only_so_many_are_remembered(clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one asked for longest ago goes first."""
    monkeypatch.setattr(remembered_creators, "MOST_REMEMBERED", 2)
    table = MemoryCreatorTable()
    creators = RememberedCreators(table, clock)
    for name in ("1", "2", "3", "2", "3", "1"):
        await creators.profile(name)
    assert table.reads == 4
