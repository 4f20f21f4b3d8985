"""Redis' counters and their twin, told the same at random: they must say the same, whatever happens."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from shared.ai.redis_spending import RedisSpendingStore
from shared.ai.spending import MemorySpendingStore, Reservation, SpendingStore, Wish, reservation
from shared.cache.redis_link import RedisLink

BEGIN = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
MONTHS = ("2026-11", "2026-12")


class Story:
    """Random events, the same for every store."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - a story that can be told again
        self._now = BEGIN
        self._held: list[Reservation] = []

    async def next(self, stores: tuple[SpendingStore, SpendingStore]) -> None:
        """Let something happen in both stores, and compare what they say."""
        self._now += timedelta(seconds=self._chance.choice((0, 0, 1, 20, 90, 400)))
        event = self._chance.choice((self._reserve, self._reserve, self._settle, self._reconcile))
        await event(stores)
        for month in MONTHS:
            assert await stores[0].counted(month) == await stores[1].counted(month)

    async def _reserve(self, stores: tuple[SpendingStore, SpendingStore]) -> None:
        most = self._chance.randint(1, 40_000)
        wish = Wish(
            reservation_id=uuid4().hex,
            creator_id=self._chance.choice("abc"),
            at=self._now,
            expires_at=self._now + timedelta(seconds=self._chance.randint(1, 300)),
            most_usd_micros=(most, most // 2 + 1, most // 3 + 1),
            budget_usd_micros=400_000,
            daily_shares=self._chance.choice((None, 5.0, 0.7)),
        )
        standings = [await store.reserve(wish) for store in stores]
        assert standings[0] == standings[1]
        if standings[0] is not None and standings[0].rung is not None:
            self._held.append(reservation(wish, standings[0].held_usd_micros))

    async def _settle(self, stores: tuple[SpendingStore, SpendingStore]) -> None:
        if not self._held:
            return
        hold = self._held.pop(self._chance.randrange(len(self._held)))
        paid = self._chance.randint(0, hold.held_usd_micros)
        for store in stores:
            await store.settle(hold, paid_usd_micros=paid, at=self._now)

    async def _reconcile(self, stores: tuple[SpendingStore, SpendingStore]) -> None:
        month, recorded = self._chance.choice(MONTHS), self._chance.randint(0, 200_000)
        for store in stores:
            await store.reconcile(month, ledger_usd_micros=recorded, at=self._now)


@pytest.mark.parametrize("seed", range(8))
async def test_the_twins_tell_the_same_story(redis_url: str, seed: int) -> None:
    """Over the month's end, with holds that expire, corrections, and budgets that are used up."""
    link = RedisLink(redis_url, timeout_seconds=5)
    stores = (MemorySpendingStore(), RedisSpendingStore(link, prefix=f"test:{uuid4()}"))
    story = Story(seed)
    for _ in range(150):
        await story.next(stores)
    await link.close()
