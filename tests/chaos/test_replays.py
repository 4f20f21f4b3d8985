"""Thousands of dead letters replayed while their drivers are killed, the operation started twice.

`REPLAY_LETTERS` says how many (`make replay`: 5,000), `REPLAY_KILL_SECONDS` how often drivers die.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import psycopg
import pytest
from azure.servicebus import ServiceBusClient, ServiceBusMessage

from infra.local import broker
from infra.local.broker import PRODUCTION_TOPOLOGY
from shared.dead_letters.judging import Outcome
from shared.dead_letters.letters import Source
from shared.dead_letters.options import Options
from shared.dead_letters.postgres_replays import PostgresReplays
from shared.dead_letters.replays import Ending, Kind, NewOperation, Operation, Phase
from shared.messaging.decoding import payload_hash
from shared.persistence.database import Database
from tests.chaos.replay_hosting import drive_for_ever
from tests.dead_letter_world import CHAT

LETTERS = int(os.environ.get("REPLAY_LETTERS", "60"))
KILL_SECONDS = float(os.environ.get("REPLAY_KILL_SECONDS", "1"))
_MANY = 1_000
RATE_PER_SECOND = 100.0 if LETTERS > _MANY else 25.0
#: As long as a stretch of time in which the rate is counted.
_WINDOW_SECONDS = 10.0
_PAYLOAD = {"fanMessage": "hi"}
_MODEL = {"azure_ai_endpoint": "http://127.0.0.1:9/models", "azure_ai_key": "nobody"}
_SENT_AT_ONCE = 100

pytestmark = pytest.mark.timeout(240 + LETTERS / 5)


@dataclass(frozen=True, kw_only=True)
class Site:
    """A broker with duplicate detection whose journal is read, and a database."""

    connection: str
    database_url: str
    journal: Path

    @property
    def settings(self) -> Mapping[str, Any]:
        """Return what a driver's process needs."""
        return {
            "servicebus_connection": self.connection,
            "database_url": self.database_url,
            "sweep_after_seconds": 1.0,
            "database_pool_size": 4,
            **_MODEL,
        }

    def arrivals(self) -> list[tuple[float, str]]:
        """Return when which message came to lie in the subscription, in the order of time."""
        lines = [json.loads(line) for line in self.journal.read_text().splitlines() if line.endswith("}")]
        path = f"{CHAT.topic}/Subscriptions/{CHAT.subscription}"
        return [
            (line["at"], line["messageId"])
            for line in lines
            if line.get("event") == "enqueued" and line.get("entity") == path and ":r" in line["messageId"]
        ]


@pytest.fixture
def site(tmp_path: Path, database_url: str) -> Iterator[Site]:
    """Locks end after two seconds: those of a driver that was killed are in nobody's way for long."""
    topology = json.loads(PRODUCTION_TOPOLOGY.read_text())
    for topic in topology["UserConfig"]["Namespaces"][0]["Topics"]:
        topic["Properties"]["RequiresDuplicateDetection"] = True
        for subscription in topic["Subscriptions"]:
            properties = {"LockDuration": "PT2S", "MaxDeliveryCount": 50, "DefaultMessageTimeToLive": "PT1H"}
            subscription["Properties"].update(properties)
    (tmp_path / "topology.json").write_text(json.dumps(topology))
    journal = tmp_path / "journal"
    with broker.running(tmp_path, topology=tmp_path / "topology.json", log=journal) as connection:
        site = Site(connection=connection, database_url=database_url, journal=journal)
        _fill(site)
        yield site


def _fill(site: Site) -> None:
    """Let jobs have failed, and their messages lie among the dead."""
    names = [f"job_{number}" for number in range(LETTERS)]
    with ServiceBusClient.from_connection_string(site.connection) as client:
        with client.get_topic_sender(CHAT.topic.value) as sender:
            for first in range(0, LETTERS, _SENT_AT_ONCE):
                sender.send_messages([_message(name) for name in names[first : first + _SENT_AT_ONCE]])
        with client.get_subscription_receiver(CHAT.topic.value, CHAT.subscription) as receiver:
            left = LETTERS
            while left:
                received = receiver.receive_messages(_SENT_AT_ONCE, max_wait_time=5)
                for message in received:
                    receiver.dead_letter_message(message, reason="MaxDeliveryCountExceeded")
                left -= len(received)
    digest = payload_hash("chat.suggest", "7", _PAYLOAD)
    with psycopg.connect(site.database_url) as connection:
        connection.cursor().executemany(
            """INSERT INTO huntaze_workers.jobs
               (job_id, job_type, creator_id, body, properties, payload_hash, state, epoch, attempt, fence,
                claims, deadline_ms, deadline_at, error_code, error_message)
               VALUES (%s, 'chat.suggest', '7', '', '{}', %s, 'failed', 0, 0, 1, 1, 90000, now(),
                       'MODEL_ERROR', 'The AI model gave no usable answer.')""",
            [(name, digest) for name in names],
        )


def _message(name: str) -> ServiceBusMessage:
    body = {"jobId": name, "jobType": "chat.suggest", "creatorId": "7", "payload": _PAYLOAD}
    properties: dict[Any, Any] = {"jobType": "chat.suggest", "jobId": name, "creatorId": "7"}
    return ServiceBusMessage(
        json.dumps(body), message_id=name, application_properties=properties, content_type="application/json"
    )


