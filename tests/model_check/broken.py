"""Four orderings that look right and are not: the explorer has to find each of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from typing_extensions import override

from shared.persistence.memory import MemoryJobStore
from shared.persistence.memory_rows import StoredJob, age, same_payload
from shared.persistence.port import JobMessage
from tests.model_check.protocol import Protocol
from tests.model_check.world import Hands, Step, World, published


class CheckThenAct(MemoryJobStore):
    """A job that is not over may be taken, whoever has it."""

    @override
    def _may_take(self, job: StoredJob, message: JobMessage, claim_id: UUID) -> bool:
        del claim_id
        return same_payload(job, message) and age(job.message) <= age(message) and not job.state.terminal

    @override
    def _owned(self, job_id: str, fence: int) -> StoredJob | None:
        del fence
        return self._jobs.get(job_id)


class NoFence(MemoryJobStore):
    """Whoever was the owner once may write for ever."""

    @override
    def _owned(self, job_id: str, fence: int) -> StoredJob | None:
        del fence
        return self._jobs.get(job_id)


class PublishAfterCommit(Protocol):
    """The outcome is recorded without what it promises to send: that is sent by the worker, if it lives."""

    @override
    def _record(self, world: World, number: int, hands: Hands) -> Iterator[tuple[str, World]]:
        assert hands.outcome
        messages, silent = hands.outcome.messages, replace(hands.outcome, messages=())
        for name, after in super()._record(world, number, replace(hands, outcome=silent)):
            held = after.workers[number]
            if held.step is Step.SEND:
                one, other = after.workers
                held = replace(held, to_send=messages)
                after.workers = (held, other) if number == 0 else (one, held)
            yield name, after


class AnnounceFirst(Protocol):
    """The event is sent before the outcome is recorded, so that it can't be forgotten."""

    @override
    def _record(self, world: World, number: int, hands: Hands) -> Iterator[tuple[str, World]]:
        assert hands.outcome
        after = world.fork()
        published(after, hands.outcome.messages)
        for name, recorded in super()._record(after, number, hands):
            yield f"announces, then {name}", recorded
        yield "announces", after  # and is about to record


class DeleteOnException(Protocol):
    """A handler that raises has its job's row deleted, so that it can be tried again: by whomever."""

    @override
    def _record(self, world: World, number: int, hands: Hands) -> Iterator[tuple[str, World]]:
        assert hands.outcome
        if hands.outcome.error_code is None:
            yield from super()._record(world, number, hands)
            return
        after = world.fork()
        after.store._jobs.clear()
        one, other = after.workers
        held = replace(hands, step=Step.SETTLE)
        after.workers = (held, other) if number == 0 else (one, held)
        yield "deletes the row", after
