"""What the ledger says about a month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What one day, model, job type or creator cost."""

    name: str
    calls: int
    jobs: int
    input_tokens: int
    output_tokens: int
    reasoning_tokens: int
    usd_micros: int


@dataclass(frozen=True, kw_only=True)
class SpendingReport:
    """A calendar month (UTC), the dearest first; the days in order."""

    month: str
    days: Sequence[Spent]
    models: Sequence[Spent]
    job_types: Sequence[Spent]
    #: The dearest of them only.
    creators: Sequence[Spent]
    #: How many answers cost nothing, by job type: from the cache, from the bank, or no longer wanted.
    spared: Mapping[str, int]

    @property
    def usd_micros(self) -> int:
        """The whole month."""
        return sum(day.usd_micros for day in self.days)


class SpendingReports(Protocol):
    """Reads the ledger."""

    async def month(self, first_day: date, *, most_creators: int) -> SpendingReport:
        """Return a month; raises `StoreUnavailableError` if the store is gone."""
        ...
