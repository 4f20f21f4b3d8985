"""What every store of counters must do; Redis and the in-memory twin run the same tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.ai.redis_spending import RedisSpendingStore
from shared.ai.spending import (
    UNRECORDED_SECONDS,
    MemorySpendingStore,
    SpendingStore,
    Wish,
    reservation,
)
from shared.cache.redis_link import RedisLink

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
MONTH = "2026-11"
BUDGET = 1_000_000
WishOf = Callable[..., Wish]


@pytest.fixture(params=["memory", "redis"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[SpendingStore]:
    """Each store in turn, its month begun with nothing spent."""
    subject: SpendingStore
    if request.param == "memory":
        subject = MemorySpendingStore()
        await subject.reconcile(MONTH, ledger_usd_micros=0, at=NOW)
        yield subject
        return
    link = RedisLink(request.getfixturevalue("redis_url"), timeout_seconds=5)
    subject = RedisSpendingStore(link, prefix=f"test:{uuid4()}")
    await subject.reconcile(MONTH, ledger_usd_micros=0, at=NOW)
    yield subject
    await link.close()


@pytest.fixture
def wish() -> WishOf:
    """Make a wish, with some of its fields changed."""

    def _wish(most: int = 1_000, *, at: datetime = NOW, **changes: Any) -> Wish:
        fields: dict[str, Any] = {
            "reservation_id": str(uuid4()),
            "creator_id": "123",
            "at": at,
            "expires_at": at + timedelta(seconds=60),
            "most_usd_micros": (most, most, most),
            "budget_usd_micros": BUDGET,
            "daily_shares": None,
        }
        return Wish(**(fields | changes))

    return _wish


async def _spend(store: SpendingStore, wish: Wish, paid: int) -> None:
    standing = await store.reserve(wish)
    assert standing is not None
    await store.settle(reservation(wish, standing.held_usd_micros), paid_usd_micros=paid, at=wish.at)


async def test_what_is_held_gives_way_to_what_was_paid(store: SpendingStore, wish: WishOf) -> None:
    asked = wish(1_000)
    standing = await store.reserve(asked)
    assert standing is not None
    assert (standing.rung, standing.held_usd_micros, standing.month_usd_micros) == (0, 1_000, 1_000)
    assert await store.counted(MONTH) == (0, 1_000)
    await store.settle(reservation(asked, 1_000), paid_usd_micros=570, at=NOW)
    assert await store.counted(MONTH) == (570, 0)


async def test_failure_8_settling_twice_gives_back_once(store: SpendingStore, wish: WishOf) -> None:
    """Holds do not leak, and the counter of holds never falls below what is held."""
    asked, other = wish(1_000), wish(50)
    await store.reserve(other)
    await _spend(store, asked, 0)
    await store.settle(reservation(asked, 1_000), paid_usd_micros=0, at=NOW)
    assert await store.counted(MONTH) == (0, 50)


async def test_a_dead_workers_hold_returns(store: SpendingStore, wish: WishOf) -> None:
    """When it expires, with the next wish; and what was paid all the same is still counted."""
    dead = wish(900_000)
    await store.reserve(dead)
    later = NOW + timedelta(seconds=61)
    await _spend(store, wish(at=later), 100)
    assert await store.counted(MONTH) == (100, 0)
    await store.settle(reservation(dead, 900_000), paid_usd_micros=570, at=later)
    assert await store.counted(MONTH) == (670, 0)


@pytest.mark.parametrize(
    ("spent", "rung"),
    [(0, 0), (699_999, 0), (700_000, 1), (899_999, 1), (900_000, 2), (989_999, 2), (999_999, None)],
)
async def test_each_mark_switches_one_rung(
    store: SpendingStore, wish: WishOf, spent: int, rung: int | None
) -> None:
    """At 70, 90 and 100 percent; the hold is the rung's own."""
    await store.reconcile(MONTH, ledger_usd_micros=spent, at=NOW)
    standing = await store.reserve(wish(most_usd_micros=(3_000, 2_000, 10_000)))
    assert standing is not None
    assert standing.rung == rung
    held = 0 if rung is None else (3_000, 2_000, 10_000)[rung]
    assert standing.held_usd_micros == held
    assert await store.counted(MONTH) == (spent, held)


async def test_failure_6_nothing_is_granted_beyond_the_budget(store: SpendingStore, wish: WishOf) -> None:
    """Not even one micro-dollar: check and hold are one step."""
    standings = [await store.reserve(wish(300_000)) for _ in range(5)]
    assert [standing and standing.rung for standing in standings] == [0, 0, 0, None, None]
    assert await store.counted(MONTH) == (0, 900_000)


