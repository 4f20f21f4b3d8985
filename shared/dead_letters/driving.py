"""Driving an operation on dead letters from its row to its end, in whatever process, however often it dies.

A message is promised before it is sent, sent before its dead letter is taken away, and each of the three is
durable before the next begins: nothing is lost, and what is done again is recognised.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum

from shared.clock import Clock
from shared.contracts import Topic
from shared.dead_letters import ladder
from shared.dead_letters.copies import PayloadCheck, asked_of, event_copy, raw_hash
from shared.dead_letters.judging import Outcome, Reason, ReplayLimits, judge
from shared.dead_letters.letters import DeadLetter
from shared.dead_letters.options import Options
from shared.dead_letters.port import Letters
from shared.dead_letters.replays import (
    Decision,
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
from shared.dead_letters.scouting import PAGE, Scout
from shared.dead_letters.standing import NOTHING_KNOWN, Seen, seen
from shared.errors import BrokerUnavailableError, StoreUnavailableError
from shared.messaging.outbox import Outbox
from shared.observability.failures import whereabouts
from shared.persistence.port import JobMessage, OutboxMessage
from shared.persistence.replaying import ReplayVerdict

logger = logging.getLogger(__name__)

#: How many messages are dealt with in one transaction.
BATCH = 50
#: So many may lie there, dealt with, before they are taken away in between.
_UNCLEARED = 400
_CLEARING_SECONDS = 8.0
_POLL_SECONDS = 0.5
#: An event that fails is delivered ten times in a row: by then it lies among the dead letters again.
_EVENT_SECONDS = 10.0


class ReplayPoint(StrEnum):
    """Where a driver may die, in the order of an operation's life."""

    TAKEN = "taken"
    PLANNED = "planned"
    LOOKED_AT = "looked_at"
    DECIDED = "decided"
    #: Epochs are raised and messages promised; nothing is sent.
    PROMISED = "promised"
    ARCHIVED = "archived"
    PUBLISHED = "published"
    NOTED_SENT = "noted_sent"
    #: The dead letters are away; the row does not know it.
    CLEARED = "cleared"
    NOTED_CLEARED = "noted_cleared"
    WOUND_UP = "wound_up"
    ENDED = "ended"


