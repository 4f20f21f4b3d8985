"""Jobs, deaths and the wait for the end: one run of chaos."""

from __future__ import annotations

import json
import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusSender

from tests.chaos import checker
from tests.chaos.checker import Findings
from tests.chaos.following import SUFFIX
from tests.chaos.hosting import Death, Kind, run_host

#: There is one server for all tests of a session: it imports for all of them.
_PRELOADED = (
    "tests.chaos.hosting",
    "tests.chaos.video_hosting",
    "tests.chaos.webhook_hosting",
    "proof.clients",
    "shared.bootstrap.dead_letters",
    "shared.bootstrap.models",
    "shared.bootstrap.speech",
    "shared.bootstrap.videos",
    "shared.bootstrap.webhooks",
    "shared.messaging.servicebus",
    "shared.persistence.postgres",
    "workers.chat_suggestions.handler",
    "workers.video_analysis.copies",
    "workers.video_analysis.handler",
)
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(list(_PRELOADED))

LEASE_SECONDS = 1.5
#: Everything that hosts are patient about, made short: what is left behind is found while a test looks.
HASTE = {
    "LEASE_SECONDS": str(LEASE_SECONDS),
    "SWEEP_AFTER_SECONDS": "0.5",
    "REQUEUE_GRACE_SECONDS": "2",
    "MAX_CLAIMS": "50",
}
#: What fans ask for, in percent.
SHARES: Mapping[Kind, int] = {
    Kind.ORDINARY: 85,
    Kind.SLOW: 4,
    Kind.FLAKY: 3,
    Kind.FOLLOWED: 5,
    Kind.BROKEN: 3,
}
#: A host that has not passed its point by then is killed where it stands, which stirs up what it waits for.
_PATIENCE_SECONDS = 10.0


@dataclass
class Scenario:
    """The services of one run, the jobs published into it, and the hosts that died."""

    connection: str
    sender: ServiceBusSender
    database_url: str
    journal: Path
    published: list[str] = field(default_factory=list)
    deaths: Counter[str] = field(default_factory=Counter)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "SERVICEBUS_CONNECTION": self.connection,
            "DATABASE_URL": self.database_url,
            "AZURE_AI_ENDPOINT": "http://127.0.0.1:9/models",
            "AZURE_AI_KEY": "unused",
            "FUNCTIONS_KEY": "unused",
            **HASTE,
        }

    async def publish(self, count: int, *, chance: random.Random, first: Kind | None = None) -> None:
        """Publish jobs of all sorts, one in five of them twice; the first is of a certain kind if told."""
        run = uuid4().hex[:8]
        job_ids = [f"job_{run}_{number}" for number in range(count)]
        self.published += job_ids
        kinds = chance.choices(list(SHARES), weights=list(SHARES.values()), k=count)
        kinds[:1] = [first or kinds[0]]
        asked = list(zip(job_ids, kinds, strict=True))
        self.published += [f"{job_id}.{SUFFIX}" for job_id, kind in asked if kind is Kind.FOLLOWED]
        bodies = [(job_id, body_of(job_id, kind)) for job_id, kind in asked]
        bodies += chance.sample(bodies, k=count // 5)
        chance.shuffle(bodies)
        for start in range(0, len(bodies), 100):
            await self.sender.send_messages([message_of(*each) for each in bodies[start : start + 100]])

    def kill_at(self, death: Death, *, ordering: str = "as it is") -> bool:
        """Run a host until it dies; `False` when it never came to that point, and was killed elsewhere."""
        with self.host(death, ordering=ordering) as process:
            process.join(_PATIENCE_SECONDS)
            reached = process.exitcode is not None
        self.deaths[death.point if reached else "elsewhere"] += 1
        return reached

    def kill_after(self, seconds: float) -> None:
        """Run a host for a while, then kill it wherever it is."""
        with self.host(None):
            time.sleep(seconds)
        self.deaths["at random"] += 1

    @contextmanager
    def host(self, death: Death | None, *, ordering: str = "as it is") -> Iterator[ForkServerProcess]:
        """Run a host for as long as the block lasts; it gets no chance to clean up."""
        process = FORKS.Process(target=run_host, args=(self.environment, death, ordering), daemon=True)
        process.start()
        try:
            yield process
        finally:
            process.kill()
            process.join()
            process.close()

    def settle(self, *, within_seconds: float) -> None:
        """Let an unharmed host bring every job to its end, or as far as it gets in the time."""
        until = time.monotonic() + within_seconds
        with self.host(None):
            while time.monotonic() < until and not self._quiet():
                time.sleep(0.2)

    def findings(self) -> Findings:
        """Return what the checker says."""
        return checker.judge(
            self.published, checker.recorded(self.database_url), checker.announced(self.journal)
        )

    def results(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the results of the jobs that were followed up."""
        followed = [job_id.removesuffix(f".{SUFFIX}") for job_id in self.published if SUFFIX in job_id]
        query = "SELECT job_id, result FROM huntaze_workers.jobs WHERE job_id = ANY(%s)"
        with psycopg.connect(self.database_url) as connection:
            return dict(connection.execute(query, [followed]).fetchall())

    def _quiet(self) -> bool:
        """Say whether nothing is left to do."""
        query = """
            SELECT (SELECT count(*) FROM huntaze_workers.jobs WHERE due_at IS NULL),
                   (SELECT count(*) FROM huntaze_workers.jobs WHERE due_at IS NOT NULL),
                   (SELECT count(*) FROM huntaze_workers.outbox WHERE sent_at IS NULL)
        """
        with psycopg.connect(self.database_url) as connection:
            row = connection.execute(query).fetchone()
        return row == (len(set(self.published)), 0, 0)


def body_of(job_id: str, kind: Kind, *, creator_id: str = "123") -> bytes:
    """Return the message body of a job of a kind."""
    job = {
        "jobId": job_id,
        "jobType": "chat.suggest",
        "creatorId": creator_id,
        "payload": {} if kind is Kind.BROKEN else {"fanMessage": f"Hello {job_id} {kind}"},
        "attempt": 0,
        "deadlineMs": 500_000,
    }
    return json.dumps(job).encode()


def message_of(job_id: str, body: bytes) -> ServiceBusMessage:
    """Return the message that asks for a job, as the front end sends it."""
    return ServiceBusMessage(
        body,
        content_type="application/json",
        application_properties={"jobType": "chat.suggest", "jobId": job_id, "creatorId": "123"},
    )
