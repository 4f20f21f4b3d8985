"""The table of what each platform takes."""

from __future__ import annotations

from docs.contracts.markdown import code, table
from workers.content_suggestions.platforms import DEFAULT, PLATFORMS, PlatformRules

_HEADER = (
    "platform",
    "text",
    "counted in",
    "title",
    "hashtags",
    "how explicit",
    "prices",
    "verified",
    "source",
)


def platforms_table() -> str:
    """Return the platforms with their figures and where those are from."""
    return table(_HEADER, [_row(rules) for rules in (*PLATFORMS.values(), DEFAULT)])


def _row(rules: PlatformRules) -> tuple[str, ...]:
    prices = rules.prices
    return (
        code(rules.name),
        f"{rules.text_length:,}",
        rules.counting.value,
        str(rules.title_length),
        str(rules.hashtags),
        rules.explicitness.value,
        f"${prices.lowest_usd:g} to ${prices.highest_usd:g}" if prices else "",
        "yes" if rules.is_verified else "no",
        rules.source,
    )
