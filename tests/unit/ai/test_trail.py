"""A policy tells what it did, and need not know who listens."""

from __future__ import annotations

import asyncio

from shared.ai.trail import MAX_NOTES, Note, Trail, note


def test_notes_are_collected_in_order() -> None:
    with Trail() as trail:
        note("fallback", deployment="DeepSeek-V3", failure="gone")
        note("route", deployment="Llama", why="thrift")
    assert trail.notes == [
        Note("fallback", {"deployment": "DeepSeek-V3", "failure": "gone"}),
        Note("route", {"deployment": "Llama", "why": "thrift"}),
    ]
    assert trail.of("route") == trail.notes[1:]


def test_without_a_listener_a_note_is_dropped() -> None:
    note("cache", outcome="hit")
    with Trail() as trail:
        pass
    note("cache", outcome="hit")
    assert trail.notes == []


def test_the_innermost_block_listens() -> None:
    with Trail() as outer:
        with Trail() as inner:
            note("cache", outcome="miss")
        note("cache", outcome="hit")
    assert [one.details["outcome"] for one in inner.notes] == ["miss"]
    assert [one.details["outcome"] for one in outer.notes] == ["hit"]


async def test_concurrent_requests_keep_apart() -> None:
    """Each task has its own context."""

    async def request(number: int) -> list[Note]:
        with Trail() as trail:
            await asyncio.sleep(0)
            note("budget", thrift=number)
        return trail.notes

    found = await asyncio.gather(*map(request, range(20)))
    assert found == [[Note("budget", {"thrift": number})] for number in range(20)]


async def test_a_task_notes_to_its_request_until_it_is_answered() -> None:
    """A refresh in the background tells nobody, and keeps nothing alive."""
    answered = asyncio.Event()

    async def refresh() -> None:
        note("attempt", deployment="in time")
        await answered.wait()
        note("attempt", deployment="too late")

    with Trail() as trail:
        task = asyncio.create_task(refresh())
        await asyncio.sleep(0)
    answered.set()
    await task
    assert [one.details["deployment"] for one in trail.notes] == ["in time"]


def test_a_loop_gone_wild_fills_no_memory() -> None:
    with Trail() as trail:
        for _ in range(10 * MAX_NOTES):
            note("retry", deployment="m")
    assert len(trail.notes) == MAX_NOTES
