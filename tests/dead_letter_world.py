"""A world with dead letters in it: a real database, letters and a broker in memory."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from shared.clock import SystemClock
from shared.contracts import JobType, Topic
from shared.dead_letters.archived_letters import ArchivedLetters
from shared.dead_letters.copies import asked_of
from shared.dead_letters.desk import Desk, Patience, ReplayPoint
from shared.dead_letters.driving import Driver
from shared.dead_letters.judging import Outcome, Reason
from shared.dead_letters.letters import DeadLetter, Source
from shared.dead_letters.memory_letters import MemoryLetters
from shared.dead_letters.options import Options
from shared.dead_letters.postgres_replays import PostgresReplays
from shared.dead_letters.rehearsing import Rehearsing
from shared.dead_letters.replays import Kind, NewOperation, Operation
from shared.errors import InvalidPayloadError
from shared.messaging.outbox import Outbox
from shared.messaging.points import Point, unobserved
from shared.messaging.sender import MemorySender
from shared.persistence.port import JobMessage, JobState
from shared.persistence.port import Outcome as JobOutcome
from shared.persistence.postgres import PostgresJobStore

CHAT = Source(topic=Topic.JOBS, subscription="chat-suggestions")
EMAIL = Source(topic=Topic.EVENTS, subscription="notify-email")


def check(_: JobType, payload: Mapping[str, Any]) -> None:
    """Take a payload for what its job type asks for unless it says otherwise."""
    if "wrong" in payload:
        raise InvalidPayloadError


def chat_letter(number: int, job_id: str, **more: Any) -> DeadLetter:
    """Return a chat job's message, dead."""
    payload = more.pop("payload", {"fanMessage": "hi"})
    properties = {"jobType": "chat.suggest", "jobId": job_id, "creatorId": "7", **more.pop("properties", {})}
    body = {"jobId": job_id, "jobType": "chat.suggest", "creatorId": "7", "payload": payload}
    letter = DeadLetter(
        sequence_number=number,
        message_id=f"m-{number}",
        body=json.dumps(body).encode(),
        properties=properties,
        dead_letter_reason="MaxDeliveryCountExceeded",
        enqueued_at=datetime.now(UTC),
    )
    return replace(letter, **more)


def event_letter(number: int, **more: Any) -> DeadLetter:
    """Return an event, dead."""
    letter = DeadLetter(
        sequence_number=number,
        message_id=f"e-{number}",
        body=b'{"eventType": "job.completed"}',
        properties={"jobId": f"job_{number}", "jobType": "chat.suggest", "status": "completed"},
        dead_letter_reason="MaxDeliveryCountExceeded",
        enqueued_at=datetime.now(UTC),
    )
    return replace(letter, **more)


async def _briefly(seconds: float) -> None:
    """Wait as a driver that is in a hurry."""
    await asyncio.sleep(min(seconds, 0.02))


class KilledError(BaseException):
    """The process dies: nothing catches this."""


