"""One job, two workers, a sweeper, an operator and a broker, as a state that can be copied and compared.

The store is the real one (the in-memory twin, which passes PostgreSQL's contract tests), and so is what
is recorded of an attempt (`shared.messaging.outcomes`). The order of a worker's steps is written down here,
one atomic step each; `test_the_engine_takes_the_same_steps` holds it against the engine.
"""

from __future__ import annotations

import json
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from shared.clock import ManualClock
from shared.contracts import JobType, Topic
from shared.errors import InvalidPayloadError, JobError, NetworkError
from shared.messaging import outcomes
from shared.messaging.ledger import UnwrittenCalls
from shared.messaging.outcomes import Ending
from shared.persistence.memory import MemoryJobStore
from shared.persistence.memory_rows import Promise, StoredJob
from shared.persistence.port import Claim, JobMessage, JobState, OutboxMessage, Outcome, Verdict
from shared.persistence.replaying import JobReplay

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


class Protocol:
    """Every step of the life of a job, in the engine's order; broken twins override one of them."""

    def next_of(self, world: World) -> Iterator[tuple[str, World]]:
        """Return every state that can come next, with what happens on the way there."""
        for number in (0, 1):
            yield from self._worker(world, number)
        yield from self._sweeper(world)
        yield from self._operator(world)
        yield from self._time(world)
        yield from self._faults(world)

    def _worker(self, world: World, number: int) -> Iterator[tuple[str, World]]:
        hands = world.workers[number]
        if hands.step is Step.IDLE:
            for message in {message.key: message for message in world.jobs if not message.locked}.values():
                after = world.fork()
                locked = replace(message, locked=True)
                after.jobs[after.jobs.index(message)] = locked
                yield (
                    f"{number} receives {message.key}",
                    _with(after, number, Hands(step=Step.CLAIM, message=locked)),
                )
            return
        for name, after in getattr(self, f"_{hands.step.value}")(world, number, hands):
            yield f"{number} {name}", after

    def _claim(self, world: World, number: int, hands: Hands) -> Iterator[tuple[str, World]]:
        after = world.fork()
        after.claims += 1
        assert hands.message
        claim = _now(
            after.store.claim(hands.message.job, claim_id=UUID(int=after.claims), lease_seconds=LEASE_SECONDS)
        )
        held = replace(hands, claim=claim)
        if claim.verdict is Verdict.CLAIMED:
            held = replace(held, step=Step.HANDLE)
        elif claim.unsent and claim.verdict is not Verdict.BUSY:
            held = replace(held, step=Step.SEND, to_send=_now(after.store.unsent_of(JOB_ID)))
        else:
            held = replace(held, step=Step.SETTLE)
        yield f"claims: {claim.verdict}", _with(after, number, held)

    def _handle(self, world: World, number: int, hands: Hands) -> Iterator[tuple[str, World]]:
        assert hands.claim
        assert hands.message
        extended = world.fork()
        owned = _now(extended.store.extend(JOB_ID, hands.claim.fence, lease_seconds=LEASE_SECONDS))
        if not owned:  # it stops; what it records then is not its own any more
            yield "loses its lease", _with(extended, number, self._handled(hands, world, NetworkError()))
            return
        yield "succeeds", _with(world.fork(), number, self._handled(hands, world, None))
        yield (
            "fails for good",
            _with(world.fork(), number, self._handled(hands, world, InvalidPayloadError("no"))),
        )
        if hands.claim.attempt == 0:
            yield "fails for now", _with(world.fork(), number, self._handled(hands, world, NetworkError()))

    def _handled(self, hands: Hands, world: World, error: JobError | None) -> Hands:
        assert hands.claim
        assert hands.message
        ending = Ending(
            message=hands.message.job,
            claim=hands.claim,
            now=world.clock.now(),
            functions_url="http://localhost",
            grace_seconds=GRACE_SECONDS,
            unwritten=UnwrittenCalls([], "ledger"),
            usage={},
            follow_ups=(),
        )
        outcome = (
            outcomes.failed(ending, error, told_percent=-1)
            if error
            else outcomes.completed(ending, {"text": "Hi"})
        )
        return replace(hands, step=Step.RECORD, outcome=outcome)

    def _record(self, world: World, number: int, hands: Hands) -> Iterator[tuple[str, World]]:
        assert hands.outcome
        after = world.fork()
        owned = _now(after.store.record(hands.outcome, sweep_after_seconds=SWEEP_AFTER_SECONDS))
        if owned:
            held = replace(hands, step=Step.SEND, to_send=hands.outcome.messages)
        else:
            held = replace(hands, step=Step.SETTLE)
        yield f"records {hands.outcome.state}" if owned else "writes nothing", _with(after, number, held)

    def _send(self, world: World, number: int, hands: Hands) -> Iterator[tuple[str, World]]:
        after = world.fork()
        published(after, hands.to_send)
        yield "sends", _with(after, number, replace(hands, step=Step.MARK))

    def _mark(self, world: World, number: int, hands: Hands) -> Iterator[tuple[str, World]]:
        after = world.fork()
        _now(after.store.mark_sent([message.message_id for message in hands.to_send]))
        yield "marks", _with(after, number, replace(hands, step=Step.SETTLE, to_send=()))

    def _settle(self, world: World, number: int, hands: Hands) -> Iterator[tuple[str, World]]:
        """Complete or dead-letter: either way the subscription is rid of it, if it still is this worker's."""
        after = world.fork()
        if hands.message in after.jobs:
            after.jobs.remove(hands.message)
        yield "settles", _with(after, number, Hands())

    def _sweeper(self, world: World) -> Iterator[tuple[str, World]]:
        hands = world.sweeper
        if hands.step is Step.SEND:
            after = world.fork()
            published(after, hands.to_send)
            after.sweeper = replace(hands, step=Step.MARK)
            yield "the sweep sends", after
        elif hands.step is Step.MARK:
            after = world.fork()
            _now(after.store.mark_sent([message.message_id for message in hands.to_send]))
            after.sweeper = Hands()
            yield "the sweep marks", after
        else:
            yield from self._sweep(world)

    def _sweep(self, world: World) -> Iterator[tuple[str, World]]:
        requeuing = world.fork()
        if _now(requeuing.store.requeue_due(limit=10, grace_seconds=GRACE_SECONDS)):
            yield "the sweep requeues", requeuing
        taking = world.fork()
        taken = _now(taking.store.take_unsent(limit=10, again_after_seconds=SWEEP_AFTER_SECONDS))
        if taken:
            taking.sweeper = Hands(step=Step.SEND, to_send=taken)
            yield "the sweep takes over", taking

    def _operator(self, world: World) -> Iterator[tuple[str, World]]:
        job = world.job
        if not world.budget.replays or job is None or job.state not in {JobState.FAILED, JobState.TIMEOUT}:
            return
        after = world.fork()
        after.budget = replace(after.budget, replays=after.budget.replays - 1)
        again = JobReplay(job=job.message, raw_hash=b"", grace_seconds=GRACE_SECONDS)
        _now(after.store.replay(again, sweep_after_seconds=SWEEP_AFTER_SECONDS))
        yield "the operator replays", after

    def _time(self, world: World) -> Iterator[tuple[str, World]]:
        """Let it pass, for nothing, where all there is to do is to wait: sweeps come every few seconds."""
        if world.quiet and not any(self._sweep(world)) and (later := _later(world)):
            yield "time passes", later

    def _faults(self, world: World) -> Iterator[tuple[str, World]]:
        if not world.budget.faults:
            return
        for number, hands in enumerate(world.workers):
            if hands.step is Step.IDLE:
                continue
            yield f"{number} crashes", _with(_freed(_worse(world), hands), number, Hands())
            if hands.message in world.jobs:
                yield f"the broker forgets {number}'s lock", _freed(_worse(world), hands)
        if world.sweeper.step is not Step.IDLE:
            crashed = _worse(world)
            crashed.sweeper = Hands()
            yield "the sweep crashes", crashed
        if not world.quiet and (stalled := _later(_worse(world))):
            yield "everybody stands still", stalled


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


def _with(world: World, number: int, hands: Hands) -> World:
    one, other = world.workers
    world.workers = (hands, other) if number == 0 else (one, hands)
    return world


def _freed(world: World, hands: Hands) -> World:
    if hands.message and hands.message in world.jobs:
        world.jobs[world.jobs.index(hands.message)] = replace(hands.message, locked=False)
    return world


def _worse(world: World) -> World:
    after = world.fork()
    after.budget = replace(after.budget, faults=after.budget.faults - 1)
    return after


def _later(world: World) -> World | None:
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


def _now(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never waits: each of the in-memory store's is one step."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise AssertionError("The in-memory store waits for something.")