class Drivers:
    """Two drivers; each is a process of its own, forked from one that has everything imported."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["tests.chaos.replay_hosting"])
        self._running: list[BaseProcess] = []

    def start(self) -> None:
        """Start one more."""
        process = self._context.Process(target=drive_for_ever, args=(self._settings,))
        process.start()
        self._running.append(process)

    def kill(self) -> None:
        """Kill the one that has run the longest."""
        victim = self._running.pop(0)
        victim.kill()
        victim.join()


@contextmanager
def _drivers(settings: Mapping[str, Any]) -> Iterator[Drivers]:
    drivers = Drivers(settings)
    drivers.start()
    drivers.start()
    try:
        yield drivers
    finally:
        drivers.kill()
        drivers.kill()


@asynccontextmanager
async def _replays(site: Site) -> AsyncIterator[PostgresReplays]:
    database = Database(site.database_url, pool_size=2, timeout_seconds=20, patience_seconds=60)
    await database.open()
    yield PostgresReplays(database, sweep_after_seconds=1.0)
    await database.close()


def _asked() -> NewOperation:
    options = Options(limit=10_000, rate_per_second=RATE_PER_SECOND, ladder=False)
    return NewOperation(
        operation_id="all-of-it", kind=Kind.REPLAY, source=CHAT, request=options.as_json(), asked_by="ana"
    )


async def _ended(
    replays: PostgresReplays, drivers: Drivers, *, kill_seconds: float | None
) -> tuple[Operation, int]:
    """Wait for the end, and kill one driver after the other on the way.

    A slow machine may not even start a driver in between: few letters wait until something was done since.
    """
    kills, killed_at, done_then = 0, time.monotonic(), -1
    while True:
        operation = await replays.operation("all-of-it")
        assert operation is not None
        if operation.phase is Phase.ENDED:
            return operation, kills
        done = operation.count(Outcome.SENDING, Outcome.SENT) + operation.cleared
        is_due = kill_seconds is not None and time.monotonic() - killed_at > kill_seconds
        if is_due and (done > done_then or LETTERS > _MANY):
            killed_at, kills, done_then = time.monotonic(), kills + 1, done
            drivers.kill()
            drivers.start()
        await asyncio.sleep(0.1)


def _lying(site: Site, source: Source) -> int:
    with (
        ServiceBusClient.from_connection_string(site.connection) as client,
        client.get_subscription_receiver(
            source.topic.value, source.subscription, sub_queue="deadletter"
        ) as receiver,
    ):
        return len(receiver.peek_messages(10))


def _busiest(times: Sequence[float], seconds: float) -> int:
    """Return the most arrivals in any stretch of so many seconds."""
    return max(bisect_right(times, at + seconds) - number for number, at in enumerate(times))


async def _replayed(site: Site, *, kill_seconds: float | None) -> tuple[Operation, int]:
    """Ask for the operation twice, and have it driven to its end."""
    async with _replays(site) as replays:
        await asyncio.gather(replays.create(_asked()), replays.create(_asked()))
        with _drivers(site.settings) as drivers:
            return await _ended(replays, drivers, kill_seconds=kill_seconds)


def _told(site: Site, kills: int) -> tuple[float, float]:
    """Print how fast it went; return the rate on the whole, and of the busiest stretch of time."""
    times = sorted(at for at, _ in site.arrivals())
    rate = (len(times) - 1) / (times[-1] - times[0])
    busiest = _busiest(times, _WINDOW_SECONDS) / _WINDOW_SECONDS
    print(  # noqa: T201 - what the proof has measured
        f"\n{LETTERS} letters, {kills} kills, {times[-1] - times[0]:.1f} s: {rate:.1f} of"
        f" {RATE_PER_SECOND:g} a second, {busiest:.1f} in the busiest {_WINDOW_SECONDS:g} s"
    )
    return rate, busiest


async def test_each_is_replayed_once_whoever_dies(site: Site) -> None:
    """Drivers are killed one after the other, the operation is asked for twice: none lost, none doubled."""
    operation, kills = await _replayed(site, kill_seconds=KILL_SECONDS)
    _, busiest = _told(site, kills)
    assert kills > 0
    assert operation.ending is Ending.COMPLETED
    assert operation.counts == {(Outcome.SENT, None): LETTERS}
    assert operation.cleared == LETTERS
    assert Counter(name for _, name in site.arrivals()) == Counter(f"job_{n}:r1" for n in range(LETTERS))
    assert _lying(site, CHAT) == 0
    assert busiest <= RATE_PER_SECOND * 1.1


if LETTERS > _MANY:  # a rate is measured in minutes: by `make replay`

    async def test_the_rate_is_kept(site: Site) -> None:
        """When nobody dies, to a tenth."""
        operation, kills = await _replayed(site, kill_seconds=None)
        rate, busiest = _told(site, kills)
        assert operation.counts == {(Outcome.SENT, None): LETTERS}
        assert RATE_PER_SECOND * 0.9 <= rate <= RATE_PER_SECOND * 1.1
        assert busiest <= RATE_PER_SECOND * 1.1
