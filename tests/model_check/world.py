"""One job, two workers, a sweeper, an operator and a broker, as a state that can be copied and compared.

The store is the real one (the in-memory twin, which passes PostgreSQL's contract tests), and so is what
is recorded of an attempt (`shared.messaging.outcomes`). The order of a worker's steps is written down here,
one atomic step each; `test_the_engine_takes_the_same_steps` holds it against the engine.
"""

from __future__ import annotations

import json
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, TypeVar

from shared.clock import ManualClock
from shared.contracts import JobType, Topic
from shared.persistence.memory import MemoryJobStore
from shared.persistence.memory_rows import Promise, StoredJob
from shared.persistence.port import Claim, JobMessage, OutboxMessage, Outcome

JOB_ID = "job_1"
LEASE_SECONDS = 30.0
GRACE_SECONDS = 300.0
SWEEP_AFTER_SECONDS = 10.0

T = TypeVar("T")


class Step(StrEnum):
    """What a worker, or the sweeper, does next."""

    IDLE = "idle"
    CLAIM = "claim"
    HANDLE = "handle"
    RECORD = "record"
    SEND = "send"
    MARK = "mark"
    SETTLE = "settle"


@dataclass(frozen=True, kw_only=True)
class Queued:
    """A message on `huntaze-jobs`, as the broker has it."""

    key: str
    job: JobMessage
    locked: bool = False


@dataclass(frozen=True, kw_only=True)
class Hands:
    """Where a worker is, and what it holds in memory: gone with a crash."""

    step: Step = Step.IDLE
    message: Queued | None = None
    claim: Claim | None = None
    outcome: Outcome | None = None
    to_send: Sequence[OutboxMessage] = ()

    @property
    def fingerprint(self) -> tuple[object, ...]:
        """What tells two of them apart."""
        return (
            self.step,
            self.message and self.message.key,
            self.claim and (self.claim.verdict, self.claim.fence, self.claim.epoch, self.claim.attempt),
            self.outcome and (self.outcome.state, self.outcome.fence),
            tuple(message.message_id for message in self.to_send),
        )


@dataclass(frozen=True, kw_only=True)
class Budget:
    """How much may still go wrong, and how often the operator may press replay."""

    faults: int = 2
    replays: int = 1


@dataclass
class World:
    """Everything there is; `fork` copies it, `fingerprint` compares it."""

    clock: ManualClock
    store: MemoryJobStore
    budget: Budget
    jobs: list[Queued] = field(default_factory=list)
    #: Announced: message id and status.
    events: frozenset[tuple[str, str]] = frozenset()
    workers: tuple[Hands, Hands] = (Hands(), Hands())
    sweeper: Hands = field(default_factory=Hands)
    claims: int = 0

    def fork(self) -> World:
        """Return a copy that shares nothing that changes."""
        clock = ManualClock(self.clock.now())
        return World(
            clock=clock,
            store=_copied(self.store, clock),
            budget=self.budget,
            jobs=list(self.jobs),
            events=self.events,
            workers=self.workers,
            sweeper=self.sweeper,
            claims=self.claims,
        )

    @property
    def fingerprint(self) -> tuple[object, ...]:
        """Return what decides everything that can happen from here; the two workers are alike."""
        now = self.clock.now()
        return (
            tuple(
                (
                    job.state,
                    job.message.epoch,
                    job.message.attempt,
                    job.fence,
                    job.claims,
                    job.due_at and job.due_at < now,
                )
                for job in self.store._jobs.values()
            ),
            tuple(
                sorted(
                    (key, promise.due_at and promise.due_at <= now)
                    for key, promise in self.store._outbox.items()
                )
            ),
            tuple(self.store.history),
            tuple(sorted((message.key, message.locked) for message in self.jobs)),
            self.events,
            tuple(sorted(repr(hands.fingerprint) for hands in self.workers)),
            self.sweeper.fingerprint,
            self.budget,
        )

    @property
    def job(self) -> StoredJob | None:
        """The job's row."""
        return self.store._jobs.get(JOB_ID)

    @property
    def unsent(self) -> list[Promise]:
        """What the outbox still promises."""
        return self.store._unsent()

    @property
    def quiet(self) -> bool:
        """Whether nothing happens any more unless time passes."""
        busy = any(hands.step is not Step.IDLE for hands in (*self.workers, self.sweeper))
        return not busy and not self.jobs


def begin(budget: Budget, store: type[MemoryJobStore] = MemoryJobStore) -> World:
    """Return the world after the front end has published its job, twice."""
    clock = ManualClock()
    world = World(clock=clock, store=store(clock), budget=budget)
    world.jobs = [Queued(key=f"published-{copy}", job=_published()) for copy in range(2)]
    return world


def _published() -> JobMessage:
    body = b'{"jobId": "job_1", "jobType": "chat.suggest", "creatorId": "7", "payload": {"fanMessage": "Hi"}}'
    return JobMessage(
        job_id=JOB_ID,
        job_type=JobType.CHAT_SUGGEST.value,
        creator_id="7",
        body=body,
        properties={"jobType": JobType.CHAT_SUGGEST.value, "jobId": JOB_ID, "creatorId": "7"},
        payload_hash=b"hash",
        epoch=0,
        attempt=0,
        deadline_ms=1_000_000_000,
        asked_at=None,
    )


def published(world: World, messages: Sequence[OutboxMessage]) -> None:
    """Let the broker have messages; what it has already, it takes again, as Standard topics do."""
    for message in messages:
        if message.topic is Topic.EVENTS:
            world.events |= {(message.message_id, str(message.properties["status"]))}
        else:
            asked = replace(
                _published(),
                body=message.body,
                properties=message.properties,
                epoch=int(message.properties.get("epoch", 0)),
                attempt=int(json.loads(message.body).get("attempt", 0)),
            )
            world.jobs.append(Queued(key=message.message_id, job=asked))


def with_hands(world: World, number: int, hands: Hands) -> World:
    one, other = world.workers
    world.workers = (hands, other) if number == 0 else (one, hands)
    return world


def freed(world: World, hands: Hands) -> World:
    if hands.message and hands.message in world.jobs:
        world.jobs[world.jobs.index(hands.message)] = replace(hands.message, locked=False)
    return world


def worse(world: World) -> World:
    after = world.fork()
    after.budget = replace(after.budget, faults=after.budget.faults - 1)
    return after


def later(world: World) -> World | None:
    """Return the world just after the next thing has become due; `None` when nothing will."""
    now = world.clock.now()
    times = [promise.due_at for promise in world.unsent] + [job.due_at for job in world.store._jobs.values()]
    coming = [moment for moment in times if moment and moment >= now]
    if not coming:
        return None
    after = world.fork()
    after.clock.advance((min(coming) - now).total_seconds() + 1)
    return after


def _copied(store: MemoryJobStore, clock: ManualClock) -> MemoryJobStore:
    twin = type(store)(clock)
    twin._jobs = {key: replace(job) for key, job in store._jobs.items()}
    twin._outbox = {key: replace(promise) for key, promise in store._outbox.items()}
    twin.history = list(store.history)
    return twin


def now(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never waits: each of the in-memory store's is one step."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise AssertionError("The in-memory store waits for something.")
