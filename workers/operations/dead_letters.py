"""What operators do with dead letters, behind the HTTP functions."""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from shared.access.operators import Operator
from shared.clock import iso_milliseconds
from shared.contracts import Topic
from shared.dead_letters.copies import asked_of, raw_hash
from shared.dead_letters.judging import Judgement, judge
from shared.dead_letters.letters import SOURCES, Source, source_of
from shared.dead_letters.options import Options
from shared.dead_letters.rehearsing import Rehearsing
from shared.dead_letters.replays import Kind, NewOperation, Operation, Phase
from shared.dead_letters.scouting import Scout
from shared.dead_letters.selecting import Selector
from shared.dead_letters.standing import Seen
from shared.errors import InvalidPayloadError, RequestError
from shared.messaging.decoding import MAX_MESSAGE_BYTES, message_bytes
from workers.operations import dead_letter_views as views
from workers.operations.payloads import check_payload

if TYPE_CHECKING:
    from shared.bootstrap.dead_letters import DeadLetterDesk
    from shared.persistence.port import JobMessage
    from workers.operations.dead_letter_requests import (
        ArchiveListing,
        AskedEdit,
        AskedOperation,
        Listing,
        MessageListing,
        Overview,
        ReplayListing,
    )

#: A filter that matches little looks at so many letters for one page.
_MOST_LOOKED_AT = 5_000


