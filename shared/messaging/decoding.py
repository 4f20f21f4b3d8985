"""From a message's bytes to a job, or to the reason why it is none.

Everything refused here is refused for good: the same bytes will be no better tomorrow.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from pydantic import AwareDatetime, BaseModel, TypeAdapter, ValidationError

from shared.contracts import CreatorId, Envelope, JobId, JobType
from shared.errors import InvalidPayloadError
from shared.messaging.delivery import Delivery
from shared.messaging.policy import POLICIES
from shared.messaging.progress import MAX_PERCENT
from shared.messaging.refusals import reason
from shared.messaging.sanitising import storable
from shared.messaging.worker import Worker
from shared.persistence.port import JobMessage

#: A message on the Standard tier is at most 256 KB, its headers and properties included; whatever is taken
#: in must still fit when it is sent again with what the broker and the engine add.
MAX_MESSAGE_BYTES = 252 * 1024

#: A job is replayed by people, some times; a larger number is not ours.
_MAX_EPOCH = 1_000_000
#: The field in which an attempt leaves word of its progress to the next one: the workers' own.
_TOLD = "toldPercent"
#: As long as a readable identifier gets.
_MAX_THREAD_CHARACTERS = 128
#: Older than any job, and far from where dates end.
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

_JOB_ID: TypeAdapter[str] = TypeAdapter(JobId)
_CREATOR_ID: TypeAdapter[str] = TypeAdapter(CreatorId)
_MOMENT: TypeAdapter[datetime] = TypeAdapter(AwareDatetime)

P = TypeVar("P", bound=BaseModel)


@dataclass(frozen=True, kw_only=True)
class Job(Generic[P]):
    """A decoded message."""

    message: JobMessage
    payload: P
    #: How far an earlier attempt has told that it was, in per cent; -1 if it told nothing.
    told_percent: int = -1


def decode(delivery: Delivery, worker: Worker[P, Any]) -> Job[P]:
    """Read the job that a delivery asks for.

    Raises:
        InvalidPayloadError: it is none; the reason names fields and never quotes values.
    """
    if message_bytes(delivery.body, delivery.properties) > MAX_MESSAGE_BYTES:
        raise InvalidPayloadError(f"The message is larger than {MAX_MESSAGE_BYTES // 1024} KB.")
    body = json_object(delivery.body)
    try:
        envelope = Envelope.model_validate(body)
        if envelope.job_type != worker.job_type:
            raise InvalidPayloadError(f"jobType: this subscription takes {worker.job_type.value} jobs only.")
        if not worker.job_type.internal and "." in envelope.job_id:
            raise InvalidPayloadError("jobId: ids with a dot are the workers' own.")
        payload = worker.payload.model_validate(envelope.payload)
    except ValidationError as error:
        raise InvalidPayloadError(reason(error)) from None
    thread = worker.thread(payload) if worker.thread else None
    message = job_message(delivery, envelope, thread and _thread(thread))
    return Job(message=message, payload=payload, told_percent=_told(body))


def announceable(delivery: Delivery, job_type: JobType) -> JobMessage | None:
    """Return what can be read of a message that is no job: enough to record and announce its failure.

    `None` when it has no usable job id, neither in its body nor among its properties; and for a job that the
    workers ask for themselves, of which nobody else knows.
    """
    try:
        body = json_object(delivery.body)
    except InvalidPayloadError:
        body = {}
    job_id = _valid(_JOB_ID, body.get("jobId")) or _valid(_JOB_ID, delivery.properties.get("jobId"))
    if job_id is None or job_type.internal or "." in job_id:
        return None
    creator_id = _valid(_CREATOR_ID, body.get("creatorId")) or _valid(
        _CREATOR_ID, delivery.properties.get("creatorId")
    )
    return JobMessage(
        job_id=job_id,
        job_type=job_type,
        creator_id=creator_id or "",
        body=delivery.body,
        properties=sendable_properties(delivery),
        payload_hash=hashlib.sha256(delivery.body).digest(),
        epoch=_epoch(delivery.properties),
        attempt=0,
        deadline_ms=POLICIES[job_type].deadline_ms,
        asked_at=None,
    )


def payload_hash(job_type: str, creator_id: str, payload: Mapping[str, Any]) -> bytes:
    """Return what tells a job's content from another's under the same id."""
    content = [job_type, creator_id, payload]
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).digest()


def with_attempt(body: bytes, attempt: int, *, told_percent: int = -1) -> bytes:
    """Return a decodable message's body for a further attempt, everything else as it came."""
    told = {_TOLD: told_percent} if told_percent >= 0 else {}
    envelope = {**json_object(body), "attempt": attempt, **told}
    return json.dumps(envelope, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def afresh(body: bytes) -> bytes:
    """Return a decodable message's body for a job that begins anew, everything else as it came."""
    envelope = {name: value for name, value in json_object(body).items() if name != _TOLD}
    return json.dumps(
        {**envelope, "attempt": 0}, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def message_bytes(body: bytes, properties: Mapping[str, object]) -> int:
    """Return about what a message takes of the broker's limit."""
    return len(body) + sum(len(name) + len(str(value)) + 8 for name, value in properties.items())


def _thread(name: str) -> str:
    """Return a thread's name as an index takes it; a long one, which nobody reads, by its hash."""
    if len(name) <= _MAX_THREAD_CHARACTERS:
        return name
    return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()


def job_message(delivery: Delivery, envelope: Envelope, thread: str | None = None) -> JobMessage:
    """Return the job that a valid envelope asks for."""
    asked_at = [
        moment
        for moment in (envelope.created_at, delivery.enqueued_at, _first_enqueued_at(delivery))
        if moment
    ]
    return JobMessage(
        job_id=envelope.job_id,
        job_type=envelope.job_type,
        creator_id=envelope.creator_id,
        body=delivery.body,
        properties=sendable_properties(delivery),
        payload_hash=payload_hash(envelope.job_type, envelope.creator_id, envelope.payload),
        epoch=_epoch(delivery.properties),
        attempt=envelope.attempt,
        deadline_ms=envelope.deadline_ms or POLICIES[JobType(envelope.job_type)].deadline_ms,
        asked_at=max(min(asked_at), _LONG_AGO) if asked_at else None,
        follows_up=JobType(envelope.job_type).internal,
        thread=thread,
    )


def sendable_properties(delivery: Delivery) -> dict[str, str | int | float | bool]:
    """Return the message's properties as both a JSONB column and a further message take them."""
    plain = {
        name: value if _is_sendable(value) else str(value) for name, value in delivery.properties.items()
    }
    clean: dict[str, str | int | float | bool | None] = storable(plain)
    return {name: value for name, value in clean.items() if value is not None}


def _is_sendable(value: object) -> bool:
    """Say whether our SDK sends the value as it is: it refuses whole numbers beyond 32 bits, others don't."""
    if isinstance(value, int):
        return -(2**31) <= value < 2**31
    return isinstance(value, str | float)


def _first_enqueued_at(delivery: Delivery) -> datetime | None:
    """Return when a message that was put aside had first come."""
    try:
        return _MOMENT.validate_python(delivery.properties.get("firstEnqueuedAt"))
    except ValidationError:
        return None


def json_object(body: bytes) -> dict[str, Any]:
    """Read a body that has to be a JSON object, and make it storable.

    Raises:
        InvalidPayloadError: it is none.
    """
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise InvalidPayloadError("The message is not UTF-8.") from None
    except RecursionError:
        raise InvalidPayloadError("The message is nested too deeply.") from None
    except ValueError:
        raise InvalidPayloadError("The message is not valid JSON.") from None
    if not isinstance(value, dict):
        raise InvalidPayloadError("The message is not a JSON object.")
    clean: dict[str, Any] = storable(value)
    return clean


def _refuse_constant(_name: str) -> None:
    """NaN and the infinities are JavaScript's, not JSON's."""
    raise ValueError


def _told(body: Mapping[str, Any]) -> int:
    told = body.get(_TOLD)
    return told if isinstance(told, int) and not isinstance(told, bool) and 0 <= told <= MAX_PERCENT else -1


def _epoch(properties: Mapping[str, object]) -> int:
    epoch = properties.get("epoch")
    return epoch if isinstance(epoch, int) and not isinstance(epoch, bool) and 0 <= epoch <= _MAX_EPOCH else 0


def _valid(adapter: TypeAdapter[str], value: object) -> str | None:
    try:
        return adapter.validate_python(value)
    except ValidationError:
        return None
