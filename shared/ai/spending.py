"""The port to the running counters of AI spending, and its in-memory twin.

What a call may cost is held before it is made, and what it did cost is settled after. Counters belong to a
month (UTC), which is part of their name; a call settles in the month and on the day in which it was reserved.
A hold that nobody settles returns by itself when it expires: its worker is dead. The ledger in PostgreSQL is
the truth; `reconcile` pulls the counter to it.

A call is settled before its job is recorded. So what was settled in the last quarter of an hour may not be in
the ledger yet, and everything else is there or never will be: the counter belongs between the ledger's sum
and that sum plus what was settled lately, and is moved no further than to there. That may be repeated at any
time, by anybody, and adds nothing twice.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Protocol

#: Fractions of a budget, in percent, at which the next rung of thrift begins; the last one refuses.
MARKS_PERCENT = (70, 90, 100)
#: No job runs longer than this between its last call and its record.
UNRECORDED_SECONDS = 900.0


@dataclass(frozen=True, kw_only=True)
class Reservation:
    """What one call may cost at most, held."""

    reservation_id: str
    #: `2026-11`.
    month: str
    #: `2026-11-25`.
    day: str
    creator_id: str
    held_usd_micros: int

    @property
    def member(self) -> str:
        """All of it in one text."""
        return f"{self.reservation_id}|{self.day}|{self.held_usd_micros}|{self.creator_id}"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A call that wants to be made."""

    reservation_id: str
    creator_id: str
    at: datetime
    #: When its hold returns, if nobody settles it.
    expires_at: datetime
    #: The most it may cost, for each rung of thrift from none upwards.
    most_usd_micros: Sequence[int]
    #: The month's budget.
    budget_usd_micros: int
    #: How many times the even share of a day one creator may spend; `None` is without limit.
    daily_shares: float | None

    @cached_property
    def month(self) -> str:
        """The month it is counted in."""
        return f"{self.at.astimezone(UTC):%Y-%m}"

    @cached_property
    def day(self) -> str:
        """The day it is counted on."""
        return f"{self.at.astimezone(UTC):%Y-%m-%d}"

    @property
    def share_usd_micros(self) -> float:
        """A creator's daily share, times the number of creators."""
        if self.daily_shares is None:
            return math.inf
        return self.budget_usd_micros * self.daily_shares / days_in_month(self.at)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The counters' answer to a wish."""

    #: The rung of thrift at which it may be made; `None`: it may not.
    rung: int | None
    #: What is held for it.
    held_usd_micros: int
    #: The month's counter, this hold included; `None`: it is not known, and nothing was held.
    month_usd_micros: int | None


class SpendingStore(Protocol):
    """Counts money. Never raises, and never takes longer than 50 ms."""

    async def reserve(self, wish: Wish) -> Standing | None:
        """Hold what a call may cost, if there is room for it; `None` when the store doesn't answer."""
        ...

    async def settle(self, reservation: Reservation, *, paid_usd_micros: int, at: datetime) -> None:
        """Count what was paid in place of what was held; whoever asks the store after this finds it done."""
        ...

    async def reconcile(self, month: str, *, ledger_usd_micros: int, at: datetime) -> None:
        """Move a month's counter to where the ledger says it belongs; begin one that is missing."""
        ...

    async def counted(self, month: str) -> tuple[int, int] | None:
        """Return what is paid and what is held in a month, in micro-dollars; `None` when it is not known."""
        ...


@dataclass
class _Month:
    paid: int | None = None
    held: int = 0
    creators: set[str] = field(default_factory=set)
    holds: dict[str, tuple[datetime, Reservation]] = field(default_factory=dict)
    settled: list[tuple[datetime, int]] = field(default_factory=list)


class MemorySpendingStore:
    """The counters of one process: the twin of Redis', and what stands in for it."""

    def __init__(self) -> None:
        self._months: Mapping[str, _Month] = defaultdict(_Month)
        self._days: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))

    async def reserve(self, wish: Wish) -> Standing | None:
        """See `SpendingStore.reserve`."""
        month = self._months[wish.month]
        self._return_expired(month, wish.at)
        if month.paid is None:
            return Standing(rung=None, held_usd_micros=0, month_usd_micros=None)
        month.creators.add(wish.creator_id)
        share = wish.share_usd_micros / len(month.creators)
        spent, of_creator = month.paid + month.held, self._days[wish.day][wish.creator_id]
        rung = max(rung_at(spent, wish.budget_usd_micros), rung_at(of_creator, share))
        refused = Standing(rung=None, held_usd_micros=0, month_usd_micros=spent)
        if rung >= len(wish.most_usd_micros):
            return refused
        most = wish.most_usd_micros[rung]
        # A creator's first call of the day may be larger than its share, or some would never be served.
        if spent + most > wish.budget_usd_micros or (of_creator and of_creator + most > share):
            return refused
        self._hold(month, wish, most)
        return Standing(rung=rung, held_usd_micros=most, month_usd_micros=spent + most)

    async def settle(self, reservation: Reservation, *, paid_usd_micros: int, at: datetime) -> None:
        """See `SpendingStore.settle`."""
        month = self._months[reservation.month]
        self._release(month, reservation.member)
        if month.paid is None:
            return
        month.paid += paid_usd_micros
        month.settled.append((at, paid_usd_micros))
        self._days[reservation.day][reservation.creator_id] += paid_usd_micros

    async def reconcile(self, month: str, *, ledger_usd_micros: int, at: datetime) -> None:
        """See `SpendingStore.reconcile`."""
        counters = self._months[month]
        self._return_expired(counters, at)
        since = at - timedelta(seconds=UNRECORDED_SECONDS)
        counters.settled = [(when, paid) for when, paid in counters.settled if when > since]
        if counters.paid is None:
            counters.paid = ledger_usd_micros
        lately = sum(paid for _, paid in counters.settled)
        counters.paid = min(max(counters.paid, ledger_usd_micros), ledger_usd_micros + lately)

    async def counted(self, month: str) -> tuple[int, int] | None:
        """See `SpendingStore.counted`."""
        counters = self._months[month]
        return None if counters.paid is None else (counters.paid, counters.held)

    def _hold(self, month: _Month, wish: Wish, most: int) -> None:
        hold = reservation(wish, most)
        month.holds[hold.member] = (wish.expires_at, hold)
        month.held += most
        self._days[wish.day][wish.creator_id] += most

    def _release(self, month: _Month, member: str) -> None:
        _, hold = month.holds.pop(member, (None, None))
        if hold is not None:
            month.held -= hold.held_usd_micros
            self._days[hold.day][hold.creator_id] -= hold.held_usd_micros

    def _return_expired(self, month: _Month, at: datetime) -> None:
        for member in [member for member, (expires_at, _) in month.holds.items() if expires_at <= at]:
            self._release(month, member)


def reservation(wish: Wish, held_usd_micros: int) -> Reservation:
    """Return what a granted wish holds."""
    return Reservation(
        reservation_id=wish.reservation_id,
        month=wish.month,
        day=wish.day,
        creator_id=wish.creator_id,
        held_usd_micros=held_usd_micros,
    )


def rung_at(spent_usd_micros: float, budget_usd_micros: float) -> int:
    """Return the rung of thrift at which so much of a budget is spent; 0 is none, the last one refuses."""
    return sum(spent_usd_micros * 100 >= mark * budget_usd_micros for mark in MARKS_PERCENT)


def days_in_month(at: datetime) -> int:
    """Return how many days the month of a moment has, in UTC."""
    first = at.astimezone(UTC).replace(day=1)
    return ((first + timedelta(days=32)).replace(day=1) - timedelta(days=1)).day