async def test_failure_7_a_call_over_the_months_end_settles_where_it_was_reserved(
    store: SpendingStore, wish: WishOf
) -> None:
    """No reset by SET, and nothing lost: each month has its own counter."""
    end = datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)
    old = wish(at=end)
    await store.reserve(old)
    new = end + timedelta(seconds=2)
    await store.reconcile("2026-12", ledger_usd_micros=0, at=new)
    await _spend(store, wish(at=new), 30)
    await store.settle(reservation(old, 1_000), paid_usd_micros=570, at=new)
    assert await store.counted(MONTH) == (570, 0)
    assert await store.counted("2026-12") == (30, 0)


async def test_a_month_that_is_not_known_grants_nothing(store: SpendingStore, wish: WishOf) -> None:
    """After Redis has forgotten it, say: first the ledger must be asked."""
    december = NOW + timedelta(days=10)
    standing = await store.reserve(wish(at=december))
    assert standing is not None
    assert (standing.rung, standing.month_usd_micros) == (None, None)
    assert await store.counted("2026-12") is None


async def test_failure_8_many_may_begin_a_month_at_once(store: SpendingStore, wish: WishOf) -> None:
    """Each worker asks the ledger and tells the store; what is settled between is not counted twice."""
    await store.reconcile("2026-12", ledger_usd_micros=5_000, at=NOW)
    december = NOW + timedelta(days=10)
    await _spend(store, wish(at=december), 570)
    for _ in range(10):
        await store.reconcile("2026-12", ledger_usd_micros=5_000, at=december)
    assert await store.counted("2026-12") == (5_570, 0)
    await store.reconcile("2026-12", ledger_usd_micros=5_570, at=december)
    assert await store.counted("2026-12") == (5_570, 0)


async def test_the_ledger_is_the_truth_once_everything_is_recorded(
    store: SpendingStore, wish: WishOf
) -> None:
    """What a dead worker settled and never recorded, and what was recorded and never settled, both pass."""
    await _spend(store, wish(), 570)
    later = NOW + timedelta(seconds=UNRECORDED_SECONDS + 1)
    await store.reconcile(MONTH, ledger_usd_micros=0, at=NOW)
    assert await store.counted(MONTH) == (570, 0)
    await store.reconcile(MONTH, ledger_usd_micros=0, at=later)
    assert await store.counted(MONTH) == (0, 0)
    await store.reconcile(MONTH, ledger_usd_micros=9_000, at=later)
    assert await store.counted(MONTH) == (9_000, 0)


async def test_a_creators_share_of_the_day(store: SpendingStore, wish: WishOf) -> None:
    """Two creators, 30 days, 3 shares: 50,000 a day each, thrift before refusal, and tomorrow anew."""
    await store.reserve(wish(creator_id="other", daily_shares=3))
    rungs = []
    for _ in range(12):
        asked = wish(5_000, daily_shares=3)
        standing = await store.reserve(asked)
        assert standing is not None
        rungs.append(standing.rung)
        if standing.rung is not None:
            await store.settle(reservation(asked, 5_000), paid_usd_micros=5_000, at=NOW)
    assert rungs == [0] * 7 + [1, 1, 2] + [None] * 2
    tomorrow = await store.reserve(wish(5_000, daily_shares=3, at=NOW + timedelta(days=1)))
    other = await store.reserve(wish(5_000, daily_shares=3, creator_id="other"))
    assert tomorrow is not None
    assert other is not None
    assert (tomorrow.rung, other.rung) == (0, 0)


async def test_a_share_never_keeps_anybody_out(store: SpendingStore, wish: WishOf) -> None:
    """The first call of the day may be larger than the share."""
    standing = await store.reserve(wish(40_000, daily_shares=0.01))
    assert standing is not None
    assert standing.rung == 0


async def test_a_creators_name_may_hold_anything(store: SpendingStore, wish: WishOf) -> None:
    """Also what separates the parts of a hold."""
    asked = wish(creator_id="a|b|1|é")
    await _spend(store, asked, 7)
    dead = wish(creator_id="a|b|1|é")
    await store.reserve(dead)
    await store.reserve(wish(at=NOW + timedelta(seconds=61)))
    assert await store.counted(MONTH) == (7, 1_000)


async def test_failure_7_no_increment_is_lost_to_whoever_sets_the_counter(
    store: SpendingStore, wish: WishOf
) -> None:
    """Calls settle while other workers correct the month from a ledger that does not know them yet."""
    asked = [wish(1_000) for _ in range(60)]
    await asyncio.gather(*map(store.reserve, asked))

    async def settle(index: int) -> None:
        hold = reservation(asked[index], 1_000)
        await store.settle(hold, paid_usd_micros=index, at=NOW)
        await store.reconcile(MONTH, ledger_usd_micros=0, at=NOW)

    await asyncio.gather(*map(settle, range(60)))
    assert await store.counted(MONTH) == (sum(range(60)), 0)
