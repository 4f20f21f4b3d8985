"""Whatever is published, the app ends it at its first delivery, says so once, and quotes nothing."""

from __future__ import annotations

import os
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.amqp import AmqpAnnotatedMessage
from psycopg.rows import DictRow

from shared.messaging.sanitising import storable_text
from tests.e2e.app import App, Event
from tests.e2e.corpus.encodings import encodings
from tests.e2e.corpus.fields import fields
from tests.e2e.corpus.identities import identities
from tests.e2e.corpus.numbers import numbers
from tests.e2e.corpus.properties import properties
from tests.e2e.corpus.structures import structures
from tests.e2e.corpus.texts import texts
from tests.e2e.hostile import Fate, Hostile, forms_of, marker_of

CORPUS = [
    each
    for family in (encodings, fields, identities, numbers, properties, structures, texts)
    for each in family()
]
BY_NAME = {each.name: each for each in CORPUS}

_SUBSCRIPTION = "chat-suggestions"
#: Its limit in the topology: a refused message comes back this often, and is refused each time.
_DELIVERIES = 5
_JOBS = """
    SELECT job_id, creator_id, state, due_at, result, error_code, error_message FROM huntaze_workers.jobs
"""
_SMALL_BYTES = 3_000
_BATCH = 50
_CODES = {"INVALID_PAYLOAD", "TIMEOUT"}
#: A person reads it on a phone.
_REASON = re.compile(r"[A-Za-z][\x20-\x7e]{10,499}")


@dataclass(frozen=True, kw_only=True)
class Aftermath:
    """What is there once every message of the corpus has come to its end."""

    published_at: datetime
    seconds: float
    jobs: Mapping[str, DictRow]
    states: Mapping[str, Sequence[str]]
    quarantine: Mapping[str, DictRow]
    events: Mapping[str, Sequence[Event]]
    #: How often each message lies in the dead-letter queue.
    dead: Mapping[str, int]


@pytest.fixture(scope="module")
def aftermath(app: App) -> Aftermath:
    """Publish the corpus, and wait until the app is done with it."""
    published_at, began = datetime.now(UTC), time.monotonic()
    for messages in _batches():
        app.send(*messages)
    app.until(lambda: not app.waiting(_SUBSCRIPTION), "every message has left", within_seconds=120)
    app.until(lambda: not _unsent(app), "every event is sent")
    states = defaultdict(list)
    for row in app.rows("SELECT job_id, state FROM huntaze_workers.job_history ORDER BY id"):
        states[row["job_id"]].append(row["state"])
    events = defaultdict(list)
    for event in app.events():
        events[event.body["jobId"]].append(event)
    return Aftermath(
        published_at=published_at,
        seconds=time.monotonic() - began,
        jobs={row["job_id"]: row for row in app.rows(_JOBS)},
        states=states,
        quarantine={row["message_id"]: row for row in app.rows("SELECT * FROM huntaze_workers.quarantine")},
        events=events,
        dead=Counter(storable_text(str(message.message_id)) for message in app.dead_letters(_SUBSCRIPTION)),
    )


@pytest.mark.parametrize("name", BY_NAME)
def test_it_ends_as_it_must(aftermath: Aftermath, name: str) -> None:
    """One terminal state, one event for it, and a dead letter if the job did not complete."""
    hostile = BY_NAME[name]
    assert aftermath.dead.get(hostile.message_id, 0) == (hostile.fate is not Fate.COMPLETED)
    if hostile.fate is Fate.REFUSED:
        _check_quarantine(aftermath, hostile)
    else:
        assert hostile.message_id not in aftermath.quarantine
    if hostile.job_id is not None:
        _check_job(aftermath, hostile, hostile.job_id)
        _check_event(aftermath, hostile, hostile.job_id)


def _check_quarantine(aftermath: Aftermath, hostile: Hostile) -> None:
    row = aftermath.quarantine[hostile.message_id]
    assert row["error_code"] == "INVALID_PAYLOAD"
    assert _REASON.fullmatch(row["reason"])
    assert (row["job_id"], row["subscription"]) == (hostile.job_id, _SUBSCRIPTION)
    assert row["deliveries"] == _DELIVERIES
    assert 0 <= (row["first_at"] - aftermath.published_at).total_seconds() < aftermath.seconds


