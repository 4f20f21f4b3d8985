"""What the workers really spent, beside the forecast: per question, so that traffic does not matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from infra.costs.bill import Bill

_MILLION = Decimal(1_000_000)
#: Each worker's tasks in the ledger, and its lines on the bill.
_WORKERS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "chat": (
        frozenset({"chat.suggest", "chat.bank", "route.complexity"}),
        frozenset({"Chat, heavy messages", "Chat, light messages", "Chat, bank of lines"}),
    ),
    "content suggestions": (frozenset({"content.suggest"}), frozenset({"Content suggestions"})),
    "content analysis": (frozenset({"content.look", "content.judge"}), frozenset({"Content analysis"})),
    "video": (
        frozenset({"video.vision", "video.synthesis"}),
        frozenset({"Video, pictures", "Video, synthesis", "Video, reasons"}),
    ),
}

_SPENT = """
SELECT task, count(*), sum(input_tokens), sum(output_tokens), sum(cost_usd_micros)
FROM huntaze_workers.ai_calls WHERE at >= date_trunc('month', now(), 'UTC') GROUP BY task ORDER BY task
"""
_ELAPSED = """
SELECT extract(epoch FROM now() - began) / extract(epoch FROM (began + interval '1 month') - began)
FROM (SELECT date_trunc('month', now(), 'UTC')) AS month (began)
"""


@dataclass(frozen=True, kw_only=True)
class Spent:
    """A task's calls of this month, as the ledger has them."""

    task: str
    calls: int
    input_tokens: int
    output_tokens: int
    usd: Decimal


@dataclass(frozen=True, kw_only=True)
class Held:
    """A worker's forecast beside the ledger."""

    worker: str
    forecast_usd: Decimal
    spent_usd: Decimal
    #: At this pace by the month's end.
    projected_usd: Decimal
    calls: int
    usd_a_call: Decimal
    forecast_usd_a_call: Decimal


def read_ledger(database_url: str) -> tuple[Sequence[Spent], Decimal]:
    """Return this month's calls by task, and the share of the month that has passed.

    Raises:
        psycopg.Error: the database can't be asked.
    """
    import psycopg

    with psycopg.connect(database_url, connect_timeout=10) as connection:
        rows = connection.execute(_SPENT).fetchall()
        elapsed = connection.execute(_ELAPSED).fetchone()
    spent = [
        Spent(task=row[0], calls=row[1], input_tokens=row[2], output_tokens=row[3], usd=row[4] / _MILLION)
        for row in rows
    ]
    return spent, Decimal(elapsed[0] if elapsed else 1)


def held(spent: Sequence[Spent], elapsed: Decimal, forecast: Bill) -> Sequence[Held]:
    """Put each worker's forecast beside what it spent; the tasks of no known worker come last."""
    known = frozenset[str]().union(*(tasks for tasks, _ in _WORKERS.values()))
    return [
        *(
            _held(worker, [each for each in spent if each.task in tasks], elapsed, forecast, lines)
            for worker, (tasks, lines) in _WORKERS.items()
        ),
        _held("other", [each for each in spent if each.task not in known], elapsed, forecast, frozenset()),
    ]


def _held(
    worker: str, spent: Sequence[Spent], elapsed: Decimal, forecast: Bill, names: frozenset[str]
) -> Held:
    usd = sum((each.usd for each in spent), Decimal(0))
    calls = sum(each.calls for each in spent)
    lines = [line for line in forecast.lines if line.name in names]
    planned = sum((line.usd for line in lines), Decimal(0))
    planned_calls = sum((line.quantity for line in lines), Decimal(0))
    return Held(
        worker=worker,
        forecast_usd=planned,
        spent_usd=usd,
        projected_usd=usd / elapsed if elapsed else usd,
        calls=calls,
        usd_a_call=usd / calls if calls else Decimal(0),
        forecast_usd_a_call=planned / planned_calls if planned_calls else Decimal(0),
    )
