"""A job as the front end reads it over HTTP."""

from __future__ import annotations

from typing import Any

from shared.clock import iso_milliseconds
from shared.contracts import JobStatus
from shared.messaging.versions import end_version, progress_version
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
        "version": _version(job),
    }
    if job.result is not None:
        description["result"] = job.result
    if job.error_code:
        description["error"] = {"code": job.error_code, "message": job.error_message}
    return description


def _version(job: JobRecord) -> int:
    """Place the answer among the job's events, so that a page knows which of the two is the newer."""
    if job.state.terminal:
        return end_version(job.epoch, job.fence)
    return progress_version(job.epoch, job.fence, 0)
