"""From a batch of events to what is counted of it."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from pydantic import ValidationError

from shared.contracts import JobEvent
from shared.messaging.refusals import reason
from shared.metrics.measures import JobMeasures
from shared.metrics.port import Metrics, SeenEvent

logger = logging.getLogger(__name__)

#: Names the job whose outcome it tells, the epoch, and which message of it.
_MESSAGE_ID = re.compile(r"(?P<job_id>.+):(?P<epoch>\d{1,9}):[^:]+:[^:]+")
_COUNTED = frozenset({"completed", "failed", "timeout", "enriched"})
_MAX_TYPE_CHARACTERS = 64


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """One message of a batch."""

    message_id: str | None
    body: bytes


async def count(messages: Sequence[Delivered], *, metrics: Metrics, measures: JobMeasures) -> None:
    """Count what is told of jobs that ended.

    What is no event is left out: a batch succeeds or fails as a whole, and one bad message must not send a
    thousand good ones to the dead letters.

    Args:
        messages: a batch, some of it perhaps counted before.
        metrics: remembers what was.
        measures: is told of what was not.

    Raises:
        StoreUnavailableError: it may have been counted; the batch comes again, and is not counted twice.
    """
    events = [event for message in messages if (event := _seen(message))]
    if events:
        measures.counted(await metrics.count(events))


def _seen(message: Delivered) -> SeenEvent | None:
    try:
        event = JobEvent.model_validate_json(message.body)
    except ValidationError as error:
        logger.warning("A message is no event.", extra={"action": "event_refused", "reason": reason(error)})
        return None
    status = event.event_type.removeprefix("job.")
    if status not in _COUNTED:
        return None
    named = _MESSAGE_ID.fullmatch(message.message_id or "")
    result = event.result or {}
    return SeenEvent(
        message_id=message.message_id or sha256(message.body).hexdigest(),
        job_id=named["job_id"] if named else event.job_id,
        epoch=int(named["epoch"]) if named else None,
        job_type=(event.job_type or "unknown")[:_MAX_TYPE_CHARACTERS],
        status=status,
        at=_moment(event.updated_at),
        cached=_flag(result, "cached"),
        from_bank=_flag(result, "fromBank"),
        superseded=_flag(result, "superseded"),
    )


def _flag(result: dict[str, Any], name: str) -> bool | None:
    value = result.get(name)
    return value if isinstance(value, bool) else None


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return datetime.now(UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