class DeadLetterOffice:
    """Answers operators' questions about dead letters, and does what they ask for.

    Args:
        desk: all that gets at dead letters.
    """

    def __init__(self, desk: DeadLetterDesk) -> None:
        self._may_edit = desk.may_edit
        self._desk = desk.desk
        self._driver = desk.driver(check_payload)
        self._scout = Scout(self._desk.letters, self._desk.replays)

    async def overview(self, asked: Overview) -> dict[str, Any]:
        """Count and group the dead letters of every subscription."""
        sources = [_source(asked.subscription)] if asked.subscription else SOURCES
        surveys = await asyncio.gather(*(self._scout.survey(source, most=asked.most) for source in sources))
        return {
            "at": iso_milliseconds(self._desk.clock.now()),
            "subscriptions": [views.survey_view(survey) for survey in surveys],
        }

    async def listing(self, subscription: str, asked: Listing) -> dict[str, Any]:
        """Return a page of a subscription's dead letters."""
        source, now = _source(subscription), self._desk.clock.now()
        selector = asked.selector(in_bodies=asked.include_body)
        found: list[Seen] = []
        looked_at, last = 0, asked.from_sequence - 1
        following: int | None = None
        async for each in self._scout.all(source, from_sequence=asked.from_sequence):
            if len(found) == asked.limit or looked_at == _MOST_LOOKED_AT:
                following = last + 1
                break
            looked_at, last = looked_at + 1, each.letter.sequence_number
            if selector.matches(each, now):
                found.append(each)
        letters = [
            views.letter_view(each, self._judged(each), with_body=asked.include_body) for each in found
        ]
        return {"topic": source.topic, "subscription": subscription} | views.page(
            "messages", letters, following
        )

    def _judged(self, found: Seen) -> Judgement:
        return judge(
            found,
            asked_of(found.letter, found.source, check_payload),
            raw_hash=raw_hash(found.letter),
            chosen_jobs=(),
            limits=self._desk.limits,
            now=self._desk.clock.now(),
        )

    async def archived(self, subscription: str, asked: ArchiveListing) -> dict[str, Any]:
        """Return a page of a subscription's archive."""
        source = _source(subscription)
        found = await self._desk.replays.archived(
            source, from_number=asked.from_number, limit=asked.limit + 1
        )
        shown, more = found[: asked.limit], found[asked.limit :]
        letters = [views.archived_view(each, with_body=asked.include_body) for each in shown]
        following = more[0].letter.sequence_number if more else None
        return {"topic": source.topic, "subscription": subscription} | views.page(
            "messages", letters, following
        )

    async def start(
        self, kind: Kind, subscription: str, asked: AskedOperation, operator: Operator
    ) -> tuple[int, dict[str, Any]]:
        """Begin an operation, or tell what it would do; return the answer's status and body."""
        source = _source(subscription)
        if asked.dry_run:
            rehearsal = await Rehearsing(self._desk, check_payload).rehearse(kind, source, asked.options())
            return 200, views.rehearsal_view(rehearsal)
        now = self._desk.clock.now()
        delay = max(0.0, (asked.start_at - now).total_seconds()) if asked.start_at else 0.0
        new = NewOperation(
            operation_id=asked.id or str(uuid4()),
            kind=kind,
            source=source,
            request=asked.kept(),
            asked_by=operator.name,
            start_in_seconds=delay,
            within_seconds=asked.within_seconds,
        )
        operation = await self._created(new)
        if asked.wait_seconds:
            driven = await self._driver.drive(new.operation_id, seconds=asked.wait_seconds)
            operation = driven or operation
        return _status(operation), views.operation_view(operation)

    async def edit(
        self, subscription: str, asked: AskedEdit, operator: Operator
    ) -> tuple[int, dict[str, Any]]:
        """Send one letter again with another payload, as a new job; return the answer's status and body."""
        source = _source(subscription)
        if not self._may_edit:
            raise RequestError("Edits are not enabled.", status=403, code="EDIT_DISABLED")
        if source.topic is not Topic.JOBS:
            raise RequestError("Only jobs can be edited.", status=400, code="NOT_A_JOB")
        operation_id = asked.id or str(uuid4())
        new = NewOperation(
            operation_id=operation_id,
            kind=Kind.EDIT,
            source=source,
            request=_edit_request(asked),
            asked_by=operator.name,
        )
        operation = await self._desk.replays.operation(operation_id)
        if operation is None or operation.phase in {Phase.PLANNING, Phase.FORWARDING}:
            operation = await self._edited(new, asked)
        _must_be_same(operation, new)
        return _status(operation), _edited(operation)

    async def _edited(self, new: NewOperation, asked: AskedEdit) -> Operation:
        """Begin an edit, or go on with one whose process died: each step is done once."""
        found = await self._one(new.source, asked.sequence_number)
        job = _edited_job(found, asked, new.operation_id)
        operation = await self._created(new)
        if operation.phase is Phase.PLANNING:
            operation = await self._driver.plan_one(operation, found) or operation
        if operation.phase is Phase.FORWARDING:
            operation = await self._driver.forward_edit(operation, job) or operation
        return operation

    async def _one(self, source: Source, number: int) -> Seen:
        page = await self._scout.page(source, from_sequence=number, limit=1)
        if not page or page[0].letter.sequence_number != number:
            raise RequestError("No such dead letter lies there.", status=404, code="LETTER_NOT_FOUND")
        return page[0]

    async def _created(self, new: NewOperation) -> Operation:
        operation = await self._desk.replays.create(new)
        _must_be_same(operation, new)
        return operation

    async def operation(self, operation_id: str, asked: MessageListing) -> dict[str, Any]:
        """Return an operation, and what it did with its messages."""
        operation = await self._desk.replays.operation(operation_id)
        if operation is None:
            raise _no_operation()
        records = await self._desk.replays.messages(operation_id, after=asked.after, limit=asked.limit + 1)
        shown = records[: asked.limit]
        more = len(records) > asked.limit and bool(shown)
        following = shown[-1].sequence_number if more else None
        return views.operation_view(operation) | views.page(
            "messages", [views.record_view(record) for record in shown], following
        )

    async def operations(self, asked: ReplayListing) -> dict[str, Any]:
        """Return operations, the newest first."""
        found = await self._desk.replays.recent(limit=asked.limit + 1, before=asked.before)
        shown = found[: asked.limit]
        following = shown[-1].created_at.isoformat() if len(found) > asked.limit else None
        return views.page("replays", [views.operation_view(each) for each in shown], following)

    async def cancel(self, operation_id: str, operator: Operator) -> tuple[int, dict[str, Any]]:
        """Send nothing more; return the answer's status and body."""
        operation = await self._desk.replays.cancel(operation_id, f"Cancelled by {operator.name}.")
        if operation is None:
            raise _no_operation()
        return _status(operation), views.operation_view(operation)

    async def go_on(self, *, seconds: float) -> int:
        """Drive what nobody drives, and return how many operations that were."""
        return len(await self._driver.drive_due(seconds=seconds))


