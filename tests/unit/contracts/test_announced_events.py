"""What the engine announces is what the AsyncAPI document promises."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from jsonschema import Draft7Validator

from docs.contracts.asyncapi import asyncapi
from docs.contracts.examples import EVENTS, JOBS
from shared.contracts import PUBLISHED_JOB_TYPES, JobStatus, JobType
from shared.errors import JobTimeoutError, VideoNotFoundError
from shared.messaging.events import Stamp, completed_event, failed_event
from shared.persistence.port import JobMessage, OutboxMessage

DOCUMENT = asyncapi()
STAMP = Stamp(message_id="m", version=228, at=datetime(2026, 11, 24, 10, 0, 4, 250_000, tzinfo=UTC))
COMPLETED = {
    JobType.VIDEO_ANALYSIS: "videoAnalysisCompleted",
    JobType.CHAT_SUGGEST: "chatSuggestCompleted",
    JobType.CONTENT_SUGGEST: "contentSuggestCompleted",
    JobType.CONTENT_ANALYZE: "contentAnalyzeCompleted",
}


def _asked(job_type: JobType, *, creator_id: str = "123") -> JobMessage:
    return JobMessage(
        job_id="job_1766400000000_k3j2h1g0f",
        job_type=job_type,
        creator_id=creator_id,
        body=json.dumps(JOBS[job_type]).encode(),
        properties={},
        payload_hash=b"",
        epoch=0,
        attempt=0,
        deadline_ms=90_000,
        asked_at=None,
    )


def _completed(job_type: JobType, result: dict[str, Any]) -> OutboxMessage:
    return completed_event(
        _asked(job_type),
        stamp=STAMP,
        result=result,
        functions_url="https://workers.example/",
    )


def _taken_for(message: OutboxMessage) -> list[str]:
    """Return the published messages that an announced one is valid as."""
    body = json.loads(message.body)
    return [
        name
        for name, published in DOCUMENT["components"]["messages"].items()
        if _valid(published["payload"], body) and _valid(published["headers"], message.properties)
    ]


def _valid(schema: dict[str, Any], value: object) -> bool:
    validator = Draft7Validator({**schema, "components": DOCUMENT["components"]})
    return not list(validator.iter_errors(value))


@pytest.mark.parametrize("job_type", PUBLISHED_JOB_TYPES)
def test_a_completed_job(job_type: JobType) -> None:
    """With its result."""
    example = EVENTS[f"{job_type} completed"]
    message = _completed(job_type, example["result"])
    assert _taken_for(message) == [COMPLETED[job_type]]
    assert json.loads(message.body) == example


def test_a_result_too_large_for_an_event() -> None:
    """It is left out, and the event says where it is."""
    message = _completed(JobType.CHAT_SUGGEST, {"text": "x" * 300_000})
    body = json.loads(message.body)
    assert _taken_for(message) == ["chatSuggestCompleted"]
    assert "result" not in body
    assert body["resultUrl"] == "https://workers.example/api/jobs/job_1766400000000_k3j2h1g0f"


@pytest.mark.parametrize(
    ("status", "error", "name"),
    [
        (JobStatus.FAILED, VideoNotFoundError(), "jobFailed"),
        (JobStatus.TIMEOUT, JobTimeoutError(), "jobTimeout"),
    ],
)
@pytest.mark.parametrize("creator_id", ["123", ""])
def test_an_unsuccessful_job(
    status: JobStatus, error: VideoNotFoundError | JobTimeoutError, name: str, creator_id: str
) -> None:
    """With the reason, also when nobody knows whose job it was."""
    asked = _asked(JobType.VIDEO_ANALYSIS, creator_id=creator_id)
    message = failed_event(asked, stamp=STAMP, status=status, error=error)
    example = EVENTS[f"job.{status}"]
    assert _taken_for(message) == [name]
    assert json.loads(message.body) == (
        example if creator_id else {key: value for key, value in example.items() if key != "creatorId"}
    )
