"""The founding document's tables, computed again from its own prices and assumptions.

Where a sum of its own figures is not what it says, both are shown: nothing is bent to fit.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("founding.json")
_CENT = Decimal("0.01")


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of a table: what its figures come to, and what the document says."""

    name: str
    low: Decimal
    high: Decimal
    says: str = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table, its last row the total."""

    title: str
    rows: Sequence[Row]
    total: Row
    note: str = ""


def tables() -> Sequence[Table]:
    """Return every table of the document, recomputed."""
    document: dict[str, Any] = json.loads(FILE.read_text())
    aws, workers, models = _aws(document), _workers(document), _models(document)
    return (
        aws,
        workers,
        models,
        _whole(document, aws, workers, models),
        _without_cache(document),
        *_options(document),
        _optimisations(document),
        *_scaling(document),
    )


def _aws(document: dict[str, Any]) -> Table:
    rows = [_row(part["name"], part["low"], part["high"]) for part in document["aws"]]
    return Table(
        title="AWS",
        rows=rows,
        total=_total(rows, says=_range(document["says"]["aws"])),
        note="Its heading says $103-130 for the same rows.",
    )


def _workers(document: dict[str, Any]) -> Table:
    said = document["workers"]
    ep1 = Decimal(said["ep1_hour"]) * said["hours"]
    rows = [
        _row(f"Functions EP1, {said['hours']} h", ep1, ep1),
        _row("Service Bus Standard", said["service_bus"], said["service_bus"]),
    ]
    return Table(title="Workers", rows=rows, total=_total(rows, says=f"${document['says']['workers']}"))


def _models(document: dict[str, Any]) -> Table:
    rows = [_model(part) for part in document["models"]]
    return Table(
        title="Models",
        rows=rows,
        total=_total(
            [_row(part["name"], part["says"], part["says"]) for part in document["models"]],
            says=f"~${document['models_total_says']}",
        ),
        note="The total adds the rounded rows, as there. R1, Mini, Llama and Mistral come without usage.",
    )


def _model(part: dict[str, Any]) -> Row:
    if "calls" in part:
        usd = _calls_usd(part)
    elif "audio_hours" in part:
        usd = Decimal(part["audio_hours"]) * Decimal(part["hour_usd"])
    else:
        usd = Decimal(part["says"])
    return Row(name=part["name"], low=usd, high=usd, says=f"~${part['says']}")


def _calls_usd(part: dict[str, Any], *, paid_percent: int | None = None) -> Decimal:
    each: Decimal = (
        part["input_tokens"] * Decimal(part["input_usd"])
        + part["output_tokens"] * Decimal(part["output_usd"])
    ) / 1000
    percent = part["paid_percent"] if paid_percent is None else paid_percent
    usd: Decimal = part["calls"] * each * percent / 100
    return usd


def _whole(document: dict[str, Any], aws: Table, workers: Table, models: Table) -> Table:
    stated = Decimal(document["models_total_says"])  # the document adds its rounded figure
    rows = [
        Row(name="AWS", low=aws.total.low, high=aws.total.high),
        Row(name="Azure, workers", low=workers.total.low, high=workers.total.high),
        Row(name="Models", low=stated, high=stated, says=f"{models.total.low.quantize(_CENT)} by its rows"),
    ]
    total = _total(rows, says=_range(document["says"]["total"]))
    budget = Decimal(document["budgets"]["total"])
    saved = f"${_whole_usd(budget - total.high)}-{_whole_usd(budget - total.low)}"
    return Table(title="Total", rows=rows, total=total, note=f"Of ${budget:,} are left {saved}.")


def _without_cache(document: dict[str, Any]) -> Table:
    generation = document["models"][0]
    rows = [
        Row(name=f"{100 - paid} % from the cache", low=usd, high=usd)
        for paid in (100, 20, 10)
        for usd in [_calls_usd(generation, paid_percent=paid)]
    ]
    usd = _calls_usd(generation, paid_percent=100)
    total = Row(name="300,000 calls without a cache", low=usd, high=usd, says="$171")
    return Table(title="DeepSeek-V3, by cache hits", rows=rows, total=total)


def _options(document: dict[str, Any]) -> Sequence[Table]:
    return [
        Table(title=f"Option {option['name']}", rows=rows, total=_total(rows, says=_range(option["says"])))
        for option in document["options"]
        for rows in [[_row(*part) for part in option["parts"]]]
    ]


def _optimisations(document: dict[str, Any]) -> Table:
    rows = [_row(part["name"], part["low"], part["high"]) for part in document["optimisations"]]
    return Table(
        title="Optimisations, saved",
        rows=rows,
        total=_total(rows, says=_range(document["optimisations_say"])),
    )


def _scaling(document: dict[str, Any]) -> Sequence[Table]:
    return [
        Table(
            title=f"{step['users']:,} creators",
            rows=rows,
            total=_total(rows, says=_range(step["says"])),
            note="Parts without a price there are left out."
            if not step["says"][1]
            else "Vercel not counted.",
        )
        for step in document["scaling"]
        for rows in [[_row(*part) for part in step["parts"]]]
    ]


def _row(name: str, low: str | Decimal, high: str | Decimal) -> Row:
    return Row(name=name, low=Decimal(low), high=Decimal(high))


def _total(rows: Sequence[Row], *, says: str) -> Row:
    low = sum((row.low for row in rows), Decimal(0))
    high = sum((row.high for row in rows), Decimal(0))
    return Row(name="Total", low=low, high=high, says=says)


def _range(said: Sequence[str]) -> str:
    low, high = said
    if not high:
        return f"> ${low}"
    return f"${low}" if low == high else f"${low}-{high}"


def _whole_usd(usd: Decimal) -> str:
    return f"{usd:.0f}"
