"""What a webhook says, and how little of it there may be."""

from __future__ import annotations

import json
from typing import Any

from shared.webhooks.bodies import MAX_BODY_BYTES, event_body

EVENT: dict[str, Any] = {
    "eventType": "job.completed",
    "jobId": "job_1",
    "jobType": "chat.suggest",
    "creatorId": "101",
    "status": "completed",
    "progress": 100,
    "message": "The job is completed.",
    "result": {"text": "Hé 💋"},
    "updatedAt": "2026-11-24T10:00:00.000Z",
    "version": 7,
}


def said(event: dict[str, Any]) -> dict[str, Any]:
    body = event_body(event, functions_url="https://workers.example/")
    assert len(body) <= MAX_BODY_BYTES
    content: dict[str, Any] = json.loads(body)
    return content


def test_an_event_is_told_in_the_three_fields_of_the_specification() -> None:
    content = said(EVENT)
    assert list(content) == ["type", "timestamp", "data"]
    assert (content["type"], content["timestamp"]) == ("job.completed", "2026-11-24T10:00:00.000Z")
    assert content["data"] == {k: v for k, v in EVENT.items() if k not in {"eventType", "updatedAt"}}


def test_a_large_result_is_left_where_it_is() -> None:
    data = said({**EVENT, "result": {"text": "é" * 10_000}, "more": "x" * 30_000})["data"]
    assert "result" not in data
    assert "more" not in data
    assert data["resultUrl"] == "https://workers.example/api/jobs/job_1"
    assert (data["jobId"], data["status"], data["version"]) == ("job_1", "completed", 7)


def test_where_a_result_is_that_was_too_large_for_the_event_is_passed_on() -> None:
    event = {k: v for k, v in EVENT.items() if k != "result"} | {"resultUrl": "https://elsewhere.example"}
    assert said(event)["data"]["resultUrl"] == "https://elsewhere.example"
