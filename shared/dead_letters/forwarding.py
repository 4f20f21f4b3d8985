"""Sending what dead letters asked for, and putting dead letters away: one batch of an operation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from shared.contracts import Topic
from shared.dead_letters.copies import PayloadCheck, asked_of, event_copy, raw_hash
from shared.dead_letters.desk import Desk, ReplayPoint
from shared.dead_letters.judging import Outcome, Reason, judge
from shared.dead_letters.letters import DeadLetter
from shared.dead_letters.replays import Decision, Forwarding, Operation, Pace, Tenure
from shared.dead_letters.scouting import PAGE
from shared.dead_letters.standing import NOTHING_KNOWN, seen
from shared.persistence.port import JobMessage, OutboxMessage
from shared.persistence.replaying import ReplayVerdict


class Forwarder:
    """Deals with planned messages.

    Args:
        desk: what operations work with.
        check: says whether a payload is what its job type asks for.
    """

    def __init__(self, desk: Desk, check: PayloadCheck) -> None:
        self._desk = desk
        self._check = check
        self._replays = desk.replays
        self._outbox = desk.outbox
        self._clock = desk.clock
        self._limits = desk.limits
        self._patience = desk.patience
        self._reached = desk.probe

    async def letters_of(
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

    async def decide(
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

    async def forward(
        self, tenure: Tenure, forwardings: Mapping[int, Forwarding], pace: Pace
    ) -> Operation | None:
        """Promise messages and send them."""
        if not forwardings:
            return await self.mark_sent(tenure)
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
        return await self.mark_sent(tenure)

    async def archive(
        self,
        operation: Operation,
        tenure: Tenure,
        planned: Mapping[int, str | None],
        letters: Mapping[int, DeadLetter],
    ) -> Operation | None:
        """Put planned letters into the archive."""
        gone = [_gone(number) for number in planned if number not in letters]
        if gone:
            await self._replays.decide(tenure, gone)
        noted = await self._replays.archive(
            tenure, list(letters.values()), keep_seconds=self._patience.archive_seconds
        )
        self._reached(ReplayPoint.ARCHIVED)
        return noted or await self._replays.operation(operation.operation_id)

    async def mark_sent(self, tenure: Tenure) -> Operation | None:
        """Note which messages the broker has by now."""
        noted = await self._replays.mark_sent(tenure)
        self._reached(ReplayPoint.NOTED_SENT)
        return noted


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
