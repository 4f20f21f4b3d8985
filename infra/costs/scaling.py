"""`python -m infra.costs.scaling`: what grows with the creators, what it costs, and which limit is met first.

`--write` puts the tables into docs/scaling.md, between their marks.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from infra.costs.bill import bill
from infra.costs.prices import PriceBook
from infra.costs.usage import Choices, Month, Plan, Usage

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "scaling.md"
_COUNTS = (50, 100, 500, 1_000, 2_000)
_BUDGET_USD = 1_300
#: A new Communication Services account sends so many letters an hour, as far as published.
_LETTERS_AN_HOUR = 100
_CLIENTS_A_UNIT = 1_000
#: `db.t4g.small` takes more; the alarm sounds here (infra/aws).
_CONNECTIONS = 150
#: Three apps, and for a moment their slots, each with a pool of ten on every instance.
_CONNECTIONS_AN_INSTANCE = 60
#: Service Bus Standard throttles beyond some thousand operations a second.
_OPERATIONS_A_SECOND = 1_000
_MOST_CREATORS = 20_000
_STEP = 10


@dataclass(frozen=True, kw_only=True)
class Limit:
    """Something that is used up as creators come."""

    name: str
    capacity: Decimal
    unit: str
    used: Callable[[Month], Decimal]
    #: What to do when it is met.
    then: str


def limits(environment: str) -> list[Limit]:
    """Return the limits that an environment's parameters set, and those of the platforms."""
    parameters = _parameters(environment)
    models = json.loads((ROOT / "infra" / "models.json").read_text())["deployments"]
    capacity = {role: each["capacity"] for each in models for role in each["roles"]}
    return [
        Limit(
            name="Letters an hour, new mail account",
            capacity=Decimal(_LETTERS_AN_HOUR),
            unit="letters an hour at the evening's peak",
            used=lambda month: month.letters / month.usage.days / 24 * month.usage.platform.evening_peak,
            then="ask Microsoft for a higher rate, from a domain of one's own",
        ),
        Limit(
            name="Money",
            capacity=Decimal(_BUDGET_USD),
            unit="dollars a month, all of it",
            used=lambda month: bill(month, PriceBook.read(), _today()).usd,
            then="raise `budgetUsd` in environments.json; look at the optimisations in [costs.md](costs.md)",
        ),
        Limit(
            name="Instances of the plan",
            capacity=Decimal(parameters["maximumWorkers"]),
            unit="EP1 instances at the evening's peak",
            used=lambda month: Decimal(month.instances),
            then="raise `maximumWorkers` (20 at most on Linux), or `planSku` to EP2",
        ),
        Limit(
            name="Quota of the model that writes",
            capacity=Decimal(capacity["generation"]) * 1000,
            unit="tokens a minute at the evening's peak",
            used=_generation_tokens,
            then="raise its `capacity` in models.json; ask for quota",
        ),
        Limit(
            name="SignalR, one unit",
            capacity=Decimal(_CLIENTS_A_UNIT),
            unit="open connections",
            used=lambda month: Decimal(month.open_clients),
            then="raise `capacity` in realtime.bicep",
        ),
        Limit(
            name="Connections to PostgreSQL",
            capacity=Decimal(_CONNECTIONS),
            unit="connections while a swap runs",
            used=lambda month: Decimal(month.instances * _CONNECTIONS_AN_INSTANCE),
            then="`DatabaseClass` db.t4g.medium, or a smaller `DATABASE_POOL_SIZE`",
        ),
        Limit(
            name="Service Bus Standard",
            capacity=Decimal(_OPERATIONS_A_SECOND),
            unit="operations a second at the evening's peak",
            used=lambda month: (
                month.operations / month.usage.days / 86_400 * month.usage.platform.evening_peak
            ),
            then="Premium, at $677 a month: several times what all the rest of the platform costs",
        ),
    ]


def met_at(limit: Limit, usage: Usage) -> int | None:
    """Return the number of creators at which a limit is passed; `None`: not within reason."""
    low, high = 0, _MOST_CREATORS // _STEP
    if limit.used(_month(usage, high * _STEP)) <= limit.capacity:
        return None
    while low + 1 < high:
        middle = (low + high) // 2
        if limit.used(_month(usage, middle * _STEP)) > limit.capacity:
            high = middle
        else:
            low = middle
    return high * _STEP


def page(environment: str = "beta") -> str:
    """Return both tables, as they stand in the page."""
    return "\n".join([*_costs(), "", *_limits(environment)])


def written(text: str) -> str:
    """Return the page with its tables as they should be."""
    begin, end = "<!-- figures -->\n", "\n<!-- /figures -->"
    before, rest = text.split(begin)
    return f"{before}{begin}{page()}{end}{rest.split(end)[1]}"


def _costs() -> Iterator[str]:
    usage, book = Usage.read(), PriceBook.read()
    yield "| creators | EP1 | Flex | of it AWS | Azure | models | EP1 instances at the evening's peak |"
    yield "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for count in _COUNTS:
        month = _month(usage, count)
        total = bill(month, book, _today())
        flex = bill(replace(month, choices=replace(month.choices, plan=Plan.FLEX)), book, _today())
        groups = {line.group for line in total.lines}
        parts = {group.value: total.group_usd(group) for group in groups}
        row = [total.usd, flex.usd, parts["AWS"], parts["Azure"], parts["Models"]]
        yield f"| {count:,} | {' | '.join(f'${value:,.0f}' for value in row)} | {month.instances} |"


def _limits(environment: str) -> Iterator[str]:
    usage = Usage.read()
    found = [(met_at(limit, usage), limit) for limit in limits(environment)]
    yield "| met at creators | limit | holds | then |"
    yield "| ---: | --- | --- | --- |"
    for creators, limit in sorted(found, key=lambda each: each[0] or _MOST_CREATORS):
        shown = f"{creators:,}" if creators else f"beyond {_MOST_CREATORS:,}"
        yield f"| {shown} | {limit.name} | {limit.capacity:,.0f} {limit.unit} | {limit.then} |"


def _generation_tokens(month: Month) -> Decimal:
    """Return what the model that writes is asked, tokens a minute in the busiest hour."""
    usage = month.usage
    chat, video, content = usage.chat, usage.video, usage.content
    tokens = (
        month.heavy_calls * (chat.heavy_input_tokens + chat.heavy_output_tokens)
        + month.bank_calls * (chat.bank_input_tokens + chat.bank_output_tokens)
        + month.videos * (video.synthesis_input_tokens + video.synthesis_output_tokens)
        + month.suggestions * (content.suggestion_input_tokens + content.suggestion_output_tokens)
    )
    return tokens / usage.days / 1_440 * usage.platform.evening_peak


def _month(usage: Usage, creators: int) -> Month:
    return Month(usage=usage, creators=creators, choices=Choices())


def _parameters(environment: str) -> dict[str, int]:
    said = json.loads((ROOT / "infra" / "azure" / "params" / f"{environment}.json").read_text())["parameters"]
    return {name: each["value"] for name, each in said.items()}


def _today() -> date:
    """Return the day whose models answer: the page is written once, so it is a fixed one."""
    return datetime(2026, 11, 25, tzinfo=UTC).date()


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables, or write them into the page."""
    parser = argparse.ArgumentParser(prog="python -m infra.costs.scaling", description=__doc__)
    parser.add_argument("--write", action="store_true", help="put them into docs/scaling.md")
    if parser.parse_args(arguments).write:
        PAGE.write_text(written(PAGE.read_text()))
    else:
        sys.stdout.write(f"{page()}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
