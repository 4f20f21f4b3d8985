"""Chat messages as the front end sends them: what is everyday, left behind or forbidden asks no model."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from jsonschema import Draft202012Validator

from infra.local.process import ROOT
from tests.e2e.app import App

SCHEMA = json.loads((ROOT / "docs/contracts/schemas/chat.suggest.result.schema.json").read_text())


def _publish(app: App, text: str, *, seconds_ago: float = 0.0, **fields: Any) -> str:
    asked_at = datetime.now(UTC) - timedelta(seconds=seconds_ago)
    payload = {"fanMessage": text, **fields}
    return app.publish(text, payload=payload, createdAt=asked_at.isoformat().replace("+00:00", "Z"))


def _answer(app: App, job_id: str) -> dict[str, Any]:
    """Return the result that is announced, which keeps to the contract."""
    assert app.wait_for_job(job_id)["state"] == "completed"
    [event] = app.events_of(job_id)
    result = dict(event.body["result"])
    Draft202012Validator(SCHEMA).validate(result)
    assert len({each["text"] for each in result["suggestions"]}) == 3
    return result


def _paid(app: App, *job_ids: str) -> list[str]:
    query = "SELECT task FROM huntaze_workers.ai_calls WHERE job_id = ANY(%s) ORDER BY id"
    return [row["task"] for row in app.rows(query, list(job_ids))]


def test_an_everyday_message_comes_from_the_bank(app: App) -> None:
    """The first of its kind has it filled; the fan is shown other lines each time."""
    conversation, persona = uuid4().hex, {"style": f"dry, {uuid4().hex}"}
    shown: list[set[str]] = []
    job_ids: list[str] = []
    for text in ("Good night babe 😘", "goodnight", "Good nighttt ❤️"):
        job_ids.append(_publish(app, text, conversationId=conversation, context={"persona": persona}))
        answer = _answer(app, job_ids[-1])
        assert (answer["fromBank"], answer["language"]) == (True, "en")
        shown.append({each["text"] for each in answer["suggestions"]})
    assert not shown[0] & shown[1]
    assert not shown[1] & shown[2]
    assert _paid(app, *job_ids) == ["chat.bank"]


def test_a_message_left_behind_is_not_paid_for(app: App) -> None:
    """The newer one of the conversation came first, as it may."""
    conversation = uuid4().hex
    newer = _publish(app, f"Are you {uuid4().hex}?", conversationId=conversation, seconds_ago=1)
    assert _answer(app, newer)["superseded"] is False
    older = _publish(app, f"Well {uuid4().hex}", conversationId=conversation, seconds_ago=60)
    assert _answer(app, older)["superseded"] is True
    assert _paid(app, older) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Salut, j'ai 15 ans", "MINOR"),
        ("how much for a night with you?", "MEETING_FOR_MONEY"),
        ("¿tienes paypal?", "OFF_PLATFORM_PAYMENT"),
        ("I know where you live", "DOXXING"),
    ],
)
def test_what_is_forbidden_is_declined_with_a_code(app: App, text: str, code: str) -> None:
    """Without asking a model."""
    job_id = _publish(app, text)
    answer = _answer(app, job_id)
    assert answer["flags"] == [{"code": code, "source": "rules"}]
    assert {each["intent"] for each in answer["suggestions"]} == {"decline"}
    assert _paid(app, job_id) == []
