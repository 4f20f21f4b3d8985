"""Writing a job's page beside the stack's logs."""

from __future__ import annotations

from pathlib import Path

from infra.local.pages import Fetch, Subject, video_page
from infra.local.records import Job
from shared.contracts import JobType


def write_page(job: Job, directory: Path, fetch: Fetch, *, title: str, simulated: bool) -> Path | None:
    """Write the page of a video's result and return where it is; `None` for a job that has no page."""
    if job.job_type != JobType.VIDEO_ANALYSIS or job.result is None:
        return None
    path = directory / "pages" / f"{job.job_id}.html"
    path.parent.mkdir(exist_ok=True)
    subject = Subject(job_id=job.job_id, creator_id=job.creator_id, title=title, simulated=simulated)
    path.write_text(video_page(subject, job.result, fetch), encoding="utf-8")
    return path
