"""What a month of model calls costs: arithmetic, to be held against the ledger.

A call that the cache answers costs nothing, so the hit rate that is really reached counts. The published rate
of exact duplicates is 18 %, those of caches in production are 20 to 45 %, and the founding document hopes for
80 %. Which model is asked moves the bill more than the cache does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.ai.deployment import Deployment

#: The table's hit rates, in percent: none, published exact duplicates, the best in production, the hoped for.
HIT_PERCENTS = (0, 18, 45, 80)
_USD_MICROS = 1_000_000
_TOKENS_PER_PRICE = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """A month's questions; the defaults are the founding document's."""

    calls: int = 300_000
    input_tokens: int = 300
    #: Thoughts included, where a model has them.
    output_tokens: int = 50


def month_usd_micros(traffic: Traffic, deployment: Deployment, hit_percent: float = 0.0) -> int:
    """Return what a month costs, rounded to whole micro-dollars."""
    price = (
        traffic.input_tokens * deployment.input_usd_micros_per_million_tokens
        + traffic.output_tokens * deployment.output_usd_micros_per_million_tokens
    )
    return round(traffic.calls * (100 - hit_percent) * price / (100 * _TOKENS_PER_PRICE))


def forecast_table(deployments: Sequence[Deployment], traffic: Traffic | None = None) -> str:
    """Return a Markdown table of dollars a month, by model and hit rate."""
    asked = traffic or Traffic()
    rows = [
        f"| {each.name} | {' | '.join(_usd(month_usd_micros(asked, each, hit)) for hit in HIT_PERCENTS)} |"
        for each in deployments
    ]
    head = f"| $ a month | {' | '.join(f'{hit} % hits' for hit in HIT_PERCENTS)} |"
    return "\n".join([head, "|---" * (1 + len(HIT_PERCENTS)) + "|", *rows]) + "\n"


def _usd(usd_micros: int) -> str:
    tenths = (usd_micros * 10 + _USD_MICROS // 2) // _USD_MICROS
    return f"{tenths // 10}.{tenths % 10}"
