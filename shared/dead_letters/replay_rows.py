"""Between operations' shapes and the parameters and rows of their statements."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from psycopg.rows import DictRow

from shared.contracts import Topic
from shared.dead_letters.judging import Outcome, Reason
from shared.dead_letters.letters import DeadLetter, Source
from shared.dead_letters.replays import (
    ArchivedLetter,
    Ending,
    Forwarded,
    Forwarding,
    Kind,
    MessageRecord,
    Operation,
    Phase,
)
from shared.dead_letters.standing import Standing
from shared.messaging.decoding import sendable_properties
from shared.messaging.sanitising import storable_text
from shared.persistence.port import JobState
from shared.persistence.replaying import ReplayVerdict


def event_row(each: Forwarding, sweep_after_seconds: float) -> dict[str, Any]:
    """Return what `FORWARD` takes for an event."""
    event = each.event
    if event is None:
        raise ValueError("Either a job or an event is forwarded.")
    job_id = event.properties.get("jobId")
    return {
        "message_id": storable_text(event.message_id),
        "topic": event.topic,
        "job_id": storable_text(str(job_id)) if job_id else "",
        "body": b64encode(event.body).decode(),
        "properties": event.properties,
        "sweep_after_seconds": sweep_after_seconds,
    }


def letter_row(letter: DeadLetter) -> dict[str, Any]:
    """Return what `ARCHIVE` takes for a letter."""
    return {
        "sequence_number": letter.sequence_number,
        "message_id": letter.message_id and storable_text(letter.message_id),
        "body": b64encode(letter.body).decode(),
        "properties": sendable_properties(letter.delivery(Source(topic=Topic.JOBS, subscription=""))),
        "dead_letter_reason": storable_text(letter.dead_letter_reason or "") or None,
        "dead_letter_description": storable_text(letter.dead_letter_description or "") or None,
        "enqueued_at": letter.enqueued_at and letter.enqueued_at.isoformat(),
    }


def standing(row: DictRow) -> Standing:
    """Read a row of `STANDINGS`."""
    state, parent = row.pop("state"), row.pop("parent_state")
    payload_hash, epoch = row.pop("payload_hash"), row.pop("epoch")
    return Standing(
        **row,
        state=state and JobState(state),
        parent_state=parent and JobState(parent),
        payload_hash=bytes(payload_hash or b""),
        epoch=epoch or 0,
    )


def operation(row: DictRow) -> Operation:
    """Read an operation."""
    source = Source(topic=Topic(row.pop("topic")), subscription=row.pop("subscription"))
    counts = {
        (Outcome(state), Reason(reason) if reason else None): number
        for state, reason, number in row.pop("counts") or ()
    }
    return Operation(
        operation_id=row.pop("id"),
        kind=Kind(row.pop("kind")),
        phase=Phase(row.pop("phase")),
        ending=Ending(row.pop("ending")),
        source=source,
        counts=counts,
        **row,
    )


def forwarded(row: DictRow) -> Forwarded:
    """Read the answer to `FORWARD`."""
    return Forwarded(verdict=ReplayVerdict(row["verdict"]), epoch=row["epoch"], sent_as=row["sent_as"])


def message(row: DictRow) -> MessageRecord:
    """Read what became of a message."""
    reason = row.pop("reason")
    return MessageRecord(
        outcome=Outcome(row.pop("outcome")), reason=Reason(reason) if reason else None, **row
    )


def archived(row: DictRow) -> ArchivedLetter:
    """Read a letter of the archive."""
    letter = DeadLetter(
        sequence_number=row["id"],
        message_id=row["message_id"],
        body=bytes(row["body"]),
        properties=row["properties"],
        dead_letter_reason=row["dead_letter_reason"],
        dead_letter_description=row["dead_letter_description"],
        enqueued_at=row["enqueued_at"],
    )
    return ArchivedLetter(
        letter=letter,
        source=Source(topic=Topic(row["topic"]), subscription=row["subscription"]),
        operation_id=row["replay_id"],
        archived_by=row["archived_by"],
        archived_at=row["archived_at"],
        expires_at=row["expires_at"],
        restored_at=row["restored_at"],
    )
