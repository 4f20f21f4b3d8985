"""What became of a run's jobs and effects, in Jepsen's words, from logs that the engine does not write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from proof.clients import lines_of
from shared.webhooks.port import Endpoint, delivery_id_of
from tests.chaos import checker
from tests.chaos.checker import Findings

WITNESS = "huntaze-events/Subscriptions/metrics"
WEBHOOKS = "huntaze-events/Subscriptions/notify-webhook"


@dataclass(kw_only=True)
class Accounts:
    """The figures of a run; `broken` names the promises that were not kept."""

    #: Jobs of which the broker said that it has them, and follow-ups of completed ones.
    acknowledged: int
    #: Acknowledged, and in no terminal state.
    lost: int
    #: Terminal twice in an epoch, or announced in two ways.
    duplicated: int
    #: Terminal or announced, and never asked for.
    unexpected: int
    #: Nobody knew whether the broker took them, and they came out.
    recovered: int
    #: Terminal, and no consumer nor the broker's own journal has an event of it.
    unannounced: int
    #: Announced as something else than is recorded.
    contradicted: int
    terminal: dict[str, int] = field(default_factory=dict)
    #: Class T, in our database: ledger entries, and jobs with more of them than calls.
    ledger_entries: int = 0
    ledger_doubled: int = 0
    #: Calls that the model was asked for, from its own log, and jobs for which it was asked more than once.
    model_calls: int = 0
    model_repeated: int = 0
    #: Class K: what the receiver heard, by its own log.
    webhooks_due: int = 0
    webhooks_missing: int = 0
    #: Heard under an id that no event has: a receiver can't recognise it.
    webhooks_doubled: int = 0
    #: Heard again under the same id: the receiver recognises it.
    webhooks_absorbed: int = 0
    #: Events delivered again to the consumer, under the same id.
    events_repeated: int = 0
    #: Events that only the broker's journal has: it was killed with them.
    events_gone_with_broker: int = 0
    examples: dict[str, list[str]] = field(default_factory=dict)

    @property
    def broken(self) -> list[str]:
        """Return the promises that were broken."""
        promises = (
            *("lost", "duplicated", "unexpected", "unannounced", "contradicted"),
            *("ledger_doubled", "webhooks_missing", "webhooks_doubled"),
        )
        return [name for name in promises if getattr(self, name)]

    def as_json(self) -> dict[str, Any]:
        """Return all of it."""
        return {**asdict(self), "broken": self.broken}


@dataclass(frozen=True, kw_only=True)
class Records:
    """Where the independent records are."""

    database_url: str
    journals: Sequence[Path]
    consumer: Path
    model: Path
    #: How often the webhooks' receiver heard each id.
    heard: Mapping[str, int] = field(default_factory=dict)
    #: The endpoint of each creator that has one.
    endpoints: Mapping[str, Endpoint] = field(default_factory=dict)


def account(
    acknowledged: Iterable[str],
    unknown: Iterable[str],
    attempted: Iterable[str],
    records: Records,
    *,
    only: Container[str] | None = None,
) -> Accounts:
    """Compare what was asked for with what every record says.

    Args:
        acknowledged: jobs that the broker said it has.
        unknown: jobs of which nobody knows whether it has them.
        attempted: all that were ever sent.
        records: the independent records.
        only: jobs that are looked at, where several runs share their services; all by default.
    """
    history = [row for row in checker.recorded(records.database_url) if only is None or row[0] in only]
    consumed = [_event(line) for line in lines_of(records.consumer)]
    journalled = [event for journal in records.journals for event in checker.announced(journal)]
    events = [event for event in (*consumed, *journalled) if event and (only is None or event[0] in only)]
    sure, doubtful, asked = set(acknowledged), set(unknown), set(attempted)
    follow_ups = {job_id for job_id, _, _ in history if job_id.rpartition(".")[0] in asked}
    came_out = {job_id for job_id, _, state in history if state in checker.TERMINAL}
    recovered = doubtful & came_out
    findings = checker.judge(sure | follow_ups | recovered, history, events)
    states = Counter(state for _, _, state in history if state in checker.TERMINAL)
    accounts = Accounts(
        acknowledged=len(sure | follow_ups),
        lost=len(findings.lost),
        duplicated=len(findings.doubled),
        unexpected=len(findings.unexpected),
        recovered=len(recovered),
        unannounced=len(findings.unannounced),
        contradicted=len(findings.contradicted),
        terminal=dict(states),
        events_repeated=len(consumed) - len({line["messageId"] for line in lines_of(records.consumer)}),
        events_gone_with_broker=len({e[1] for e in journalled} - {e[1] for e in consumed if e}),
        examples=_examples(findings),
    )
    _account_for_money(accounts, records)
    _account_for_webhooks(accounts, records, events)
    return accounts


def _event(line: Mapping[str, Any]) -> tuple[str, str, str] | None:
    if line["properties"].get("status") == "processing":
        return None
    return checker.said(line["properties"], line["messageId"])


def _examples(findings: Findings) -> dict[str, list[str]]:
    return {name: sorted(jobs)[:5] for name, jobs in vars(findings).items() if jobs}


def _account_for_money(accounts: Accounts, records: Records) -> None:
    """Class T: nothing is in the ledger that was not asked of the model, by the model's own log."""
    calls = Counter(records.model.read_text().split()) if records.model.exists() else Counter[str]()
    query = "SELECT job_id, count(*) FROM huntaze_workers.ai_calls WHERE job_id NOT LIKE '%.%' GROUP BY 1"
    with psycopg.connect(records.database_url) as connection:
        ledger: dict[str, int] = dict(connection.execute(query).fetchall())
    accounts.ledger_entries = sum(ledger.values())
    accounts.ledger_doubled = sum(count > calls[job_id] for job_id, count in ledger.items()) if calls else 0
    accounts.model_calls = calls.total()
    accounts.model_repeated = sum(count > 1 for count in calls.values())


def _account_for_webhooks(
    accounts: Accounts, records: Records, events: Iterable[tuple[str, str, str]]
) -> None:
    """Class K: each event that the worker of webhooks was handed is heard, under an id made from its own."""
    if not records.endpoints:
        return
    handed = {message_id for journal in records.journals for message_id in _handed(journal)}
    creator_of = _creators(records.database_url)
    due, possible = set(), set()
    told = {message_id: job_id for job_id, message_id, _ in events}
    for message_id, job_id in told.items():
        if endpoint := records.endpoints.get(creator_of.get(job_id, "")):
            delivery = delivery_id_of(message_id, endpoint.endpoint_id)
            possible.add(delivery)
            if message_id in handed:
                due.add(delivery)
    heard = set(records.heard)
    accounts.webhooks_due = len(due)
    accounts.webhooks_missing = len(due - heard)
    accounts.webhooks_doubled = len(heard - possible)
    accounts.webhooks_absorbed = sum(count - 1 for count in records.heard.values())


def _handed(journal: Path) -> Iterable[str]:
    return (
        line["messageId"]
        for line in lines_of(journal)
        if line["event"] == "settled" and line["outcome"] == "completed" and line["entity"] == WEBHOOKS
    )


def _creators(database_url: str) -> dict[str, str]:
    with psycopg.connect(database_url) as connection:
        return dict(connection.execute("SELECT job_id, creator_id FROM huntaze_workers.jobs").fetchall())
