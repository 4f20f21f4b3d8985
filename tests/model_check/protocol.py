"""Every step of the life of a job, one atomic step each: what can happen next, faults included."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from shared.errors import InvalidPayloadError, JobError, NetworkError
from shared.messaging import outcomes
from shared.messaging.ledger import UnwrittenCalls
from shared.messaging.outcomes import Ending
from shared.persistence.port import JobState, Verdict
from shared.persistence.replaying import JobReplay
from tests.model_check.world import (
    GRACE_SECONDS,
    JOB_ID,
    LEASE_SECONDS,
    SWEEP_AFTER_SECONDS,
    Hands,
    Step,
    World,
    freed,
    later,
    now,
    published,
    with_hands,
    worse,
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
                    with_hands(after, number, Hands(step=Step.CLAIM, message=locked)),
                )
            return
        for name, after in getattr(self, f"_{hands.step.value}")(world, number, hands):
            yield f"{number} {name}", after

    def _claim(self, world: World, number: int, hands: Hands) -> Iterator[tuple[str, World]]:
        after = world.fork()
        after.claims += 1
        assert hands.message
        claim = now(
            after.store.claim(hands.message.job, claim_id=UUID(int=after.claims), lease_seconds=LEASE_SECONDS)
        )
        held = replace(hands, claim=claim)
        if claim.verdict is Verdict.CLAIMED:
            held = replace(held, step=Step.HANDLE)
        elif claim.unsent and claim.verdict is not Verdict.BUSY:
            held = replace(held, step=Step.SEND, to_send=now(after.store.unsent_of(JOB_ID)))
        else:
            held = replace(held, step=Step.SETTLE)
        yield f"claims: {claim.verdict}", with_hands(after, number, held)

    def _handle(self, world: World, number: int, hands: Hands) -> Iterator[tuple[str, World]]:
        assert hands.claim
        assert hands.message
        extended = world.fork()
        owned = now(extended.store.extend(JOB_ID, hands.claim.fence, lease_seconds=LEASE_SECONDS))
        if not owned:  # it stops; what it records then is not its own any more
            yield "loses its lease", with_hands(extended, number, self._handled(hands, world, NetworkError()))
            return
        yield "succeeds", with_hands(world.fork(), number, self._handled(hands, world, None))
        yield (
            "fails for good",
            with_hands(world.fork(), number, self._handled(hands, world, InvalidPayloadError("no"))),
        )
        if hands.claim.attempt == 0:
            yield (
                "fails for now",
                with_hands(world.fork(), number, self._handled(hands, world, NetworkError())),
            )

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
        owned = now(after.store.record(hands.outcome, sweep_after_seconds=SWEEP_AFTER_SECONDS))
        if owned:
            held = replace(hands, step=Step.SEND, to_send=hands.outcome.messages)
        else:
            held = replace(hands, step=Step.SETTLE)
        yield f"records {hands.outcome.state}" if owned else "writes nothing", with_hands(after, number, held)

    def _send(self, world: World, number: int, hands: Hands) -> Iterator[tuple[str, World]]:
        after = world.fork()
        published(after, hands.to_send)
        yield "sends", with_hands(after, number, replace(hands, step=Step.MARK))

    def _mark(self, world: World, number: int, hands: Hands) -> Iterator[tuple[str, World]]:
        after = world.fork()
        now(after.store.mark_sent([message.message_id for message in hands.to_send]))
        yield "marks", with_hands(after, number, replace(hands, step=Step.SETTLE, to_send=()))

    def _settle(self, world: World, number: int, hands: Hands) -> Iterator[tuple[str, World]]:
        """Complete or dead-letter: either way the subscription is rid of it, if it still is this worker's."""
        after = world.fork()
        if hands.message in after.jobs:
            after.jobs.remove(hands.message)
        yield "settles", with_hands(after, number, Hands())

    def _sweeper(self, world: World) -> Iterator[tuple[str, World]]:
        hands = world.sweeper
        if hands.step is Step.SEND:
            after = world.fork()
            published(after, hands.to_send)
            after.sweeper = replace(hands, step=Step.MARK)
            yield "the sweep sends", after
        elif hands.step is Step.MARK:
            after = world.fork()
            now(after.store.mark_sent([message.message_id for message in hands.to_send]))
            after.sweeper = Hands()
            yield "the sweep marks", after
        else:
            yield from self._sweep(world)

    def _sweep(self, world: World) -> Iterator[tuple[str, World]]:
        requeuing = world.fork()
        if now(requeuing.store.requeue_due(limit=10, grace_seconds=GRACE_SECONDS)):
            yield "the sweep requeues", requeuing
        taking = world.fork()
        taken = now(taking.store.take_unsent(limit=10, again_after_seconds=SWEEP_AFTER_SECONDS))
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
        now(after.store.replay(again, sweep_after_seconds=SWEEP_AFTER_SECONDS))
        yield "the operator replays", after

    def _time(self, world: World) -> Iterator[tuple[str, World]]:
        """Let it pass, for nothing, where all there is to do is to wait: sweeps come every few seconds."""
        if world.quiet and not any(self._sweep(world)) and (after := later(world)):
            yield "time passes", after

    def _faults(self, world: World) -> Iterator[tuple[str, World]]:
        if not world.budget.faults:
            return
        for number, hands in enumerate(world.workers):
            if hands.step is Step.IDLE:
                continue
            yield f"{number} crashes", with_hands(freed(worse(world), hands), number, Hands())
            if hands.message in world.jobs:
                yield f"the broker forgets {number}'s lock", freed(worse(world), hands)
        if world.sweeper.step is not Step.IDLE:
            crashed = worse(world)
            crashed.sweeper = Hands()
            yield "the sweep crashes", crashed
        if not world.quiet and (stalled := later(worse(world))):
            yield "everybody stands still", stalled
