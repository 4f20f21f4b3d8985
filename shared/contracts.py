"""The contract with the front end: what a job and an event look like on the wire.

These names and shapes are published; they only ever grow. Unknown fields are kept, never an error.
Payloads and results live with their worker (`workers/*/messages.py`); JSON Schema and AsyncAPI documents
are generated from all of them into `docs/contracts/`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.alias_generators import to_camel


class JobType(StrEnum):
    """What a job asks for; also the value that subscriptions filter on."""

    VIDEO_ANALYSIS = "video.analysis"
    CHAT_SUGGEST = "chat.suggest"
    CONTENT_SUGGEST = "content.suggest"
    CONTENT_ANALYZE = "content.analyze"
    VIDEO_TRANSCRIPT = "video.transcript"
    VIDEO_COMPRESS = "video.compress"

    @property
    def internal(self) -> bool:
        """Whether only the workers ask for it, to follow up another job; the front end never does."""
        return self in {JobType.VIDEO_TRANSCRIPT, JobType.VIDEO_COMPRESS}


#: What the front end may ask for.
PUBLISHED_JOB_TYPES = tuple(job_type for job_type in JobType if not job_type.internal)


class JobStatus(StrEnum):
    """A job's state as the front end sees it."""

    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    TIMEOUT = "timeout"


class WireModel(BaseModel):
    """A shape on the wire: camelCase names, unknown fields kept."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="allow", frozen=True)


def _creator_id_text(value: Any) -> Any:
    """Accept the identifier as text or as a whole number; nothing else is an identity."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError("must be a string or a whole number")  # noqa: TRY004 - Pydantic turns only ValueError into a problem with a field
    return str(value)


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


#: Short enough that `<jobId>:<epoch>:<sequence>` stays within Service Bus' 128 characters for a message id.
#: A suffix after a dot names a job that the workers themselves asked for, as a follow-up of another.
JobId = Annotated[
    str,
    Field(
        strict=True,
        pattern=r"^[A-Za-z0-9_:-]{1,96}(\.[a-z]{1,11})?$",
        examples=["job_1766400000000_k3j2h1g0f"],
    ),
]

#: The front end sends `"123"` or `123`; inside the workers it is always text.
CreatorId = Annotated[
    str,
    BeforeValidator(_creator_id_text),
    Field(pattern=r"^[\x21-\x7e]{1,128}$"),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": r"^[\x21-\x7e]{1,128}$"}, {"type": "integer"}]}),
]

#: A job that asks every ten minutes whether something is ready does so for a day; no job tries more often.
MAX_ATTEMPT = 200

#: The host gives a function ten minutes; a job's own deadline must end before that.
MAX_DEADLINE_MS = 540_000


class Envelope(WireModel):
    """The body of a message on `huntaze-jobs`."""

    #: Names the job; publishing the same one again asks for the same job.
    job_id: JobId
    #: What is asked for; the broker routes by the application property of the same name.
    job_type: Annotated[str, Field(strict=True, min_length=1, max_length=64)]
    #: The creator who asks and is told: the tenant.
    creator_id: CreatorId
    #: What this kind of job needs.
    payload: dict[str, Any]
    #: 0 when the front end publishes; the workers raise it when they try again.
    attempt: Annotated[int, Field(strict=True, ge=0, le=MAX_ATTEMPT)] = 0
    #: When the creator began to wait.
    created_at: Annotated[datetime, AfterValidator(_aware)] | None = None
    #: How long the creator waits, in milliseconds; the job type's own deadline when absent.
    deadline_ms: Annotated[int, Field(strict=True, gt=0, le=MAX_DEADLINE_MS)] | None = None


class EventError(WireModel):
    """Why a job did not complete, in words a creator understands."""

    #: One of the published error codes.
    code: str
    #: Safe to show to the creator.
    message: str


class JobEvent(WireModel):
    """The body of a message on `huntaze-events`."""

    #: `job.` and the status, or `job.enriched` when a late part of the result arrives.
    event_type: str
    job_id: str
    #: Absent when the message that asked for the job named none.
    job_type: str | None = None
    #: Absent when the message that asked for the job named none.
    creator_id: str | None = None
    status: JobStatus
    #: Per cent; 100 when the job has ended, however it did.
    progress: Annotated[int, Field(ge=0, le=100)]
    #: One sentence on what happened.
    message: str
    #: What a completed job answers; its shape depends on the job type.
    result: dict[str, Any] | None = None
    #: Where to fetch a result that is too large for an event.
    result_url: str | None = None
    #: Why the job did not complete.
    error: EventError | None = None
    #: When it happened: UTC, ISO 8601 with milliseconds.
    updated_at: str
    #: Orders the events of one job: whatever is not above the highest that was seen is stale, but for
    #: `job.enriched`, whose fields are kept whenever they come. Sent again, an event has the same version.
    version: Annotated[int, Field(ge=0, le=2**53 - 1)] | None = None


class Topic(StrEnum):
    """The two topics, under the names that the front end knows (`infra/topology.json` has the rest)."""

    JOBS = "huntaze-jobs"
    EVENTS = "huntaze-events"
