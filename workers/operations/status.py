"""A job as the front end reads it over HTTP."""

from __future__ import annotations

from typing import Any

from shared.clock import iso_milliseconds
from shared.contracts import JobStatus
from shared.persistence.port import JobRecord


def describe(job: JobRecord) -> dict[str, Any]:
    """Return the job in the contract's words; what is not over yet is `processing`."""
    description: dict[str, Any] = {
        "jobId": job.job_id,
        "jobType": job.job_type,
        "creatorId": job.creator_id,
        "status": JobStatus(job.state.value) if job.state.terminal else JobStatus.PROCESSING,
        "attempt": job.attempt,
        "createdAt": iso_milliseconds(job.created_at),
        "updatedAt": iso_milliseconds(job.updated_at),
    }
    if job.result is not None:
        description["result"] = job.result
    if job.error_code:
        description["error"] = {"code": job.error_code, "message": job.error_message}
    return description
