"""`python -m infra.costs`: what a month costs, why, and whether it fits the budget.

Exit status 0: within the budget; 1: above it; 2: the question makes no sense; 3: the ledger can't be read.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from rich.console import Console

from infra.costs import report
from infra.costs.bill import Bill, bill
from infra.costs.chart import chart
from infra.costs.comparing import differences
from infra.costs.founding import tables
from infra.costs.optimisations import optimisations
from infra.costs.prices import PriceBook
from infra.costs.usage import Choices, Month, Plan, Reach, Usage

#: The founding document's budget for everything.
_BUDGET_USD = Decimal(1300)
_ABOVE, _UNREADABLE = 1, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer the command line; return the exit status."""
    asked = _parser().parse_args(arguments)
    console = Console(width=asked.width)
    if asked.as_seed:
        _founding(console, as_json=asked.json)
        return 0
    book, usage, today = PriceBook.read(), Usage.read(), asked.on or datetime.now(tz=UTC).date()
    month = Month(usage=usage, creators=asked.creators, choices=_choices(asked))
    counts = sorted({asked.creators, *usage.creators})
    bills = {count: bill(replace(month, creators=count), book, today) for count in counts}
    if asked.chart:
        asked.chart.write_text(chart(bills))
    if asked.ledger:
        return _ledger(console, bills[asked.creators])
    found = optimisations(month, book, today)
    if asked.json:
        print(json.dumps(report.as_json(bills, found), indent=2))  # noqa: T201 - the answer
    else:
        console.print(report.bill_table(bills[asked.creators], f"{asked.creators:,} creators"))
        console.print(report.difference_table(differences(bills[asked.creators])))
        console.print(report.optimisation_table(found))
        console.print("  ".join(f"{count:,} creators ${each.usd:,.2f}" for count, each in bills.items()))
    return _judged(console, bills[asked.creators], asked.budget)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m infra.costs", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--creators", type=_positive, default=50, help="how many creators (50)")
    parser.add_argument("--plan", type=Plan, choices=list(Plan), default=Plan.EP1)
    parser.add_argument(
        "--reach", type=Reach, choices=list(Reach), default=Choices.reach, help="the way to the cache"
    )
    parser.add_argument(
        "--hit-percent", type=_percent, default=None, help="calls that the answer cache spares"
    )
    parser.add_argument("--month", type=_positive, default=1, help="months since the first upload (1)")
    parser.add_argument("--budget", type=_dollars, default=_BUDGET_USD, help="dollars a month (1300)")
    parser.add_argument("--on", type=date.fromisoformat, help="the day whose models answer (today)")
    parser.add_argument(
        "--as-seed", action="store_true", help="the founding document's tables, by its own figures"
    )
    parser.add_argument(
        "--ledger", action="store_true", help="beside what the workers spent, from DATABASE_URL"
    )
    parser.add_argument("--chart", type=Path, help="where to write the picture, an SVG")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--width", type=_positive, default=None, help=argparse.SUPPRESS)
    return parser


def _choices(asked: argparse.Namespace) -> Choices:
    chosen = Choices(plan=asked.plan, reach=asked.reach, month=asked.month)
    return chosen if asked.hit_percent is None else replace(chosen, hit_share=asked.hit_percent / 100)


def _founding(console: Console, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(report.founding_json(tables()), indent=2))  # noqa: T201 - the answer
    else:
        console.print(report.founding_tables(tables()))


def _ledger(console: Console, forecast: Bill) -> int:
    import psycopg

    from infra.costs.ledger import held, read_ledger

    url = os.environ.get("DATABASE_URL", "")
    if not url:
        print("Set DATABASE_URL to the workers' database.", file=sys.stderr)  # noqa: T201 - a command line
        return _UNREADABLE
    try:
        spent, elapsed = read_ledger(url)
    except psycopg.Error as error:
        print(f"The ledger can't be read: {type(error).__name__}.", file=sys.stderr)  # noqa: T201 - a command line
        return _UNREADABLE
    console.print(report.ledger_table(held(spent, elapsed, forecast)))
    return 0


def _judged(console: Console, forecast: Bill, budget: Decimal) -> int:
    if forecast.usd <= budget:
        return 0
    Console(stderr=True, width=console.width).print(
        f"${forecast.usd:,.2f} is above the budget of ${budget:,.2f}."
    )
    return _ABOVE


def _positive(text: str) -> int:
    number = int(text)
    if not 0 < number <= 1_000_000:  # noqa: PLR2004 - more people than any such service has
        raise argparse.ArgumentTypeError("has to be a whole number from 1 to 1,000,000")
    return number


def _percent(text: str) -> Decimal:
    number = _dollars(text)
    if number > 100:  # noqa: PLR2004 - a percentage
        raise argparse.ArgumentTypeError("has to be from 0 to 100")
    return number


def _dollars(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number < 0:
        raise argparse.ArgumentTypeError("has to be a number, and not negative")
    return number


if __name__ == "__main__":
    sys.exit(main())
