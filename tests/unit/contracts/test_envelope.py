"""The body of a job's message: what the front end sends is accepted, and nothing is guessed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from shared.contracts import MAX_DEADLINE_MS, Envelope

#: As the front end publishes it.
PUBLISHED: dict[str, Any] = {
    "jobId": "job_1766400000000_k3j2h1g0f",
    "jobType": "chat.suggest",
    "creatorId": "123",
    "payload": {"fanMessage": "Hey"},
    "attempt": 0,
    "createdAt": "2026-11-24T10:00:00.000Z",
    "deadlineMs": 90000,
}


def _with(**changes: Any) -> dict[str, Any]:
    return {**PUBLISHED, **changes}


def _without(name: str) -> dict[str, Any]:
    return {key: value for key, value in PUBLISHED.items() if key != name}


def test_the_published_shape_is_accepted() -> None:
    """The example of the design, field by field."""
    envelope = Envelope.model_validate(PUBLISHED)
    assert envelope.job_id == PUBLISHED["jobId"]
    assert envelope.job_type == "chat.suggest"
    assert envelope.creator_id == "123"
    assert envelope.payload == {"fanMessage": "Hey"}
    assert envelope.created_at == datetime(2026, 11, 24, 10, tzinfo=UTC)
    assert envelope.deadline_ms == 90_000


@pytest.mark.parametrize(("sent", "kept"), [("123", "123"), (123, "123"), (0, "0"), ("user_a|b", "user_a|b")])
def test_a_creator_is_a_text_or_a_whole_number(sent: object, kept: str) -> None:
    """Inside the workers it is always text, so that `123` and `"123"` are one creator."""
    assert Envelope.model_validate(_with(creatorId=sent)).creator_id == kept


@pytest.mark.parametrize("sent", [True, 1.5, None, "", [], {"id": 1}, "a b", "x" * 129, "tab\there", "é"])
def test_anything_else_is_no_creator(sent: object) -> None:
    """An identity is never guessed: `true` is not creator 1."""
    with pytest.raises(ValidationError) as refused:
        Envelope.model_validate(_with(creatorId=sent))
    assert {problem["loc"] for problem in refused.value.errors()} == {("creatorId",)}


def test_unknown_fields_are_kept() -> None:
    """A newer front end may say more; a retry must send it on."""
    envelope = Envelope.model_validate(_with(traceId="abc", nested={"deep": [1, None]}))
    written = json.loads(envelope.model_dump_json(by_alias=True))
    assert written["traceId"] == "abc"
    assert written["nested"] == {"deep": [1, None]}


@pytest.mark.parametrize("name", ["jobId", "jobType", "creatorId", "payload"])
def test_a_missing_field_is_named(name: str) -> None:
    """The refusal says which field is missing, under its published name."""
    with pytest.raises(ValidationError) as refused:
        Envelope.model_validate(_without(name))
    (problem,) = refused.value.errors()
    assert (problem["loc"], problem["msg"]) == ((name,), "Field required")


def test_what_may_be_absent_has_a_default() -> None:
    """The first front ends sent neither attempt, nor creation time, nor deadline."""
    asked = {name: PUBLISHED[name] for name in ("jobId", "jobType", "creatorId", "payload")}
    envelope = Envelope.model_validate(asked)
    assert (envelope.attempt, envelope.created_at, envelope.deadline_ms) == (0, None, None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("jobId", 7),
        ("jobId", ""),
        ("jobId", "has space"),
        ("jobId", "line\n"),
        ("jobId", "x" * 97),
        ("jobId", "x."),
        ("jobId", "x.y.z"),
        ("jobId", "x.Transcript"),
        ("jobId", "x.twelveletter"),
        ("jobType", ""),
        ("jobType", 5),
        ("jobType", "x" * 65),
        ("payload", []),
        ("payload", "text"),
        ("payload", None),
        ("attempt", -1),
        ("attempt", "0"),
        ("attempt", True),
        ("attempt", 201),
        ("createdAt", "yesterday"),
        ("deadlineMs", 0),
        ("deadlineMs", "90000"),
        ("deadlineMs", MAX_DEADLINE_MS + 1),
    ],
)
def test_a_wrong_value_is_refused_at_its_field(name: str, value: object) -> None:
    """The refusal names the field and only that."""
    with pytest.raises(ValidationError) as refused:
        Envelope.model_validate(_with(**{name: value}))
    assert {problem["loc"][0] for problem in refused.value.errors()} == {name}


def test_a_refusal_of_a_creator_is_clear() -> None:
    """Words that a front-end developer can act on."""
    with pytest.raises(ValidationError, match="must be a string or a whole number"):
        Envelope.model_validate(_with(creatorId=None))


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("2026-11-24T10:00:00", timedelta(0)),
        ("2026-11-24T10:00:00Z", timedelta(0)),
        ("2026-11-24T12:00:00+02:00", timedelta(0)),
        ("2026-11-24T10:00:00.250Z", timedelta(milliseconds=250)),
    ],
)
def test_a_time_is_a_moment(sent: str, meant: timedelta) -> None:
    """A time without a zone is UTC; none is compared without one."""
    envelope = Envelope.model_validate(_with(createdAt=sent))
    assert envelope.created_at == datetime(2026, 11, 24, 10, tzinfo=UTC) + meant


def test_an_envelope_is_a_value() -> None:
    """Nobody changes it under somebody else's feet."""
    with pytest.raises(ValidationError):
        Envelope.model_validate(PUBLISHED).attempt = 3  # type: ignore[misc]  # the point of the test