def _source(subscription: str | None) -> Source:
    source = source_of(subscription or "")
    if source is None:
        raise RequestError("There is no such subscription.", status=404, code="SUBSCRIPTION_NOT_FOUND")
    return source


def _of(source: Source) -> dict[str, Any]:
    return {"topic": source.topic, "subscription": source.subscription}


def _must_be_same(operation: Operation, new: NewOperation) -> None:
    """Refuse an id that was used for something else."""
    asked = (new.kind, new.source, json.loads(json.dumps(new.request)))
    if (operation.kind, operation.source, operation.request) != asked:
        raise RequestError("The id belongs to another operation.", status=409, code="ID_REUSED")


def _no_operation() -> RequestError:
    return RequestError("There is no such operation.", status=404, code="REPLAY_NOT_FOUND")


def _status(operation: Operation) -> int:
    return 200 if operation.phase is Phase.ENDED else 202


def _edit_request(asked: AskedEdit) -> dict[str, Any]:
    """Return what is kept of an edit: not the payload, only what tells it from another."""
    options = Options(
        selector=Selector(sequence_numbers=frozenset({asked.sequence_number})), limit=1, ladder=False
    )
    edited = asked.model_dump(mode="json", exclude={"id"})
    digest = hashlib.sha256(json.dumps(edited, sort_keys=True).encode("utf-8", "replace")).hexdigest()
    return {**options.as_json(), "edit": digest}


def _edited_id(operation_id: str) -> str:
    return f"job_edit_{operation_id}"


def _edited(operation: Operation) -> dict[str, Any]:
    return {**views.operation_view(operation), "jobId": _edited_id(operation.operation_id)}


def _edited_job(found: Seen, asked: AskedEdit, operation_id: str) -> JobMessage:
    """Return the new job, linked to the one that it takes the place of.

    Raises:
        RequestError: it is not what its type asks for (400), or too large for a message (413).
    """
    body = {
        "jobId": _edited_id(operation_id),
        "jobType": asked.job_type or found.job_type,
        "creatorId": asked.creator_id or found.creator_id,
        "payload": asked.payload,
        "attempt": 0,
        **({"deadlineMs": asked.deadline_ms} if asked.deadline_ms else {}),
    }
    content = json.dumps(body, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
    job = asked_of(replace(found.letter, body=content), found.source, check_payload)
    if isinstance(job, str) or job is None:
        raise RequestError(_why_not(asked, body), status=400, code="INVALID_PAYLOAD")
    link = {"editOf": found.job_id or found.letter.message_id or str(found.letter.sequence_number)}
    edited = replace(job, properties={**job.properties, **link}, epoch=0)
    if message_bytes(edited.body, edited.properties) > MAX_MESSAGE_BYTES:
        raise RequestError("The broker takes no message as large as that.", status=413, code="TOO_LARGE")
    return edited


def _why_not(asked: AskedEdit, body: dict[str, Any]) -> str:
    from shared.contracts import JobType

    try:
        check_payload(JobType(str(body["jobType"])), asked.payload)
    except InvalidPayloadError as error:
        return error.message
    except ValueError:
        return "jobType: it has to be said which kind of job this is."
    return "The job is not valid: its type and its creator have to be known."
