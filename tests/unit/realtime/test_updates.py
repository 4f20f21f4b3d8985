"""What the pages of a creator are told of an event."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from docs.contracts.examples import EVENTS
from shared.contracts import CreatorId
from shared.errors import InvalidPayloadError
from shared.realtime.port import OPERATORS
from workers.notify_signalr.handler import MAX_UPDATE_BYTES, operators_update, pause_seconds, update

URL = "https://workers.example/"


def told(event: dict[str, Any]) -> dict[str, Any]:
    text = update(json.dumps(event).encode(), functions_url=URL)
    assert text is not None
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.mark.parametrize("name", EVENTS)
def test_every_event_is_told_to_its_creator(name: str) -> None:
    """With all it says, and the published fields always there."""
    event = EVENTS[name]
    message = told(event)
    [argument] = message["arguments"]
    assert (message["target"], message["userId"]) == ("jobUpdate", "123")
    assert argument == {
        **dict.fromkeys(("jobId", "jobType", "status", "progress", "result", "error")),
        **{field: value for field, value in event.items() if field != "creatorId"},
    }


def test_unknown_fields_are_passed_on() -> None:
    [argument] = told({**EVENTS["job.failed"], "experiment": {"arm": "b"}})["arguments"]
    assert argument["experiment"] == {"arm": "b"}


def test_a_result_too_large_for_an_update_is_fetched() -> None:
    """Measured in bytes, as the wire does."""
    event = {**EVENTS["chat.suggest completed"], "result": {"text": "é" * (MAX_UPDATE_BYTES // 2)}}
    text = update(json.dumps(event).encode(), functions_url=URL)
    assert text is not None
    assert len(text.encode()) < MAX_UPDATE_BYTES
    [argument] = json.loads(text)["arguments"]
    assert argument["result"] is None
    assert argument["resultUrl"] == "https://workers.example/api/jobs/job_1766400000000_k3j2h1g0f"
    assert argument["version"] == event["version"]


def test_where_an_event_points_already_is_kept() -> None:
    event = {**EVENTS["chat.suggest completed"], "resultUrl": "https://workers.example/api/jobs/j"}
    del event["result"]
    [argument] = told(event)["arguments"]
    assert (argument["result"], argument["resultUrl"]) == (None, "https://workers.example/api/jobs/j")


def test_an_event_without_a_creator_is_told_to_nobody() -> None:
    """Never to everybody: the binding would broadcast what has no user."""
    for creator in ({}, {"creatorId": None}, {"creatorId": ""}):
        event = {key: value for key, value in EVENTS["job.failed"].items() if key != "creatorId"}
        assert update(json.dumps({**event, **creator}).encode(), functions_url=URL) is None


@pytest.mark.parametrize("name", EVENTS)
def test_operators_hear_of_every_event_and_see_no_result(name: str) -> None:
    """As a user that no creator can be."""
    event = EVENTS[name]
    message = json.loads(operators_update(json.dumps(event).encode()))
    [argument] = message["arguments"]
    assert (message["target"], message["userId"]) == ("jobUpdate", OPERATORS)
    with pytest.raises(ValidationError):
        TypeAdapter(CreatorId).validate_python(OPERATORS)
    hidden = {"result", "resultUrl", "message"}
    assert argument == {field: value for field, value in event.items() if field not in hidden}


def test_operators_hear_of_jobs_without_a_creator() -> None:
    event = {key: value for key, value in EVENTS["job.failed"].items() if key != "creatorId"}
    [argument] = json.loads(operators_update(json.dumps(event).encode()))["arguments"]
    assert argument["jobId"] == event["jobId"]


@pytest.mark.parametrize(
    "body", [b"", b"\xff", b"[]", b"{}", b"null", b'{"jobId": "a"}', b"[" * 5_000, b'{"jobId": "\\ud800"}']
)
def test_what_is_no_event_is_dead_lettered(body: bytes) -> None:
    """The reason names fields and quotes nothing."""
    with pytest.raises(InvalidPayloadError):
        update(body, functions_url=URL)


def test_the_same_event_twice_is_the_same_update() -> None:
    """So a redelivery tells a page nothing that it would not drop."""
    body = json.dumps(EVENTS["job.enriched"]).encode()
    assert update(body, functions_url=URL) == update(body, functions_url=URL)


def test_ten_deliveries_outlast_a_short_outage() -> None:
    """The first goes at once; none waits so long that the function's own time runs out."""
    pauses = [pause_seconds(delivery) for delivery in range(1, 11)]
    assert pauses == [0, 1, 2, 4, 8, 15, 15, 15, 15, 15]
    assert pause_seconds(1_000_000) == 15
