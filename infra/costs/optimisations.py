"""The five optimisations of the founding document, each priced by leaving it out of today's bill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from infra.costs.bill import bill
from infra.costs.prices import PriceBook
from infra.costs.usage import Choices, Month, Plan

#: What the founding document goes from and to; beyond 18 % is a hope that nobody has published as kept.
_HOPED_FROM, _HOPED_TO = Decimal("0.80"), Decimal("0.90")
#: Storage is compared when it has grown for half a year.
_GROWN_MONTHS = 6


@dataclass(frozen=True, kw_only=True)
class Optimisation:
    """What a choice is worth in a month."""

    name: str
    #: What the founding document expects, in dollars a month.
    expected: str
    without_usd: Decimal
    with_usd: Decimal
    note: str

    @property
    def saved_usd(self) -> Decimal:
        """The difference; negative when the choice costs more."""
        return self.without_usd - self.with_usd


def optimisations(month: Month, book: PriceBook, today: date) -> Sequence[Optimisation]:
    """Return what each of the five is worth with so many creators, all else as chosen."""
    grown = replace(month.choices, month=_GROWN_MONTHS)
    cases = (
        (
            "Cache 80 → 90 %",
            "10-20",
            replace(month.choices, hit_share=_HOPED_FROM),
            replace(month.choices, hit_share=_HOPED_TO),
            "A hope: published exact duplicates are 18 %. What our bank and cache spare is counted already.",
        ),
        (
            "Compression 50 → 20 MB",
            "5-10",
            replace(grown, compressed=False),
            replace(grown, compressed=True),
            "In the sixth month; the copy's CPU runs on an instance that is paid for anyway.",
        ),
        (
            "On demand, one call instead of two",
            "5-10",
            replace(month.choices, on_demand=False),
            replace(month.choices, on_demand=True),
            "Built: one call returns three suggestions, and only when they are asked for.",
        ),
        (
            "S3 Intelligent-Tiering",
            "3-5",
            replace(grown, tiering=False),
            replace(grown, tiering=True),
            "In the sixth month; nothing cools down in the first.",
        ),
        (
            "Flex instead of EP1",
            "140",
            replace(month.choices, plan=Plan.EP1),
            replace(month.choices, plan=Plan.FLEX),
            "Flex takes the retired Consumption's place. At worst: no two executions share an instance.",
        ),
    )
    return [
        Optimisation(
            name=name,
            expected=expected,
            without_usd=_usd(month, before, book, today),
            with_usd=_usd(month, after, book, today),
            note=note,
        )
        for name, expected, before, after, note in cases
    ]


def _usd(month: Month, choices: Choices, book: PriceBook, today: date) -> Decimal:
    return bill(replace(month, choices=choices), book, today).usd
