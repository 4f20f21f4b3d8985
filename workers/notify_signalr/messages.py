"""What a page is told: the one argument of `jobUpdate`."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from shared.contracts import EventError, JobStatus, WireModel

#: What pages listen for.
TARGET = "jobUpdate"


class JobUpdate(WireModel):
    """The one argument of `jobUpdate`: an event, as the page of its creator sees it.

    The first six fields are always there. Whatever else an event carries is passed on.
    """

    job_id: str
    job_type: str | None = None
    status: JobStatus
    progress: int = Field(ge=0, le=100)
    result: dict[str, Any] | None = None
    error: EventError | None = None
    #: As in the event: `job.enriched` adds its fields to the result that was sent.
    event_type: str
    #: Where to fetch a result that is too large for an update.
    result_url: str | None = None
    #: Orders the updates of one job; see the event.
    version: int | None = None
