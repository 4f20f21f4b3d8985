"""What the front end is told about a job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from shared.clock import iso_milliseconds
from shared.contracts import EventError, JobEvent, JobStatus, Topic
from shared.errors import JobError
from shared.messaging.cloud_events import attributes
from shared.messaging.sanitising import storable_error
from shared.persistence.port import JobMessage, OutboxMessage

#: An event travels with its properties under the broker's 256 KB, and no phone wants more.
MAX_EVENT_BYTES = 200 * 1024


class Announced(Protocol):
    """A job as an announcement of its end names it."""

    @property
    def job_id(self) -> str:
        """Whose it is."""
        ...

    @property
    def job_type(self) -> str:
        """What was asked for."""
        ...

    @property
    def creator_id(self) -> str:
        """Who is told; empty if that is not known."""
        ...


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """What makes an event this one."""

    #: The same for each sending of the same event.
    message_id: str
    #: See `shared.messaging.versions`.
    version: int
    at: datetime


def completed_event(
    message: JobMessage,
    *,
    stamp: Stamp,
    result: Mapping[str, Any],
    functions_url: str,
) -> OutboxMessage:
    """Announce a result, or where to fetch it if it is too large for an event."""
    event = JobEvent(
        event_type="job.completed",
        job_id=message.job_id,
        job_type=message.job_type,
        creator_id=message.creator_id,
        status=JobStatus.COMPLETED,
        progress=100,
        message="The job is completed.",
        result=dict(result),
        updated_at=iso_milliseconds(stamp.at),
        version=stamp.version,
    )
    return _sized(event, stamp.message_id, functions_url)


def failed_event(job: Announced, *, stamp: Stamp, status: JobStatus, error: JobError) -> OutboxMessage:
    """Announce that a job has failed or timed out, and why."""
    text = storable_error(error.message)
    event = JobEvent(
        event_type=f"job.{status.value}",
        job_id=job.job_id,
        job_type=job.job_type,
        creator_id=job.creator_id or None,
        status=status,
        progress=100,
        message=text,
        error=EventError(code=error.code, message=text),
        updated_at=iso_milliseconds(stamp.at),
        version=stamp.version,
    )
    return _promised(event, stamp.message_id)


def enriched_event(
    message: JobMessage,
    *,
    parent_id: str,
    parent_type: str,
    stamp: Stamp,
    fields: Mapping[str, Any],
    text: str,
    functions_url: str,
) -> OutboxMessage:
    """Announce, under the parent's id, what a follow-up has added to the parent's result."""
    event = JobEvent(
        event_type="job.enriched",
        job_id=parent_id,
        job_type=parent_type,
        creator_id=message.creator_id,
        status=JobStatus.COMPLETED,
        progress=100,
        message=storable_error(text),
        result=dict(fields),
        updated_at=iso_milliseconds(stamp.at),
        version=stamp.version,
    )
    return _sized(event, stamp.message_id, functions_url)


def processing_event(message: JobMessage, *, stamp: Stamp, percent: int, text: str) -> OutboxMessage:
    """Tell how far a job is."""
    event = JobEvent(
        event_type="job.processing",
        job_id=message.job_id,
        job_type=message.job_type,
        creator_id=message.creator_id,
        status=JobStatus.PROCESSING,
        progress=percent,
        message=storable_error(text),
        updated_at=iso_milliseconds(stamp.at),
        version=stamp.version,
    )
    return _promised(event, stamp.message_id)


def _sized(event: JobEvent, message_id: str, functions_url: str) -> OutboxMessage:
    """Return the event with its result, or with where to fetch it."""
    promised = _promised(event, message_id)
    if len(promised.body) <= MAX_EVENT_BYTES:
        return promised
    result_url = f"{functions_url.rstrip('/')}/api/jobs/{event.job_id}"
    return _promised(event.model_copy(update={"result": None, "result_url": result_url}), message_id)


def _promised(event: JobEvent, message_id: str) -> OutboxMessage:
    properties = {
        "jobId": event.job_id,
        "jobType": event.job_type,
        "creatorId": event.creator_id,
        "status": event.status.value,
        "eventType": event.event_type,
    }
    return OutboxMessage(
        message_id=message_id,
        topic=Topic.EVENTS,
        body=event.model_dump_json(by_alias=True, exclude_none=True).encode(),
        properties={
            **{name: value for name, value in properties.items() if value is not None},
            **attributes(event, message_id),
        },
    )
