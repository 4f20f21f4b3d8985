"""Driving an operation on dead letters from its row to its end, in whatever process, however often it dies.

A message is promised before it is sent, sent before its dead letter is taken away, and each of the three is
durable before the next begins: nothing is lost, and what is done again is recognised.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress

from shared.dead_letters.copies import PayloadCheck
from shared.dead_letters.desk import Desk, ReplayPoint
from shared.dead_letters.forwarding import Forwarder
from shared.dead_letters.judging import Outcome
from shared.dead_letters.options import Options
from shared.dead_letters.pacing import BATCH, Pacer
from shared.dead_letters.replays import (
    Ending,
    Forwarding,
    Kind,
    Operation,
    Pace,
    Phase,
    Planned,
    Replays,
    Tenure,
)
from shared.dead_letters.scouting import Scout
from shared.dead_letters.standing import Seen
from shared.errors import BrokerUnavailableError, StoreUnavailableError
from shared.observability.failures import whereabouts
from shared.persistence.port import JobMessage

logger = logging.getLogger(__name__)

#: So many are taken away in one go.
_CLEARED_AT_ONCE = 500
_CLEARING_SECONDS = 8.0
_POLL_SECONDS = 0.5


class Driver:
    """Drives operations.

    Args:
        desk: what it works with.
        check: says whether a payload is what its job type asks for.
        pause: waits.
    """

    def __init__(
        self, desk: Desk, check: PayloadCheck, *, pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._desk = desk
        self._forwarder = Forwarder(desk, check)
        self._pacer = Pacer(desk)
        self._replays = desk.replays
        self._clock = desk.clock
        self._patience = desk.patience
        self._reached = desk.probe
        self._pause = pause

    async def drive(self, operation_id: str, *, seconds: float) -> Operation | None:
        """Drive an operation for a while, unless somebody else does; return it as it stands then."""
        until = self._clock.monotonic() + seconds
        operation = await self._replays.take(operation_id, lease_seconds=self._patience.lease_seconds)
        if operation is None:
            return await self._replays.operation(operation_id)
        self._reached(ReplayPoint.TAKEN)
        tenure = self._tenure(operation)
        async with _heartbeat(self._replays, tenure):
            operation = await self._driven(operation, tenure, until)
        if operation.fence == tenure.fence:
            with suppress(StoreUnavailableError):
                await self._replays.release(tenure)
        return operation

    async def _driven(self, operation: Operation, tenure: Tenure, until: float) -> Operation:
        """Go from step to step until the end, the time's end, or another driver."""
        try:
            while operation.phase is not Phase.ENDED and self._clock.monotonic() < until:
                operation = await self._advance(operation, tenure) or await self._again(tenure)
                if operation.fence != tenure.fence:
                    break
        except (BrokerUnavailableError, StoreUnavailableError) as error:
            logger.warning(
                "An operation on dead letters waits for what it needs.",
                extra={
                    "action": "replay_waits",
                    "replayId": tenure.operation_id,
                    "cause": whereabouts(error),
                },
            )
        return operation

    async def drive_due(self, *, seconds: float, most: int = 4) -> Sequence[str]:
        """Drive the operations that nobody drives, side by side, and return which these were."""
        due = await self._replays.due(limit=most)
        await asyncio.gather(*(self.drive(operation_id, seconds=seconds) for operation_id in due))
        return due

    async def forward_edit(self, operation: Operation, job: JobMessage) -> Operation | None:
        """Promise the job that takes an edited letter's place, and take the letter's operation to its end.

        The letter has been planned; asking again does no harm.
        """
        taken = await self._replays.take(operation.operation_id, lease_seconds=self._patience.lease_seconds)
        if taken is None:
            return await self._replays.operation(operation.operation_id)
        tenure = self._tenure(taken)
        for number in await self._replays.planned(operation.operation_id, limit=1):
            edited = Forwarding(sequence_number=number, job=job)
            await self._forwarder.forward(tenure, {number: edited}, Pace(step=1))
        await self._replays.wind_up(tenure, Ending.COMPLETED)
        await self._replays.release(tenure)
        return await self.drive(operation.operation_id, seconds=_CLEARING_SECONDS)

    async def plan_one(self, operation: Operation, found: Seen) -> Operation | None:
        """Plan an operation on one letter, which was looked at already."""
        taken = await self._replays.take(operation.operation_id, lease_seconds=self._patience.lease_seconds)
        if taken is None:
            return None
        tenure, number = self._tenure(taken), found.letter.sequence_number
        planned = Planned(chosen=[found], next_sequence=number + 1, bound_sequence=number)
        await self._replays.plan(tenure, planned)
        await self._replays.release(tenure)
        return await self._replays.operation(operation.operation_id)

    def _tenure(self, operation: Operation) -> Tenure:
        return Tenure(
            operation_id=operation.operation_id,
            fence=operation.fence,
            lease_seconds=self._patience.lease_seconds,
        )

    async def _again(self, tenure: Tenure) -> Operation:
        """Look at the row again: it was cancelled, or somebody else drives it."""
        operation = await self._replays.operation(tenure.operation_id)
        if operation is None:
            raise StoreUnavailableError
        return operation

    async def _advance(self, operation: Operation, tenure: Tenure) -> Operation | None:
        if operation.phase is Phase.CLEARING:
            return await self._finish(operation, tenure)
        if operation.now >= operation.deadline_at:
            return await self._wind_up(tenure, Ending.EXPIRED)
        options = Options.from_json(operation.request)
        if operation.phase is Phase.PLANNING:
            return await self._plan(operation, tenure, options)
        return await self._forwarding(operation, tenure, options)

    async def _plan(self, operation: Operation, tenure: Tenure, options: Options) -> Operation | None:
        """Choose from one page; when there is no more, or enough, whatever comes later is not touched."""
        found = await self._scout(operation).page(operation.source, from_sequence=operation.next_sequence)
        now, room = self._clock.now(), options.limit - operation.chosen
        matching = [each for each in found if options.selector.matches(each, now)]
        chosen = matching[:room]
        looked_at = chosen[-1:] if len(matching) >= room else found[-1:]
        last = looked_at[0].letter.sequence_number if looked_at else operation.next_sequence - 1
        is_last = not found or len(matching) >= room
        planned = Planned(chosen=chosen, next_sequence=last + 1, bound_sequence=last if is_last else None)
        noted = await self._replays.plan(tenure, planned)
        self._reached(ReplayPoint.PLANNED)
        return noted

    async def _forwarding(self, operation: Operation, tenure: Tenure, options: Options) -> Operation | None:
        """Deal with the next few messages, if the rate and the ladder let them pass."""
        if not operation.count(Outcome.PLANNED):
            return await self._wind_up(tenure, Ending.COMPLETED)
        step, room = await self._pacer.room(operation, options)
        if room < 0:
            why = f"Too many of step {operation.step} failed again."
            return await self._wind_up(tenure, Ending.HALTED, why)
        if room == 0 or operation.paced_seconds > 0:
            return await self._wait(operation, tenure, ladder=room == 0)
        most = min(room, BATCH, max(1, int(options.rate_per_second / 4)))
        planned = await self._replays.planned(operation.operation_id, limit=most)
        letters = await self._forwarder.letters_of(operation, planned)
        self._reached(ReplayPoint.LOOKED_AT)
        if operation.kind is Kind.ARCHIVE:
            return await self._forwarder.archive(operation, tenure, planned, letters)
        forwardings = await self._forwarder.decide(operation, tenure, planned, letters)
        pace = Pace(
            cost_seconds=len(forwardings) / options.rate_per_second,
            burst_seconds=self._patience.burst_seconds,
            step=step,
        )
        return await self._forwarder.forward(tenure, forwardings, pace)

    async def _wait(self, operation: Operation, tenure: Tenure, *, ladder: bool) -> Operation | None:
        """Use the time until more may be sent."""
        if ladder and operation.count(*_DEALT_WITH) > operation.cleared:
            return await self._clear(operation, tenure)
        await self._pause(_POLL_SECONDS if ladder else min(operation.paced_seconds, _POLL_SECONDS))
        return await self._forwarder.mark_sent(tenure)

    async def _clear(self, operation: Operation, tenure: Tenure) -> Operation | None:
        """Take dead letters away that are dealt with."""
        wanted = await self._replays.uncleared(operation.operation_id, limit=_CLEARED_AT_ONCE)
        if not wanted:
            await self._pause(_POLL_SECONDS)
            return await self._forwarder.mark_sent(tenure)
        cleared = await self._desk.letters_for(operation.kind).clear(
            operation.source, wanted, within_seconds=_CLEARING_SECONDS
        )
        self._reached(ReplayPoint.CLEARED)
        if not cleared.gone:
            await self._pause(_POLL_SECONDS)
        noted = await self._replays.cleared(tenure, cleared.gone)
        self._reached(ReplayPoint.NOTED_CLEARED)
        return noted

    async def _finish(self, operation: Operation, tenure: Tenure) -> Operation | None:
        """Clear away what is left, then end."""
        if operation.count(Outcome.SENDING):
            operation = await self._forwarder.mark_sent(tenure) or operation
        if ended := await self._replays.end(tenure):
            self._reached(ReplayPoint.ENDED)
            return ended
        return await self._clear(operation, tenure)

    async def _wind_up(self, tenure: Tenure, ending: Ending, why: str | None = None) -> Operation | None:
        noted = await self._replays.wind_up(tenure, ending, why)
        self._reached(ReplayPoint.WOUND_UP)
        return noted

    def _scout(self, operation: Operation) -> Scout:
        return Scout(self._desk.letters_for(operation.kind), self._replays)


#: Of these, the dead letter is taken away.
_DEALT_WITH = (Outcome.SENT, Outcome.ARCHIVED)


@asynccontextmanager
async def _heartbeat(replays: Replays, tenure: Tenure) -> AsyncIterator[None]:
    """Keep the lease for as long as the block lasts, however long a single step takes."""

    async def beat() -> None:
        held = True
        while held:
            await asyncio.sleep(tenure.lease_seconds / 3)
            with suppress(StoreUnavailableError):
                held = await replays.extend(tenure)

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()
        with suppress(asyncio.CancelledError):
            await beating
