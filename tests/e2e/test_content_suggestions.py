"""Ideas for content, from the front end's message to its event, with a creator from the table."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from jsonschema import Draft202012Validator

from infra.local.process import ROOT
from shared.clock import iso_milliseconds
from tests.e2e.app import App, Event, message_of
from tests.e2e.model import Model

SCHEMAS = ROOT / "docs" / "contracts" / "schemas"
_LEA = """
INSERT INTO huntaze_workers.creators (creator_id, name, persona_style, language, preferences)
VALUES (%s, 'Léa', 'chaleureuse, joueuse', 'fr', '{"currency": "EUR"}')
"""


def _publish(app: App, creator_id: str, **payload: Any) -> str:
    """Publish a job byte for byte as the front end's SDK does."""
    body = {
        "jobId": f"job_1766400000000_{uuid4().hex[:9]}",
        "jobType": "content.suggest",
        "creatorId": creator_id,
        "payload": {"platform": "onlyfans", "contentType": "post", **payload},
        "attempt": 0,
        "createdAt": iso_milliseconds(datetime.now(UTC)),
        "deadlineMs": 90_000,
    }
    properties = {name: body[name] for name in ("jobType", "jobId", "creatorId")}
    app.send(message_of(json.dumps(body, ensure_ascii=False).encode(), properties))
    return str(body["jobId"])


def _completed(app: App, job_id: str) -> tuple[dict[str, Any], Event]:
    row = app.wait_for_job(job_id)
    assert row["state"] == "completed", row["error_code"]
    [event] = app.events_of(job_id)
    _check(event.body["result"], "content.suggest.result")
    _check(event.body, "event")
    return row["result"], event


def _check(value: Any, name: str) -> None:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
    Draft202012Validator(schema).validate(value)


def test_the_front_ends_message_becomes_ideas(app: App) -> None:
    """At least three, each another one, announced in one event."""
    job_id = _publish(
        app,
        "901",
        tone="playful",
        topic=f"a day at the beach {uuid4().hex[:6]}",
        preferences={"language": "en"},
    )
    result, event = _completed(app, job_id)
    assert event.properties["eventType"] == "job.completed"
    assert event.body["result"] == result
    assert len({idea["title"] for idea in result["ideas"]}) == len(result["ideas"]) >= 3
    assert (result["language"], result["tone"]) == ("en", "playful")
    assert result["model"].startswith("DeepSeek-V3")  # or its successor
    assert {idea["bestTime"]["basis"] for idea in result["ideas"]} == {"general"}


def test_a_creator_of_the_table_is_written_for_as_they_write(app: App, app_database_url: str) -> None:
    """In their language and currency, by the creative model for a creative tone; their words win over it."""
    creator_id = f"lea-{uuid4().hex[:6]}"
    with psycopg.connect(app_database_url) as connection:
        connection.execute(_LEA, [creator_id])
    job_id = _publish(app, creator_id, contentType="ppv", tone="seductive")
    result, _ = _completed(app, job_id)
    assert result["language"] == "fr"
    assert result["model"].startswith("Mistral-Large")
    assert {idea["price"]["currency"] for idea in result["ideas"]} == {"EUR"}
    job_id = _publish(app, creator_id, contentType="ppv", preferences={"language": "es", "currency": "GBP"})
    result, _ = _completed(app, job_id)
    assert (result["language"], result["ideas"][0]["price"]["currency"]) == ("es", "GBP")


def test_the_same_request_is_paid_once_for_each_creator(app: App, model: Model) -> None:
    topic = f"rain {uuid4().hex[:6]}"
    first, _ = _completed(app, _publish(app, "902", topic=topic))
    calls = model.calls
    again, _ = _completed(app, _publish(app, "902", topic=topic))
    assert (again["ideas"], again["cached"], model.calls) == (first["ideas"], True, calls)
    other, _ = _completed(app, _publish(app, "903", topic=topic))
    assert (other["cached"], model.calls) == (False, calls + 1)


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"contentType": "reel"}, "INVALID_PAYLOAD"),
        ({"platform": ""}, "INVALID_PAYLOAD"),
        ({"topic": "my barely legal diary"}, "CONTENT_FILTERED"),
    ],
)
def test_what_cannot_be_answered_fails_at_once(
    app: App, model: Model, payload: dict[str, Any], code: str
) -> None:
    """With a code, and without a call."""
    calls = model.calls
    job_id = _publish(app, "904", **payload)
    row = app.wait_for_job(job_id)
    assert (row["state"], row["error_code"], model.calls) == ("failed", code, calls)


def test_an_answer_that_makes_no_sense_is_asked_for_again(app: App, model: Model) -> None:
    model.fail("invalid_json")
    result, _ = _completed(app, _publish(app, "905", topic=f"snow {uuid4().hex[:6]}"))
    assert len(result["ideas"]) >= 3
