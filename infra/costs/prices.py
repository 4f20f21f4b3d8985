"""Prices, each with its unit, region, source, date, and whether it was verified."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from shared.errors import ConfigurationError

FILE = Path(__file__).with_name("prices.json")


class Price(BaseModel):
    """What one unit costs, and how much that figure may be trusted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    usd: Decimal
    unit: str
    region: str
    source: str
    as_of: str
    #: A public price list of that very region was read; anything else is to be checked before it is promised.
    verified: bool


@dataclass(frozen=True)
class PriceBook:
    """All prices by key."""

    prices: Mapping[str, Price]

    @classmethod
    def read(cls, path: Path = FILE) -> PriceBook:
        """Read the prices.

        Raises:
            ConfigurationError: one is not complete.
        """
        try:
            entries = json.loads(path.read_text())["prices"]
            return cls({key: Price.model_validate(entry) for key, entry in entries.items()})
        except (KeyError, ValueError) as error:
            raise ConfigurationError(f"{path.name} is not usable: {error}") from None

    def __getitem__(self, key: str) -> Price:
        """Return a price.

        Raises:
            ConfigurationError: it is unknown; an unknown price is never 0.
        """
        try:
            return self.prices[key]
        except KeyError:
            raise ConfigurationError(f"No price is known for {key!r}.") from None

    def usd(self, key: str) -> Decimal:
        """Return a price in dollars for one unit; raises as `[]` does."""
        return self[key].usd
