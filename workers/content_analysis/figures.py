"""The figures of a creator's content, computed: a model explains them and never makes one up.

Front ends send figures under many names and as numbers or texts; what is no plain number is left out. Nothing
here depends on the order in which past content is listed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workers.content_analysis.findings import Expected, MeasuredMetric, Outlook

#: More past than this adds nothing but time.
MAX_PAST = 500
#: What is computed, with the names that it is known by.
_NAMES: Mapping[str, frozenset[str]] = {
    "views": frozenset({"views", "viewcount", "impressions", "plays", "reach", "opens"}),
    "likes": frozenset({"likes", "likecount", "hearts", "reactions", "favorites", "favourites"}),
    "comments": frozenset({"comments", "commentcount", "replies"}),
    "shares": frozenset({"shares", "sharecount", "reposts", "retweets"}),
    "saves": frozenset({"saves", "savecount", "bookmarks"}),
    "purchases": frozenset({"purchases", "unlocks", "sales", "purchasecount"}),
    "tips": frozenset({"tips", "tipsamount", "tiptotal"}),
    "revenue": frozenset({"revenue", "earnings", "income", "revenueusd"}),
    "watch_seconds": frozenset({"watchseconds", "averagewatchseconds", "watchtime", "avgwatchtime"}),
}
_PAST_NAMES = ("past", "history", "previous", "pastContent", "past_content")
_CURRENT_NAMES = ("current", "content", "this")
_DERIVED_FROM = ("likes", "comments", "shares", "saves")
_PUNCTUATION = re.compile(r"[^a-z]")
_NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,9})?")
#: Larger than anything on any platform; keeps arithmetic exact.
_MOST = 1e15
_PERCENT = 100
#: Which part of the past an outlook means, from what share to what share of it.
_BANDS: Mapping[Outlook, tuple[float, float, float]] = {
    Outlook.LOW: (0.10, 0.25, 0.50),
    Outlook.MEDIUM: (0.25, 0.50, 0.75),
    Outlook.HIGH: (0.50, 0.75, 0.90),
}
#: Fewer than this are an anecdote, not a distribution.
ENOUGH = 3


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What is known in numbers: of this content, and of the creator's past."""

    #: By the metric's name.
    current: Mapping[str, float] = field(default_factory=dict)
    #: Sorted, by the metric's name.
    past: Mapping[str, Sequence[float]] = field(default_factory=dict)
    #: How many past pieces of content there are.
    past_count: int = 0

    @property
    def names(self) -> Sequence[str]:
        """What is known of, in a fixed order."""
        return [name for name in (*_NAMES, "engagement_rate") if name in self.current or name in self.past]

    def percentile(self, name: str) -> float | None:
        """Return the share of the past that did no better, in per cent; ties count half."""
        value, past = self.current.get(name), self.past.get(name, ())
        if value is None or len(past) < ENOUGH:
            return None
        below, same = sum(each < value for each in past), sum(each == value for each in past)
        return round((below + same / 2) / len(past) * _PERCENT, 1)

    def measured(self) -> Sequence[MeasuredMetric]:
        """Return every figure beside the past."""
        return [
            MeasuredMetric(
                metric=name,
                value=self.current.get(name),
                median=quantile(self.past[name], 0.5) if self.past.get(name) else None,
                percentile=self.percentile(name),
                sample=len(self.past.get(name, ())),
            )
            for name in self.names
        ]

    def standing(self) -> int | None:
        """Return where published content stands among the past, 0 to 100; `None` if that can't be told."""
        known = [rank for name in self.names if (rank := self.percentile(name)) is not None]
        return round(sum(known) / len(known)) if known else None

    def expected(self, outlook: Outlook) -> Sequence[Expected]:
        """Return what figures that outlook means to this creator."""
        low, typical, high = _BANDS[outlook]
        return [
            Expected(
                metric=name,
                low=quantile(past, low),
                typical=quantile(past, typical),
                high=quantile(past, high),
                sample=len(past),
            )
            for name, past in self.past.items()
            if len(past) >= ENOUGH
        ]


def figures_of(metrics: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None) -> Figures:
    """Return what a payload's `metrics` say."""
    current: Mapping[str, Any] = {}
    listed: Any = metrics if isinstance(metrics, list) else ()
    if isinstance(metrics, Mapping):
        listed = next((metrics[name] for name in _PAST_NAMES if isinstance(metrics.get(name), list)), ())
        nested = (metrics[name] for name in _CURRENT_NAMES if isinstance(metrics.get(name), Mapping))
        current = next(nested, metrics)
    rows = [dict(_numbers(row)) for row in listed[:MAX_PAST] if isinstance(row, Mapping)]
    rows = [_with_rate(row) for row in rows if row]
    names = (*_NAMES, "engagement_rate")
    past = {name: sorted(row[name] for row in rows if name in row) for name in names}
    return Figures(
        current=_with_rate(dict(_numbers(current))),
        past={name: values for name, values in past.items() if values},
        past_count=len(rows),
    )


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return a quantile of sorted values, between two of them in proportion (Hyndman and Fan's type 7)."""
    place = (len(ordered) - 1) * share
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return round(ordered[below] + (ordered[above] - ordered[below]) * (place - below), 4)


def _numbers(row: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for key, value in list(row.items())[:100]:
        plain = _PUNCTUATION.sub("", str(key).casefold())
        name = next((name for name, known in _NAMES.items() if plain in known), None)
        number = _number(value)
        if name is not None and number is not None:
            yield name, number


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value)
    if not isinstance(value, int | float) or not 0 <= value <= _MOST:
        return None  # not a number, negative, infinite, or NaN
    return float(value)


def _with_rate(row: dict[str, float]) -> dict[str, float]:
    """Add the share of views that led to a reaction, which compares what is seen by few and by many."""
    reactions = [row[name] for name in _DERIVED_FROM if name in row]
    if row.get("views") and reactions:
        row["engagement_rate"] = round(sum(reactions) / row["views"], 4)
    return row
