"""A price idea lies within what the platform takes and the creator asks."""

from __future__ import annotations

from typing import Any

import pytest

from workers.content_suggestions.platforms import PriceRange
from workers.content_suggestions.prices import Prices, prices_of

RANGE = PriceRange(lowest_usd=3, highest_usd=50)


@pytest.mark.parametrize(
    ("preferences", "expected"),
    [
        ({}, ("USD", 3, 50)),
        ({"currency": "eur"}, ("EUR", 3, 50)),
        ({"currency": "JPY"}, ("JPY", 450, 7_500)),
        ({"currency": "🍌"}, ("USD", 3, 50)),
        ({"currency": ["EUR"]}, ("USD", 3, 50)),
        ({"priceMin": 10, "priceMax": "25"}, ("USD", 10, 25)),
        ({"minPrice": 1, "maxPrice": 9_999}, ("USD", 3, 50)),
        ({"priceMin": 60}, ("USD", 3, 50)),
        ({"priceMin": 30, "priceMax": 20}, ("USD", 3, 50)),
        ({"priceMin": "a lot", "priceMax": True}, ("USD", 3, 50)),
        ({"priceMax": float("nan")}, ("USD", 3, 50)),
        ({"priceMax": 10**400}, ("USD", 3, 50)),
        ({"priceMin": -5, "priceMax": {"amount": 3}}, ("USD", 3, 50)),
    ],
)
def test_the_range(preferences: dict[str, Any], expected: tuple[str, float, float]) -> None:
    """What makes no sense is passed over."""
    assert prices_of(RANGE, preferences) == Prices(
        currency=expected[0], lowest=expected[1], highest=expected[2]
    )
