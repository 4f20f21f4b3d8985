"""The figures as a person reads them, and as a program does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.table import Table as RichTable

from infra.costs.bill import Bill, Group
from infra.costs.comparing import Difference, differences
from infra.costs.founding import Table
from infra.costs.ledger import Held
from infra.costs.optimisations import Optimisation

UNVERIFIED = (
    "Prices marked * were not read from a price list of our regions: check them before you promise them."
)


def bill_table(bill: Bill, title: str) -> RenderableType:
    """Show a bill, line by line, with a total for each invoice."""
    table = RichTable(title=title, title_justify="left", title_style="bold")
    table.add_column("position")
    table.add_column("quantity", justify="right")
    table.add_column("unit", style="dim")
    table.add_column("$ a month", justify="right")
    for group in Group:
        for line in (line for line in bill.lines if line.group is group):
            unit = line.unit if line.fixed else f"{line.unit}  by use"
            mark = "*" if line.unverified else ""
            table.add_row(line.name, _quantity(line.quantity), unit, _usd(line.usd) + mark)
        table.add_row(group.value, "", "", _usd(bill.group_usd(group)), style="bold", end_section=True)
    table.add_row("Total", "", "", _usd(bill.usd), style="bold")
    return Stack(table, UNVERIFIED)


def difference_table(found: Sequence[Difference]) -> RenderableType:
    """Show the founding document's figures beside ours."""
    table = RichTable(title="Beside the founding document", title_justify="left", title_style="bold")
    table.add_column("position")
    table.add_column("document", justify="right")
    table.add_column("ours", justify="right")
    table.add_column("why", style="dim")
    for each in found:
        table.add_row(each.name, each.founding, _usd(each.ours_usd), each.why)
    return table


def optimisation_table(found: Sequence[Optimisation]) -> RenderableType:
    """Show what each optimisation is worth."""
    table = RichTable(title="The five optimisations", title_justify="left", title_style="bold")
    for name in ("optimisation", "document", "without", "with", "saved", "note"):
        table.add_column(name, justify="left" if name in {"optimisation", "note"} else "right")
    for each in found:
        table.add_row(
            each.name,
            each.expected,
            _usd(each.without_usd),
            _usd(each.with_usd),
            _usd(each.saved_usd),
            each.note,
        )
    return table


def founding_tables(tables: Sequence[Table]) -> RenderableType:
    """Show the founding document's tables as its own figures make them."""
    shown = []
    for each in tables:
        table = RichTable(
            title=each.title, title_justify="left", title_style="bold", caption=each.note or None
        )
        table.add_column("position")
        table.add_column("$ a month", justify="right")
        table.add_column("the document says", justify="right", style="dim")
        for row in each.rows:
            table.add_row(row.name, _range(row.low, row.high), row.says)
        table.add_row(each.total.name, _range(each.total.low, each.total.high), each.total.says, style="bold")
        shown.append(table)
    return Stack(*shown)


def ledger_table(found: Sequence[Held]) -> RenderableType:
    """Show what was spent beside the forecast."""
    table = RichTable(title="The ledger, this month (UTC)", title_justify="left", title_style="bold")
    for name in ("worker", "calls", "spent $", "at this pace $", "forecast $", "$ a call", "forecast"):
        table.add_column(name, justify="left" if name == "worker" else "right")
    for each in found:
        table.add_row(
            each.worker,
            f"{each.calls:,}",
            _usd(each.spent_usd),
            _usd(each.projected_usd),
            _usd(each.forecast_usd),
            f"{each.usd_a_call:.6f}",
            f"{each.forecast_usd_a_call:.6f}",
        )
    return table


def as_json(bills: Mapping[int, Bill], found: Sequence[Optimisation]) -> dict[str, Any]:
    """Return everything for a program; dollars are text with their decimals."""
    return {
        "bills": {
            str(creators): {
                "usd": _usd(bill.usd),
                "groups": {group.value: _usd(bill.group_usd(group)) for group in Group},
                "lines": [
                    {
                        "group": line.group.value,
                        "name": line.name,
                        "quantity": f"{line.quantity:f}",
                        "unit": line.unit,
                        "usd": _usd(line.usd),
                        "fixed": line.fixed,
                        "unverified": line.unverified,
                    }
                    for line in bill.lines
                ],
                "founding": [
                    {
                        "name": each.name,
                        "founding": each.founding,
                        "usd": _usd(each.ours_usd),
                        "why": each.why,
                    }
                    for each in differences(bill)
                ],
            }
            for creators, bill in bills.items()
        },
        "optimisations": [
            {
                "name": each.name,
                "founding": each.expected,
                "savedUsd": _usd(each.saved_usd),
                "note": each.note,
            }
            for each in found
        ],
    }


def founding_json(tables: Sequence[Table]) -> list[dict[str, Any]]:
    """Return the founding document's tables for a program."""
    return [
        {
            "title": each.title,
            "rows": [_row(row.name, row.low, row.high, row.says) for row in each.rows],
            "total": _row(each.total.name, each.total.low, each.total.high, each.total.says),
            "note": each.note,
        }
        for each in tables
    ]


def _row(name: str, low: Decimal, high: Decimal, says: str) -> dict[str, str]:
    return {"name": name, "lowUsd": _usd(low), "highUsd": _usd(high), "says": says}


def _usd(usd: Decimal) -> str:
    return f"{usd:.2f}"


def _quantity(quantity: Decimal) -> str:
    return f"{quantity:,.0f}" if quantity == quantity.to_integral_value() else f"{quantity:,.2f}"


def _range(low: Decimal, high: Decimal) -> str:
    return _usd(low) if low == high else f"{_usd(low)}-{_usd(high)}"
