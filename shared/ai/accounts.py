"""Holding and settling money whatever happens to Redis: its counters, their stand-in, and the ledger.

Redis' counters are shared by all workers. While Redis is away each process counts by itself, from the last
figure it knew; a month that a store does not know is begun from the ledger; and every few minutes the ledger
corrects the counters in use. Nothing here waits longer than 50 ms for Redis, nor a second for the ledger, and
that only when a month is begun.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Protocol

from shared.ai.spending import (
    MARKS_PERCENT,
    MemorySpendingStore,
    Reservation,
    SpendingStore,
    Standing,
    Wish,
    reservation,
    rung_at,
)
from shared.clock import Clock
from shared.errors import StoreUnavailableError
from shared.observability.failures import whereabouts

logger = logging.getLogger(__name__)

LEDGER_TIMEOUT_SECONDS = 1.0
#: How old the ledger's last word may be.
RECONCILE_SECONDS = 300.0
#: While a process counts by itself, the ledger is how it learns of the others.
LOCAL_RECONCILE_SECONDS = 30.0


class Ledger(Protocol):
    """What was really paid, as the jobs recorded it."""

    async def month_usd_micros(self, month: str) -> int:
        """Return the sum of a month (`2026-11`, UTC).

        Raises:
            StoreUnavailableError: the database did not answer.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Grant:
    """Money held for one call, by the store that will be told what it cost."""

    rung: int
    reservation: Reservation
    store: SpendingStore


class Accounts:
    """The counters in use."""

    def __init__(
        self,
        shared: SpendingStore | None,
        ledger: Ledger,
        clock: Clock,
        *,
        ledger_timeout_seconds: float = LEDGER_TIMEOUT_SECONDS,
    ) -> None:
        self._shared = shared
        self._local = MemorySpendingStore()
        self._ledger = ledger
        self._clock = clock
        self._ledger_timeout_seconds = ledger_timeout_seconds
        #: The shared counters' last figures, which the stand-in does not know yet.
        self._last_known: dict[str, int] = {}
        self._noticed: dict[str, int] = {}
        self._reconciled_at: dict[tuple[bool, str], float] = {}
        self._beginning: dict[tuple[bool, str], asyncio.Task[bool]] = {}
        self._reconciling: set[asyncio.Task[bool]] = set()

    async def reserve(self, wish: Wish) -> Grant | None:
        """Hold what a call may cost; `None`: there is no room for it."""
        if self._shared is not None:
            standing = await self._standing(self._shared, wish)
            if standing is not None:
                self._last_known[wish.month] = standing.month_usd_micros or 0
                return self._granted(self._shared, wish, standing)
            await self._stand_in(wish.month)
        standing = await self._standing(self._local, wish)
        return None if standing is None else self._granted(self._local, wish, standing)

    async def settle(self, grant: Grant, *, paid_usd_micros: int) -> None:
        """Count what was paid in place of what was held."""
        await grant.store.settle(grant.reservation, paid_usd_micros=paid_usd_micros, at=self._clock.now())

    async def close(self) -> None:
        """Stop what goes on in the background."""
        for task in (left := tuple(self._reconciling)):
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _standing(self, store: SpendingStore, wish: Wish) -> Standing | None:
        """Return a store's answer to a wish; `None` when it doesn't know."""
        standing = await store.reserve(wish)
        if standing is not None and standing.month_usd_micros is None:
            if not await self._begun(store, wish.month):
                return None
            standing = await store.reserve(wish)
        if standing is None or standing.month_usd_micros is None:
            return None
        self._notice(wish, standing.month_usd_micros)
        self._reconcile_sometimes(store, wish.month)
        return standing

    def _notice(self, wish: Wish, spent_usd_micros: int) -> None:
        """Tell the operator, once for each mark and month, that the budget is being used up."""
        rung = rung_at(spent_usd_micros, wish.budget_usd_micros)
        if rung > self._noticed.get(wish.month, 0):
            self._noticed[wish.month] = rung
            logger.warning(
                "The month's AI budget has passed a mark",
                extra={
                    "month": wish.month,
                    "mark_percent": MARKS_PERCENT[rung - 1],
                    "spent_usd_micros": spent_usd_micros,
                    "budget_usd_micros": wish.budget_usd_micros,
                },
            )

    async def _stand_in(self, month: str) -> None:
        """Let the process go on counting from the last figure that the shared counters gave."""
        known = self._last_known.pop(month, None)
        if known is not None:
            await self._local.reconcile(month, ledger_usd_micros=known, at=self._clock.now())

    def _granted(self, store: SpendingStore, wish: Wish, standing: Standing) -> Grant | None:
        if standing.rung is None:
            return None
        hold = reservation(wish, standing.held_usd_micros)
        return Grant(rung=standing.rung, reservation=hold, store=store)

    def _reconcile_sometimes(self, store: SpendingStore, month: str) -> None:
        is_local = store is self._local
        age_seconds = LOCAL_RECONCILE_SECONDS if is_local and self._shared else RECONCILE_SECONDS
        now = self._clock.monotonic()
        # A worker that has just started takes the counters for right: it may be one of a crowd.
        if now - self._reconciled_at.setdefault((is_local, month), now) < age_seconds:
            return
        self._reconciled_at[is_local, month] = now
        self._start_reconciling(store, month)

    async def _begun(self, store: SpendingStore, month: str) -> bool:
        """Begin a month, with one look into the ledger for all who find it missing; say whether it worked."""
        key = (store is self._local, month)
        task = self._beginning.get(key)
        if task is None:
            task = self._beginning[key] = self._start_reconciling(store, month)
            task.add_done_callback(lambda _: self._beginning.pop(key))
        return await asyncio.shield(task)

    def _start_reconciling(self, store: SpendingStore, month: str) -> asyncio.Task[bool]:
        task = asyncio.create_task(self._reconcile(store, month))
        self._reconciling.add(task)
        task.add_done_callback(self._reconciling.discard)
        return task

    async def _reconcile(self, store: SpendingStore, month: str) -> bool:
        """Let the ledger correct a month, or begin it; without a ledger the stand-in begins at nothing."""
        try:
            async with asyncio.timeout(self._ledger_timeout_seconds):
                recorded = await self._ledger.month_usd_micros(month)
        except (StoreUnavailableError, TimeoutError) as error:
            logger.warning("The ledger does not answer", extra={"failure": whereabouts(error)})
            if store is not self._local:
                return False
            recorded = 0
        self._reconciled_at[store is self._local, month] = self._clock.monotonic()
        await store.reconcile(month, ledger_usd_micros=recorded, at=self._clock.now())
        return True
