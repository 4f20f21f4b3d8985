"""The front end's side of a run: a producer and a consumer that keep logs of their own."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from azure.core.exceptions import AzureError
from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver

from tests.chaos.hosting import Kind
from tests.chaos.scenario import SHARES, body_of, message_of

_BATCH = 50
_PATIENCE_SECONDS = 20.0
#: How often a producer that was told nothing leaves it at that.
_GIVES_UP = 0.5


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One job as the front end asks for it."""

    job_id: str
    kind: Kind
    creator_id: str


def asked_for(*, seed: int, count: int, creators: int) -> list[Asked]:
    """Return the jobs of a run: the same seed, the same jobs."""
    chance = random.Random(seed)  # noqa: S311 - a seed makes a run repeatable
    kinds = chance.choices(list(SHARES), weights=list(SHARES.values()), k=count)
    return [
        Asked(job_id=f"job_{seed}_{number}", kind=kind, creator_id=str(chance.randrange(creators)))
        for number, kind in enumerate(kinds)
    ]


@dataclass
class Producer:
    """Publishes jobs, some twice, and notes what it was told.

    A send whose answer was lost is tried again half of the time; otherwise its outcome stays unknown, as
    for a front end that gave up.
    """

    log: Path
    chance: random.Random
    duplicates: float = 0.2
    acknowledged: set[str] = field(default_factory=set)
    attempted: set[str] = field(default_factory=set)
    sent: int = 0
    duplicated: int = 0
    #: Jobs that were asked for again, as nobody knew whether the broker had taken them.
    doubtful: int = 0

    @property
    def unknown(self) -> set[str]:
        """Jobs of which nobody knows whether the broker took them."""
        return self.attempted - self.acknowledged

    async def publish(self, connection: str, jobs: Sequence[Asked]) -> None:
        """Send them, in batches, in an order that nobody chose; what is doubtful is asked for again later."""
        twice = self.chance.sample(list(jobs), k=round(len(jobs) * self.duplicates))
        self.duplicated += len(twice)
        waiting = [*jobs, *twice]
        self.chance.shuffle(waiting)
        for start in range(0, len(waiting), _BATCH):
            await self._send(connection, waiting[start : start + _BATCH])
        doubtful = [job for job in jobs if job.job_id not in self.acknowledged]
        self.doubtful += len(doubtful)
        for start in range(0, len(doubtful), _BATCH):
            await self._send(connection, doubtful[start : start + _BATCH])

    async def _send(self, connection: str, jobs: Sequence[Asked]) -> None:
        self.attempted |= {job.job_id for job in jobs}
        for _ in range(8):
            if await self._once(connection, jobs):
                self.acknowledged |= {job.job_id for job in jobs}
                self.sent += len(jobs)
                self._note("acknowledged", jobs)
                return
            self._note("unknown", jobs)
            if self.chance.random() < _GIVES_UP:
                return
            await asyncio.sleep(0.5)

    async def _once(self, connection: str, jobs: Sequence[Asked]) -> bool:
        messages = [
            message_of(job.job_id, body_of(job.job_id, job.kind, creator_id=job.creator_id)) for job in jobs
        ]
        try:
            async with (
                asyncio.timeout(_PATIENCE_SECONDS),
                ServiceBusClient.from_connection_string(connection, retry_total=0) as client,
                client.get_topic_sender("huntaze-jobs") as sender,
            ):
                await sender.send_messages(messages)
        except (AzureError, OSError, TimeoutError, ValueError):
            return False
        return True

    def _note(self, outcome: str, jobs: Sequence[Asked]) -> None:
        with self.log.open("a") as log:
            for job in jobs:
                log.write(json.dumps({"at": time.time(), "jobId": job.job_id, "outcome": outcome}) + "\n")


def consume(connection: str, subscription: str, log: str) -> None:
    """Take every event of a subscription and note it, until killed: the target of a child process."""
    logging.disable(logging.CRITICAL)
    asyncio.run(_consume(connection, subscription, log))


async def _consume(connection: str, subscription: str, log: str) -> None:
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    while True:
        try:
            async with (
                ServiceBusClient.from_connection_string(connection, retry_total=0) as client,
                client.get_subscription_receiver("huntaze-events", subscription) as receiver,
            ):
                while True:
                    await _take(receiver, file)
        except (AzureError, OSError, ValueError):
            await asyncio.sleep(0.3)


async def _take(receiver: ServiceBusReceiver, file: int) -> None:
    """Note first, then complete: what is noted twice was delivered twice."""
    for message in await receiver.receive_messages(max_message_count=50, max_wait_time=1):
        properties = {
            _text(name): _text(value) for name, value in (message.application_properties or {}).items()
        }
        line = {"at": time.time(), "messageId": message.message_id, "properties": properties}
        os.write(file, (json.dumps(line) + "\n").encode())
        await receiver.complete_message(message)


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def lines_of(log: Path) -> Iterator[Mapping[str, Any]]:
    """Read a log; a process that was killed may have left its last line unfinished."""
    if log.exists():
        for line in log.read_text().splitlines():
            try:
                yield json.loads(line)
            except ValueError:
                continue