@dataclass
class World:
    """Dead letters, and all that gets at them."""

    store: PostgresJobStore
    replays: PostgresReplays
    letters: MemoryLetters
    sender: MemorySender
    outbox: Outbox
    lease_seconds: float = 5.0

    def desk(self, probe: Callable[[ReplayPoint], None] | None = None) -> Desk:
        return Desk(
            letters=self.letters,
            archive=ArchivedLetters(self.replays),
            replays=self.replays,
            outbox=self.outbox,
            clock=SystemClock(),
            patience=Patience(lease_seconds=self.lease_seconds),
            probe=probe or (lambda _: None),
        )

    def driver(self, probe: Callable[[ReplayPoint], None] | None = None) -> Driver:
        return Driver(self.desk(probe), check, pause=_briefly)

    def rehearsing(self) -> Rehearsing:
        return Rehearsing(self.desk(), check)

    def asked(self, letter: DeadLetter, source: Source = CHAT) -> JobMessage:
        asked = asked_of(letter, source, lambda *_: None)
        assert isinstance(asked, JobMessage)
        return asked

    async def end(self, letter: DeadLetter, state: JobState = JobState.FAILED, **more: Any) -> None:
        """Have the letter's job claimed, and let it end."""
        asked = replace(self.asked(letter), epoch=more.pop("epoch", 0))
        claim = await self.store.claim(asked, claim_id=uuid4(), lease_seconds=30)
        assert claim.verdict.value == "claimed", claim
        outcome = JobOutcome(
            job_id=claim.job_id,
            creator_id="7",
            epoch=claim.epoch,
            attempt=claim.attempt,
            fence=claim.fence,
            state=state,
            error_code=None if state is JobState.COMPLETED else "MODEL_ERROR",
            error_message=None if state is JobState.COMPLETED else "The AI model gave no usable answer.",
        )
        assert await self.store.record(replace(outcome, **more), sweep_after_seconds=0)

    async def operation(
        self, source: Source = CHAT, *, kind: Kind = Kind.REPLAY, name: str | None = None, **options: Any
    ) -> Operation:
        """Ask for an operation, fast unless told otherwise."""
        times = {
            name: options.pop(name) for name in ("start_in_seconds", "within_seconds") if name in options
        }
        fast = {"limit": 1_000, "rate_per_second": 200.0, "ladder": False, **options}
        new = NewOperation(
            operation_id=name or f"op-{uuid4()}",
            kind=kind,
            source=source,
            request=Options(**fast).as_json(),
            asked_by="ana",
            **times,
        )
        return await self.replays.create(new)

    async def run(self, source: Source = CHAT, *, seconds: float = 60.0, **asked: Any) -> Operation:
        """Ask for an operation and drive it."""
        operation = await self.operation(source, **asked)
        driven = await self.driver().drive(operation.operation_id, seconds=seconds)
        assert driven is not None
        return driven

    async def until(self, operation: Operation, happened: Callable[[Operation], bool]) -> Operation:
        """Drive an operation a little at a time until something is so, however slow the machine is."""
        while True:
            driven = await self.driver().drive(operation.operation_id, seconds=0.05)
            if driven is not None and happened(driven):
                return driven

    async def outcomes(self, operation: Operation) -> dict[int, tuple[Outcome, Reason | None]]:
        """Return what became of each message."""
        records = await self.replays.messages(operation.operation_id, after=0, limit=20_000)
        return {each.sequence_number: (each.outcome, each.reason) for each in records}

    async def lying(self, source: Source = CHAT) -> list[int]:
        """Return what still lies there."""
        letters = await self.letters.peek(source, from_sequence=0, limit=100_000)
        return [letter.sequence_number for letter in letters]

    def renewed(self, probe: Callable[[Point], None] | None = None) -> World:
        """Return the same world with other letters and another broker: its database remembers."""
        sender = MemorySender()
        outbox = Outbox(self.store, sender, probe=probe or unobserved)
        return replace(self, letters=MemoryLetters(), sender=sender, outbox=outbox)

    async def swept(self) -> None:
        """Send what a driver that died has left unsent."""
        if unsent := await self.store.take_unsent(limit=100, again_after_seconds=0.2):
            await self.outbox.publish(unsent)


@asynccontextmanager
async def world_of(database_url: str, *, sweep_after_seconds: float = 0.0) -> AsyncIterator[World]:
    """Hold a world open."""
    store = PostgresJobStore(database_url, pool_size=4, timeout_seconds=10, patience_seconds=10)
    await store.open()
    sender = MemorySender()
    yield World(
        store=store,
        replays=PostgresReplays(store.database, sweep_after_seconds=sweep_after_seconds),
        letters=MemoryLetters(),
        sender=sender,
        outbox=Outbox(store, sender),
    )
    await store.close()


LONG_AGO = timedelta(days=30)
