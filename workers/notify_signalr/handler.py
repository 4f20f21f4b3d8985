"""From an event to what the pages of its creator are told, or to the reason why nobody is."""

from __future__ import annotations

import json
import logging
from typing import Any

from pydantic import ValidationError

from shared.contracts import JobEvent
from shared.errors import InvalidPayloadError
from shared.messaging.refusals import reason
from shared.realtime.port import OPERATORS
from workers.notify_signalr.messages import TARGET, JobUpdate

logger = logging.getLogger(__name__)

#: A page on a phone wants no more at once, and SignalR counts every 2 KB begun as a message.
MAX_UPDATE_BYTES = 64 * 1024
#: The longest that a delivery waits, well within a message's lock, which the host goes on to renew.
_MAX_PAUSE_SECONDS = 15.0
#: What an operator's page shows; a result is a creator's own.
_FOR_OPERATORS = {
    "job_id",
    "job_type",
    "creator_id",
    "status",
    "progress",
    "error",
    "event_type",
    "version",
    "updated_at",
}
_ALWAYS = ("jobId", "jobType", "status", "progress", "result", "error")


def update(body: bytes, *, functions_url: str) -> str | None:
    """Return what the SignalR binding sends; `None` if the event names no creator, so that nobody is told.

    Args:
        body: of the event's message.
        functions_url: where a result that is too large for an update is found.

    Raises:
        InvalidPayloadError: it is no event. Its message will be delivered ten times, each time at the cost
            of reading it, and then lie in the dead-letter queue.
    """
    event = _event(body)
    if not event.creator_id:
        logger.info("An event has no creator to tell.", extra={"action": "untold", "jobId": event.job_id})
        return None
    told = _sized(event, functions_url)
    return _text({"target": TARGET, "userId": event.creator_id, "arguments": [told]})


def operators_update(body: bytes) -> str:
    """Return what operators' pages are told of an event: what becomes of a job, and none of its contents.

    Raises:
        InvalidPayloadError: it is no event.
    """
    event = _event(body)
    fields = event.model_dump(mode="json", by_alias=True, include=_FOR_OPERATORS, exclude_none=True)
    return _text({"target": TARGET, "userId": OPERATORS, "arguments": [fields]})


def pause_seconds(delivery_count: int) -> float:
    """Return how long to wait before an event is sent again.

    The host sends after the function, and gives a message back at once when that fails: without a pause its
    ten deliveries would be used up within a second. So they last for a minute and a half.

    Args:
        delivery_count: 1 for the first, which never waits.
    """
    if delivery_count <= 1:
        return 0.0
    return min(2.0 ** min(delivery_count - 2, 10), _MAX_PAUSE_SECONDS)


def _event(body: bytes) -> JobEvent:
    try:
        return JobEvent.model_validate_json(body)
    except ValidationError as error:
        why = reason(error)
        logger.warning("A message is no event.", extra={"action": "event_refused", "reason": why})
        raise InvalidPayloadError(why) from None


def _sized(event: JobEvent, functions_url: str) -> dict[str, Any]:
    told = _told(event)
    if len(_text(told).encode()) <= MAX_UPDATE_BYTES:
        return told
    result_url = event.result_url or f"{functions_url.rstrip('/')}/api/jobs/{event.job_id}"
    return _told(event.model_copy(update={"result": None, "result_url": result_url}))


def _told(event: JobEvent) -> dict[str, Any]:
    told = JobUpdate.model_validate(event.model_dump(by_alias=True, exclude={"creator_id"}))
    fields = told.model_dump(mode="json", by_alias=True, exclude_none=True)
    return {**dict.fromkeys(_ALWAYS), **fields}


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
