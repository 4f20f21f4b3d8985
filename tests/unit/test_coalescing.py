"""Round trips that are shared."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from shared.coalescing import Coalescing


class Bulk:
    """An operation that can be held up, and fails on request."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        self.open = asyncio.Event()
        self.open.set()

    async def __call__(self, items: Sequence[int]) -> Sequence[int]:
        self.calls.append(list(items))
        await self.open.wait()
        if -1 in items:
            raise OSError
        return [item * 10 for item in items]


async def test_a_lone_caller_is_served_alone() -> None:
    """Nothing is waited for."""
    bulk = Bulk()
    assert await Coalescing(bulk)(1) == 10
    assert bulk.calls == [[1]]


async def test_who_waits_shares_the_next_call() -> None:
    """One call is under way, all others go together."""
    bulk = Bulk()
    coalescing = Coalescing(bulk)
    bulk.open.clear()
    first = asyncio.create_task(coalescing(0))
    await asyncio.sleep(0.01)
    others = [asyncio.create_task(coalescing(number)) for number in range(1, 6)]
    await asyncio.sleep(0.01)
    bulk.open.set()
    assert await asyncio.gather(first, *others) == [0, 10, 20, 30, 40, 50]
    assert bulk.calls == [[0], [1, 2, 3, 4, 5]]


async def test_a_failure_is_everybodys_who_was_spoken_for() -> None:
    """And nobody else's."""
    bulk = Bulk()
    coalescing = Coalescing(bulk)
    outcomes = await asyncio.gather(coalescing(1), coalescing(-1), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [OSError, OSError]
    await coalescing(2)


async def test_a_cancelled_caller_does_not_disturb_the_others() -> None:
    """Even if it was the first to ask."""
    bulk = Bulk()
    coalescing = Coalescing(bulk)
    bulk.open.clear()
    first = asyncio.create_task(coalescing(1))
    second = asyncio.create_task(coalescing(2))
    await asyncio.sleep(0.01)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    bulk.open.set()
    await second
    await coalescing.finish()
    assert bulk.calls == [[1, 2]]


async def test_finishing_waits_for_all() -> None:
    """Also for those who come meanwhile."""
    bulk = Bulk()
    coalescing = Coalescing(bulk)
    task = asyncio.create_task(coalescing(1))
    await asyncio.sleep(0)
    await coalescing.finish()
    await asyncio.sleep(0)
    assert task.done()
    await coalescing.finish()
