"""Telling the operator how much of the month's budget is spent, by mail, once for each mark."""

from __future__ import annotations

from decimal import Decimal

from shared.ai.accounts import Ledger
from shared.ai.spending import MARKS_PERCENT, rung_at
from shared.clock import Clock
from shared.mail.notices import budget_alert
from shared.mail.posting import PostOffice

_USD_MICROS = Decimal(1_000_000)


class BudgetWatch:
    """Looks into the ledger, which knows what every process has paid.

    Args:
        ledger: the truth about money.
        month_usd_micros: the month's budget.
        office: tells the operator; what was told is told no more.
        clock: says which month it is.
    """

    def __init__(self, *, ledger: Ledger, month_usd_micros: int, office: PostOffice, clock: Clock) -> None:
        self._ledger = ledger
        self._month_usd_micros = month_usd_micros
        self._office = office
        self._clock = clock

    async def look(self) -> None:
        """Tell of the highest mark that is passed, if one is.

        Raises:
            StoreUnavailableError: it is not known; the next look tells.
        """
        now = self._clock.now()
        spent = await self._ledger.month_usd_micros(f"{now:%Y-%m}")
        rung = rung_at(spent, self._month_usd_micros)
        if rung == 0:
            return
        await self._office.tell(
            budget_alert(
                mark_percent=MARKS_PERCENT[rung - 1],
                spent_usd=spent / _USD_MICROS,
                budget_usd=self._month_usd_micros / _USD_MICROS,
                at=now,
            )
        )
