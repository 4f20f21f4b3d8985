"""Dead letters and operations as JSON: ids, hashes and reasons; a body only where it was asked for."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from shared.clock import iso_milliseconds
from shared.dead_letters.judging import Judgement, Outcome, Reason
from shared.dead_letters.ladder import size_of
from shared.dead_letters.letters import DeadLetter
from shared.dead_letters.rehearsing import Rehearsal
from shared.dead_letters.replays import ArchivedLetter, MessageRecord, Operation, Phase
from shared.dead_letters.scouting import Group, Survey
from shared.dead_letters.standing import Seen

#: A dry run names so many messages; it counts all.
MAX_NAMED = 200
_STATES = {Phase.PLANNING: "planning", Phase.FORWARDING: "running", Phase.CLEARING: "clearing"}


def survey_view(survey: Survey) -> dict[str, Any]:
    """Return what lies in a subscription."""
    return {
        "topic": survey.source.topic,
        "subscription": survey.source.subscription,
        "count": survey.count,
        "truncated": survey.truncated,
        "groups": [_group_view(group) for group in survey.groups],
    }


def _group_view(group: Group) -> dict[str, Any]:
    return {
        "group": group.name,
        "errorCode": group.code,
        "jobType": group.job_type,
        "reason": group.reason,
        "count": group.count,
        "firstAt": _time(group.first_at),
        "lastAt": _time(group.last_at),
        "sample": {
            "sequenceNumber": group.sample.letter.sequence_number,
            "messageId": group.sample.letter.message_id,
            "jobId": group.sample.job_id,
        },
    }


def letter_view(found: Seen, judgement: Judgement, *, with_body: bool) -> dict[str, Any]:
    """Return a dead letter, and what a replay would do with it."""
    standing = found.standing
    return {
        **_identity(found.letter),
        "jobId": found.job_id,
        "jobType": found.job_type,
        "creatorId": found.creator_id,
        "errorCode": found.code,
        "reason": found.reason,
        "group": found.group,
        "job": {"state": standing.state, "epoch": standing.epoch} if standing.state else None,
        "heldBy": standing.held_by,
        "replay": judgement_view(judgement),
        **(_body(found.letter) if with_body else {}),
    }


def archived_view(archived: ArchivedLetter, *, with_body: bool) -> dict[str, Any]:
    """Return an archived letter."""
    letter = archived.letter
    return {
        **_identity(letter),
        "jobId": letter.properties.get("jobId"),
        "jobType": letter.properties.get("jobType"),
        "creatorId": letter.properties.get("creatorId"),
        "archivedBy": archived.archived_by,
        "archivedAt": _time(archived.archived_at),
        "expiresAt": _time(archived.expires_at),
        "operation": archived.operation_id,
        **(_body(letter) if with_body else {}),
    }


def _identity(letter: DeadLetter) -> dict[str, Any]:
    return {
        "sequenceNumber": letter.sequence_number,
        "messageId": letter.message_id,
        "brokerReason": letter.dead_letter_reason,
        "enqueuedAt": _time(letter.enqueued_at),
        "deliveries": letter.delivery_count,
        "replays": letter.replay_count,
        "bodyBytes": len(letter.body),
        "bodySha256": letter.body_sha256,
    }


def _body(letter: DeadLetter) -> dict[str, Any]:
    """Return the body as text, or as Base64 if it is none; properties as JSON has them."""
    plain = {name: _plain(value) for name, value in letter.properties.items()}
    try:
        body = {"body": letter.body.decode()}
    except UnicodeDecodeError:
        body = {"bodyBase64": base64.b64encode(letter.body).decode()}
    return {**body, "properties": plain}


def _plain(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if isinstance(value, str | int | float) else str(value)


def judgement_view(judgement: Judgement) -> dict[str, Any]:
    """Return what a replay would do."""
    outcome = Outcome.SENT if judgement.outcome is Outcome.SENDING else judgement.outcome
    return {"outcome": outcome, "reason": judgement.reason}


def rehearsal_view(rehearsal: Rehearsal) -> dict[str, Any]:
    """Return what an operation would do."""
    return {
        "dryRun": True,
        "chosen": len(rehearsal.messages),
        "counts": _counts(rehearsal.counts),
        "messages": [
            {
                "sequenceNumber": each.found.letter.sequence_number,
                "messageId": each.found.letter.message_id,
                "jobId": each.found.job_id,
                **judgement_view(each.judgement),
            }
            for each in rehearsal.messages[:MAX_NAMED]
        ],
    }


def operation_view(operation: Operation) -> dict[str, Any]:
    """Return an operation as it stands."""
    request = operation.request
    return {
        "id": operation.operation_id,
        "kind": operation.kind,
        "topic": operation.source.topic,
        "subscription": operation.source.subscription,
        "state": state_of(operation),
        "why": operation.why,
        "askedBy": operation.asked_by,
        "selector": _camel(request.get("selector", {})),
        "limit": request.get("limit"),
        "ratePerSecond": request.get("rate_per_second"),
        "ladder": {"step": operation.step, "size": size_of(operation.step) if operation.step else 0}
        if request.get("ladder")
        else None,
        "chosen": operation.chosen,
        "waiting": operation.count(Outcome.PLANNED),
        "sent": operation.count(Outcome.SENT, Outcome.SENDING),
        "cleared": operation.cleared,
        "counts": _counts(operation.counts),
        "boundSequence": operation.bound_sequence,
        "startAt": _time(operation.start_at),
        "deadlineAt": _time(operation.deadline_at),
        "createdAt": _time(operation.created_at),
        "updatedAt": _time(operation.updated_at),
        "endedAt": _time(operation.ended_at),
    }


def state_of(operation: Operation) -> str:
    """Return an operation's state in one word."""
    if operation.phase is Phase.ENDED:
        return operation.ending
    if operation.phase is Phase.PLANNING and operation.start_at > operation.now:
        return "scheduled"
    return _STATES[operation.phase]


def record_view(record: MessageRecord) -> dict[str, Any]:
    """Return what an operation did with one message."""
    return {
        "sequenceNumber": record.sequence_number,
        "messageId": record.message_id,
        "jobId": record.job_id,
        "jobType": record.job_type,
        "outcome": record.outcome,
        "reason": record.reason,
        "sentAs": record.sent_as,
        "epoch": record.epoch,
        "step": record.step,
        "jobState": record.job_state,
        "at": _time(record.at),
        "clearedAt": _time(record.cleared_at),
    }


def page(name: str, items: Sequence[Any], following: Any) -> dict[str, Any]:
    """Return a page of a list; `next` is null on the last."""
    return {name: items, "next": following}


def _counts(counts: Mapping[tuple[Outcome, Reason | None], int]) -> list[dict[str, Any]]:
    ordered: Iterable[tuple[tuple[Outcome, Reason | None], int]] = sorted(
        counts.items(), key=lambda each: (each[0][0], each[0][1] or "")
    )
    return [{"outcome": outcome, "reason": reason, "count": count} for (outcome, reason), count in ordered]


def _camel(selector: Mapping[str, Any]) -> dict[str, Any]:
    """Return a selector as it was asked for."""

    def name(snake: str) -> str:
        first, *rest = snake.replace("code", "error_code").split("_")
        return first + "".join(part.capitalize() for part in rest)

    return {name(field): value for field, value in selector.items()}


def _time(moment: datetime | None) -> str | None:
    return iso_milliseconds(moment) if moment else None
