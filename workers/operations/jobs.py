"""Jobs as they are told over HTTP: pages of them, and the story of one."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic.alias_generators import to_camel

from shared.contracts import CreatorId
from shared.errors import RequestError
from shared.persistence.job_records import JobsAsked, JobStory
from shared.persistence.port import JobRecord, JobState
from workers.operations.status import describe

_PAGE, _LARGEST_PAGE = 50, 200


class _Asked(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True)


class PageAsked(_Asked):
    """The query of a page of jobs."""

    creator_id: CreatorId | None = None
    job_type: Annotated[str, Field(max_length=64)] | None = None
    #: By commas: `queued`, `running`, `retry_wait`, `completed`, `failed`, `timeout`.
    state: tuple[JobState, ...] = ()
    error_code: Annotated[str, Field(max_length=64)] | None = None
    limit: Annotated[int, Field(ge=1, le=_LARGEST_PAGE)] = _PAGE
    #: Where the page before said that this one begins.
    cursor: Annotated[str, Field(max_length=400)] | None = None

    @field_validator("state", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return tuple(value.split(",")) if isinstance(value, str) else value

    def asked(self) -> JobsAsked:
        """Return the question as the store takes it.

        Raises:
            RequestError: the cursor is none of ours.
        """
        return JobsAsked(
            creator_id=self.creator_id,
            job_type=self.job_type,
            states=self.state,
            error_code=self.error_code,
            after=_position(self.cursor) if self.cursor else None,
            limit=self.limit + 1,  # one more tells whether there is another page
        )


class CancelAsked(_Asked):
    """The body of a cancellation."""

    #: For whom the front end asks: the job has to be this creator's. An operator need not say.
    creator_id: CreatorId | None = None


def page(found: Sequence[JobRecord], limit: int) -> dict[str, Any]:
    """Return a page, and where the next one begins."""
    jobs = found[:limit]
    more = len(found) > limit
    return {"jobs": [describe(job) for job in jobs], "next": _cursor(jobs[-1]) if more else None}


def story(told: JobStory) -> dict[str, Any]:
    """Return everything that is known of a job, in order."""
    return {
        **describe(told.job),
        "epoch": told.job.epoch,
        "fence": told.job.fence,
        "state": told.job.state.value,
        "costUsdMicros": sum(call["cost_usd_micros"] for call in told.calls),
        **{
            name: [_camel(row) for row in getattr(told, name)]
            for name in ("history", "calls", "messages", "letters", "webhooks", "replays")
        },
        "followUps": [_camel(row) for row in told.follow_ups],
    }


def _camel(row: Any) -> dict[str, Any]:
    return {to_camel(name): value for name, value in row.items() if name != "id"}


def _cursor(job: JobRecord) -> str:
    return urlsafe_b64encode(f"{job.created_at.isoformat()} {job.job_id}".encode()).decode().rstrip("=")


def _position(cursor: str) -> tuple[datetime, str]:
    foreign = RequestError("cursor: it is none of ours.", status=400, code="INVALID_REQUEST")
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        moment, _, job_id = text.partition(" ")
        at = datetime.fromisoformat(moment)
    except ValueError:
        raise foreign from None
    if at.tzinfo is None or not job_id or "\0" in job_id:
        raise foreign
    return at, job_id