def _check_job(aftermath: Aftermath, hostile: Hostile, job_id: str) -> None:
    row = aftermath.jobs[job_id]
    ended = Fate.FAILED if hostile.fate is Fate.REFUSED else hostile.fate
    begun = [] if hostile.fate is Fate.REFUSED else ["running"]
    assert aftermath.states[job_id] == [*begun, ended.value]
    assert row["state"] == ended.value
    assert row["due_at"] is None
    if hostile.fate is Fate.COMPLETED:
        assert (row["error_code"], row["error_message"]) == (None, None)
        assert len({suggestion["text"] for suggestion in row["result"]["suggestions"]}) == 3
    else:
        assert row["error_code"] in _CODES
        assert _REASON.fullmatch(row["error_message"])


def _check_event(aftermath: Aftermath, hostile: Hostile, job_id: str) -> None:
    row = aftermath.jobs[job_id]
    [event] = aftermath.events[job_id]
    assert event.body["status"] == event.properties["status"] == row["state"]
    assert event.body["eventType"] == event.properties["eventType"] == f"job.{row['state']}"
    assert event.body.get("creatorId", "") == event.properties.get("creatorId", "") == row["creator_id"]
    if hostile.fate is not Fate.COMPLETED:
        assert event.body["error"] == {"code": row["error_code"], "message": row["error_message"]}


def test_nothing_is_stuck(app: App, aftermath: Aftermath) -> None:
    """No message, no job and no event waits for anything."""
    assert app.waiting(_SUBSCRIPTION) == []
    unrouted = {str(message.message_id) for message in app.waiting("unrouted")}
    assert not unrouted & {each.message_id for each in CORPUS}
    assert app.rows("SELECT job_id FROM huntaze_workers.jobs WHERE due_at IS NOT NULL") == []
    assert _unsent(app) == []
    assert sum(aftermath.dead[each.message_id] for each in CORPUS) == sum(
        each.fate is not Fate.COMPLETED for each in CORPUS
    )


def test_every_job_has_ended_once(aftermath: Aftermath) -> None:
    """Those of the corpus, and no others."""
    known = {each.job_id for each in CORPUS if each.job_id is not None}
    hostile = {event.body["jobId"] for name in known for event in aftermath.events[name]}
    assert known == hostile


@pytest.mark.usefixtures("aftermath")
def test_nothing_that_a_fan_wrote_is_in_the_log(app: App) -> None:
    """Neither as it is nor in base64, in hexadecimal digits or dumped as UTF-16."""
    log = app.log
    assert [name for name in BY_NAME for form in forms_of(marker_of(name)) if form in log] == []


def test_no_reason_quotes_what_a_fan_wrote(aftermath: Aftermath) -> None:
    """Neither in a column nor in an event."""
    told = [row["reason"] for row in aftermath.quarantine.values()]
    told += [row["error_message"] or "" for row in aftermath.jobs.values()]
    told += [event.body["message"] for events in aftermath.events.values() for event in events]
    everything = "\n".join(told).encode()
    assert [name for name in BY_NAME for form in forms_of(marker_of(name)) if form in everything] == []


@pytest.mark.usefixtures("aftermath")
def test_the_host_goes_on(app: App) -> None:
    """It is the same process, it was never restarted, and it still does its work."""
    os.kill(app.hosted.pid, 0)
    assert app.log.count(b"READY ") == 1
    assert app.wait_for_job(app.publish("Is anybody there?"))["state"] == "completed"


def _batches() -> Iterator[Sequence[ServiceBusMessage | AmqpAnnotatedMessage]]:
    """Send what is small together: our SDK takes its time for each send."""
    small = [each.message for each in CORPUS if each.size < _SMALL_BYTES]
    yield from (small[start : start + _BATCH] for start in range(0, len(small), _BATCH))
    yield from ([each.message] for each in CORPUS if each.size >= _SMALL_BYTES)


def _unsent(app: App) -> Sequence[DictRow]:
    return app.rows("SELECT message_id FROM huntaze_workers.outbox WHERE sent_at IS NULL")