def _unobserved(_point: ReplayPoint) -> None:
    """Let the driver pass: the probe of production."""


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How a driver spends its time."""

    lease_seconds: float = 20.0
    #: How long until the sweep believes a replayed job's message lost.
    grace_seconds: float = 300.0
    archive_seconds: float = 30 * 86_400.0
    burst_seconds: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What a driver works with."""

    #: Where dead letters lie.
    letters: Letters
    #: The same for those that were archived.
    archive: Letters
    #: Where operations are kept.
    replays: Replays
    #: Sends what was promised.
    outbox: Outbox
    #: Measures how long is driven.
    clock: Clock
    #: What is never replayed.
    limits: ReplayLimits = field(default_factory=ReplayLimits)
    patience: Patience = field(default_factory=Patience)
    #: Told of each point as it is reached.
    probe: Callable[[ReplayPoint], None] = _unobserved

    def letters_for(self, kind: Kind) -> Letters:
        """Return where an operation finds its letters."""
        return self.archive if kind is Kind.RESTORE else self.letters


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
        self._replays = desk.replays
        self._outbox = desk.outbox
        self._check = check
        self._clock = desk.clock
        self._limits = desk.limits
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
            await self._forward(tenure, {number: Forwarding(sequence_number=number, job=job)}, Pace(step=1))
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
        step, room = await self._room(operation, options)
        if room < 0:
            why = f"Too many of step {operation.step} failed again."
            return await self._wind_up(tenure, Ending.HALTED, why)
        if room == 0 or operation.paced_seconds > 0:
            return await self._wait(operation, tenure, ladder=room == 0)
        if operation.count(*_DEALT_WITH) - operation.cleared >= _UNCLEARED:
            operation = await self._clear(operation, tenure) or operation
        most = min(room, BATCH, max(1, int(options.rate_per_second / 2)))
        planned = await self._replays.planned(operation.operation_id, limit=most)
        if not planned:
            return await self._wind_up(tenure, Ending.COMPLETED)
        letters = await self._letters_of(operation, planned)
        self._reached(ReplayPoint.LOOKED_AT)
        if operation.kind is Kind.ARCHIVE:
            return await self._archive(operation, tenure, planned, letters)
        forwardings = await self._decide(operation, tenure, planned, letters)
        pace = Pace(
            cost_seconds=len(forwardings) / options.rate_per_second,
            burst_seconds=self._patience.burst_seconds,
            step=step,
        )
        return await self._forward(tenure, forwardings, pace)

    async def _room(self, operation: Operation, options: Options) -> tuple[int, int]:
        """Return the ladder's step and how many messages it has room for: 0 to wait, -1 to stop for good."""
        if operation.kind is Kind.ARCHIVE or not options.ladder:
            return 0, BATCH
        if operation.step == 0:
            return 1, ladder.size_of(1)
        standing = await self._replays.step(operation.operation_id, operation.step)
        if standing.total < ladder.size_of(operation.step):
            return operation.step, ladder.size_of(operation.step) - standing.total
        if operation.source.topic is Topic.EVENTS:
            standing = await self._fate_of_events(operation, standing)
        match ladder.after(standing, patience_seconds=options.patience_seconds):
            case ladder.Next.WAIT:
                return operation.step, 0
            case ladder.Next.HALT:
                return operation.step, -1
        return operation.step + 1, ladder.size_of(operation.step + 1)

    async def _fate_of_events(
        self, operation: Operation, standing: ladder.StepStanding
    ) -> ladder.StepStanding:
        """Look whether events that were sent again lie among the dead letters again."""
        above = (operation.bound_sequence or 0) + 1
        page = await self._desk.letters.peek(operation.source, from_sequence=above, limit=PAGE)
        failed = min(standing.total, sum(1 for letter in page if letter.replay_count))
        over = standing.waited_seconds >= _EVENT_SECONDS
        return replace(standing, failed=failed, completed=standing.total - failed if over else 0)

    async def _wait(self, operation: Operation, tenure: Tenure, *, ladder: bool) -> Operation | None:
        """Use the time until more may be sent."""
        if ladder and operation.count(*_DEALT_WITH) > operation.cleared:
            return await self._clear(operation, tenure)
        await self._pause(_POLL_SECONDS if ladder else min(operation.paced_seconds, _POLL_SECONDS))
        return await self._mark_sent(tenure)

    async def _letters_of(
        self, operation: Operation, planned: Mapping[int, str | None]
    ) -> Mapping[int, DeadLetter]:
        """Look at the planned letters again; those that are gone are missing."""
        found: dict[int, DeadLetter] = {}
        asked = sorted(planned)
        while asked:
            page = await self._desk.letters_for(operation.kind).peek(
                operation.source, from_sequence=asked[0], limit=PAGE
            )
            if not page:
                break
            found |= {each.sequence_number: each for each in page if each.sequence_number in planned}
            asked = [number for number in asked if number > page[-1].sequence_number]
        return {number: each for number, each in found.items() if each.message_id == planned[number]}

    async def _decide(
        self,
        operation: Operation,
        tenure: Tenure,
        planned: Mapping[int, str | None],
        letters: Mapping[int, DeadLetter],
    ) -> Mapping[int, Forwarding]:
        """Return what is to be sent, and note what is not."""
        standings = await self._replays.standings(operation.source, list(letters.values()))
        decisions = [_gone(number) for number in planned if number not in letters]
        forwardings: dict[int, Forwarding] = {}
        chosen_jobs: set[str] = set()
        for number, letter in letters.items():
            known = replace(standings.get(number, NOTHING_KNOWN), held_by=None)
            asked = asked_of(letter, operation.source, self._check)
            judgement = judge(
                seen(operation.source, letter, known),
                asked,
                raw_hash=raw_hash(letter),
                chosen_jobs=chosen_jobs,
                limits=self._limits,
                now=self._clock.now(),
            )
            if judgement.reason is not None:
                decisions.append(
                    Decision(sequence_number=number, outcome=judgement.outcome, reason=judgement.reason)
                )
                continue
            forwardings[number] = _forwarding(letter, operation, asked)
            chosen_jobs |= {asked.job_id} if isinstance(asked, JobMessage) else set()
        if decisions:
            await self._replays.decide(tenure, decisions)
            self._reached(ReplayPoint.DECIDED)
        return forwardings

    async def _forward(
        self, tenure: Tenure, forwardings: Mapping[int, Forwarding], pace: Pace
    ) -> Operation | None:
        """Promise messages and send them."""
        if not forwardings:
            return await self._mark_sent(tenure)
        forwarded = await self._replays.forward(
            tenure, list(forwardings.values()), pace, grace_seconds=self._patience.grace_seconds
        )
        if forwarded is None:
            return None
        self._reached(ReplayPoint.PROMISED)
        messages = [
            _message(forwardings[number], each.sent_as, each.epoch)
            for number, each in forwarded.items()
            if each.verdict is ReplayVerdict.QUEUED and each.sent_as
        ]
        await self._outbox.publish(messages)
        self._reached(ReplayPoint.PUBLISHED)
        return await self._mark_sent(tenure)

    async def _archive(
        self,
        operation: Operation,
        tenure: Tenure,
        planned: Mapping[int, str | None],
        letters: Mapping[int, DeadLetter],
    ) -> Operation | None:
        gone = [_gone(number) for number in planned if number not in letters]
        if gone:
            await self._replays.decide(tenure, gone)
        noted = await self._replays.archive(
            tenure, list(letters.values()), keep_seconds=self._patience.archive_seconds
        )
        self._reached(ReplayPoint.ARCHIVED)
        return noted or await self._replays.operation(operation.operation_id)

    async def _mark_sent(self, tenure: Tenure) -> Operation | None:
        noted = await self._replays.mark_sent(tenure)
        self._reached(ReplayPoint.NOTED_SENT)
        return noted

    async def _clear(self, operation: Operation, tenure: Tenure) -> Operation | None:
        """Take dead letters away that are dealt with."""
        wanted = await self._replays.uncleared(operation.operation_id, limit=_UNCLEARED + BATCH)
        if not wanted:
            await self._pause(_POLL_SECONDS)
            return await self._mark_sent(tenure)
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
            operation = await self._mark_sent(tenure) or operation
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


def _gone(number: int) -> Decision:
    return Decision(sequence_number=number, outcome=Outcome.SKIPPED, reason=Reason.GONE)


def _forwarding(letter: DeadLetter, operation: Operation, asked: JobMessage | Reason | None) -> Forwarding:
    if isinstance(asked, JobMessage):
        return Forwarding(sequence_number=letter.sequence_number, job=asked, raw_hash=raw_hash(letter))
    return Forwarding(sequence_number=letter.sequence_number, event=event_copy(letter, operation.source))


def _message(forwarding: Forwarding, sent_as: str, epoch: int | None) -> OutboxMessage:
    """Return what is sent: the same as the outbox keeps."""
    if forwarding.event is not None:
        return forwarding.event
    job = forwarding.job
    if job is None:
        raise ValueError("Either a job or an event is forwarded.")
    return OutboxMessage(
        message_id=sent_as, topic=Topic.JOBS, body=job.body, properties={**job.properties, "epoch": epoch}
    )
