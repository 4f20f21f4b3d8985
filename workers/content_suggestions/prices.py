"""What a locked post or message may cost: within what the platform takes and the creator asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from workers.content_suggestions.platforms import PriceRange
from workers.content_suggestions.preferences import first_of

DEFAULT_CURRENCY = "USD"
#: Units for a dollar, to two figures at most, as of November 2026: they keep a price idea in the right order
#: of magnitude, and convert nobody's money.
_UNITS_PER_USD: Mapping[str, float] = MappingProxyType(
    {
        "USD": 1,
        "EUR": 1,
        "GBP": 1,
        "CHF": 1,
        "CAD": 1.4,
        "AUD": 1.5,
        "NZD": 1.7,
        "BRL": 5,
        "MXN": 18,
        "PLN": 4,
        "CZK": 22,
        "RON": 4.5,
        "SEK": 10,
        "NOK": 10,
        "DKK": 7,
        "JPY": 150,
        "COP": 4_000,
        "ARS": 1_400,
        "INR": 85,
        "ZAR": 18,
        "TRY": 40,
        "THB": 33,
        "PHP": 57,
        "KRW": 1_400,
    }
)  # fmt: skip - a table
CURRENCY = ("currency",)
#: A creator's own words for the ends of the range.
LOWEST = ("priceMin", "minPrice", "price_min", "min_price")
HIGHEST = ("priceMax", "maxPrice", "price_max", "max_price")


@dataclass(frozen=True, kw_only=True)
class Prices:
    """The range that a price idea has to lie in."""

    #: ISO 4217.
    currency: str
    lowest: float
    highest: float

    def __contains__(self, amount: float) -> bool:
        return self.lowest <= amount <= self.highest


def prices_of(platform: PriceRange, preferences: Mapping[str, Any]) -> Prices:
    """Return the platform's range in the creator's currency, within what the creator asks if possible.

    A currency that is not known here is taken for dollars: a wrong sign is worse than a foreign one.
    """
    wanted = str(first_of(preferences, CURRENCY) or DEFAULT_CURRENCY).strip().upper()
    currency = wanted if wanted in _UNITS_PER_USD else DEFAULT_CURRENCY
    units = _UNITS_PER_USD[currency]
    lowest, highest = platform.lowest_usd * units, platform.highest_usd * units
    least = max(lowest, _amount(preferences, LOWEST) or lowest)
    most = min(highest, _amount(preferences, HIGHEST) or highest)
    if least > most:
        least, most = lowest, highest
    return Prices(currency=currency, lowest=least, highest=most)


def _amount(preferences: Mapping[str, Any], names: tuple[str, ...]) -> float | None:
    said = first_of(preferences, names)
    if isinstance(said, bool) or not isinstance(said, str | int | float):
        return None
    try:
        amount = float(said)
    except (ValueError, OverflowError):
        return None
    return amount if 0 < amount < float("inf") else None
