"""An engine in memory: every port has its twin, and time moves only when told to."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from shared.clock import ManualClock
from shared.contracts import JobType, Topic
from shared.messaging.cloud_events import PREFIX
from shared.messaging.delivery import Delivery
from shared.messaging.engine import Engine, Limits
from shared.messaging.points import Point
from shared.messaging.sender import MemorySender
from shared.messaging.sweep import Sweep
from shared.messaging.worker import JobContext, Worker
from shared.persistence.memory import MemoryJobStore
from shared.persistence.memory_checkpoints import MemoryCheckpoints


class Greeting(BaseModel):
    """The payload of the tests' own kind of job."""

    name: str


class Greeted(BaseModel):
    """Its result."""

    text: str


Handle = Callable[[JobContext, Greeting], Awaitable[Greeted]]


def delivery(**envelope: Any) -> Delivery:
    """Return a delivery of a valid message, or of one that differs as told."""
    body = {
        "jobId": "job_1",
        "jobType": "chat.suggest",
        "creatorId": "123",
        "payload": {"name": "Léa"},
        "attempt": 0,
        **envelope,
    }
    return raw_delivery(json.dumps(body).encode())


def raw_delivery(body: bytes, **properties: object) -> Delivery:
    """Return a delivery of any bytes."""
    return Delivery(
        body=body,
        subscription="chat-suggestions",
        message_id="m1",
        properties={"jobType": "chat.suggest", **properties},
    )


def plain(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event's own properties, without those that make it a CloudEvent."""
    return {name: value for name, value in properties.items() if not name.startswith(PREFIX)}


@dataclass
class Bench:
    """An engine, its world, and what its handler was asked to do."""

    clock: ManualClock = field(default_factory=ManualClock)
    sender: MemorySender = field(default_factory=MemorySender)
    runs: list[JobContext] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        self.store = MemoryJobStore(self.clock)
        self.checkpoints = MemoryCheckpoints(self.store, self.clock)
        self.engine = Engine(
            store=self.store,
            sender=self.sender,
            clock=self.clock,
            functions_url="https://workers.example/",
            checkpoints=self.checkpoints,
            limits=self.limits,
            probe=self.points.append,
        )
        self.sweep = Sweep(
            store=self.store,
            sender=self.sender,
            requeue_grace_seconds=60,
            sweep_after_seconds=10,
            checkpoints=self.checkpoints,
        )

    def worker(self, handle: Handle | None = None) -> Worker[Greeting, Greeted]:
        """Return a worker that notes its runs and does as told, or greets."""

        async def noting(context: JobContext, payload: Greeting) -> Greeted:
            self.runs.append(context)
            return await (handle or greet)(context, payload)

        return Worker(job_type=JobType.CHAT_SUGGEST, payload=Greeting, result=Greeted, handle=noting)

    def events(self) -> list[dict[str, Any]]:
        """Return the events that were sent."""
        return [json.loads(message.body) for message in self.sender.sent if message.topic is Topic.EVENTS]

    def deliveries(self) -> list[Delivery]:
        """Return the messages that were sent back to the jobs topic, as they would be delivered."""
        return [
            Delivery(
                body=message.body,
                subscription="chat-suggestions",
                message_id=message.message_id,
                properties=message.properties,
            )
            for message in self.sender.sent
            if message.topic is Topic.JOBS
        ]


async def greet(_context: JobContext, payload: Greeting) -> Greeted:
    """Do the tests' work."""
    return Greeted(text=f"Hello {payload.name}")
