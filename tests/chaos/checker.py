"""What became of the jobs, judged from records that the engine does not write.

The broker's journal says which messages it took, under which ids; the store's history says which states each
job went through. Neither is asked what it believes: the two are compared with what was published.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import psycopg

TERMINAL = ("completed", "failed", "timeout")
#: What is said of a follow-up, under its parent's name, however it ended.
_ENRICHED = "enriched"
#: The subscription of `huntaze-events` whose journal is read; it takes every event.
_WITNESS = "metrics"


@dataclass(frozen=True)
class Findings:
    """Jobs for which a promise was broken; all empty is the only good outcome."""

    #: Published, but in no terminal state.
    lost: set[str] = field(default_factory=set)
    #: More than one terminal state in an epoch, or more than one event (by id) for one.
    doubled: set[str] = field(default_factory=set)
    #: Terminal, but no event says so.
    unannounced: set[str] = field(default_factory=set)
    #: An event says something else than the store.
    contradicted: set[str] = field(default_factory=set)
    #: Known to the store or announced, but never published.
    unexpected: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return any(getattr(self, each.name) for each in fields(self))


def judge(
    published: Iterable[str],
    history: Iterable[tuple[str, int, str]],
    events: Iterable[tuple[str, str, str]],
) -> Findings:
    """Compare what was published with what was recorded and what was announced.

    Args:
        published: job ids, and those of the follow-ups that these jobs ask for.
        history: (job id, epoch, state) in the order they were written.
        events: (job id, message id, status) as the broker took them; the same message may come twice. That
            a parent was enriched is said of its follow-up.
    """
    wanted = set(published)
    ended = [(job_id, epoch, state) for job_id, epoch, state in history if state in TERMINAL]
    ends = Counter((job_id, epoch) for job_id, epoch, _ in ended)
    state_of = {job_id: _ENRICHED if "." in job_id else state for job_id, _, state in ended}
    announced: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for job_id, message_id, status in events:
        announced[job_id][message_id] = status
    return Findings(
        lost=wanted - state_of.keys(),
        doubled={job_id for (job_id, _), count in ends.items() if count > 1}
        | {job_id for job_id, messages in announced.items() if len(messages) > 1},
        unannounced=state_of.keys() - announced.keys(),
        contradicted={
            job_id
            for job_id, messages in announced.items()
            if set(messages.values()) != {state_of.get(job_id)}
        },
        unexpected=(state_of.keys() | announced.keys()) - wanted,
    )


def recorded(database_url: str) -> list[tuple[str, int, str]]:
    """Read every job's states from the store."""
    with psycopg.connect(database_url) as connection:
        query = "SELECT job_id, epoch, state FROM huntaze_workers.job_history ORDER BY id"
        return [(job_id, epoch, state) for job_id, epoch, state in connection.execute(query)]


def announced(journal: Path) -> list[tuple[str, str, str]]:
    """Read every event from the broker's journal; of one that was killed, the last line may be a part."""
    text = journal.read_text()
    lines: list[Mapping[str, Any]] = [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]
    return [
        said(line["properties"], line["messageId"])
        for line in lines
        if line["event"] == "enqueued"
        and line["entity"] == f"huntaze-events/Subscriptions/{_WITNESS}"
        and line["properties"]["status"] != "processing"
    ]


def said(properties: Mapping[str, str], message_id: str) -> tuple[str, str, str]:
    """Return whose end an event announces; an enrichment is named after the follow-up it comes from."""
    if properties["eventType"] == "job.enriched":
        return message_id.rsplit(":", 3)[0], message_id, _ENRICHED
    return properties["jobId"], message_id, properties["status"]
