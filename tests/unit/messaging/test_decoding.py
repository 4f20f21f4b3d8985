"""From bytes to jobs, and the many ways not to get there."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InvalidPayloadError
from shared.messaging.decoding import MAX_MESSAGE_BYTES, announceable, decode, with_attempt
from tests.unit.messaging.bench import Bench, delivery, raw_delivery

WORKER = Bench().worker()


def test_a_job_is_read() -> None:
    """Identity, deadline and payload; unknown fields are kept in the body."""
    message = delivery(deadlineMs=5_000, createdAt="2026-11-24T10:00:00.000Z", extra=1)
    job = decode(message, WORKER)
    assert job.payload.name == "Léa"
    assert (job.message.job_id, job.message.creator_id, job.message.deadline_ms) == ("job_1", "123", 5_000)
    assert job.message.asked_at == datetime(2026, 11, 24, 10, tzinfo=UTC)
    assert job.message.body == message.body


def test_a_numeric_creator_is_text_inside() -> None:
    """The front end sends both."""
    assert decode(delivery(creatorId=123), WORKER).message.creator_id == "123"


def test_the_contract_has_a_deadline_where_the_message_has_none() -> None:
    """90 seconds for a chat suggestion."""
    assert decode(delivery(), WORKER).message.deadline_ms == 90_000


def test_a_payloads_hash_ignores_order_and_attempt() -> None:
    """A retry and a re-serialised copy are the same job; another payload or creator is another."""
    first = decode(delivery(payload={"name": "a", "b": 1}), WORKER).message.payload_hash
    same = decode(delivery(payload={"b": 1, "name": "a"}, attempt=3), WORKER).message.payload_hash
    assert first == same
    others: list[dict[str, Any]] = [
        {"payload": {"name": "a", "b": 2}},
        {"payload": {"name": "a", "b": 1}, "creatorId": "4"},
    ]
    assert all(decode(delivery(**other), WORKER).message.payload_hash != first for other in others)


def test_properties_can_be_stored_and_sent_again() -> None:
    """Whatever the broker delivers beside the body."""
    odd: dict[str, object] = {
        "text": "a\x00",
        "number": 3,
        "real": 1.5,
        "nan": float("nan"),
        "flag": True,
        "moment": datetime(2026, 1, 1, tzinfo=UTC),
        "id": UUID(int=1),
        "none": None,
    }
    properties = decode(replace(delivery(), properties=odd), WORKER).message.properties
    assert json.loads(json.dumps(properties, allow_nan=False)) == {
        "text": "a\ufffd",
        "number": 3,
        "real": 1.5,
        "flag": True,
        "moment": "2026-01-01 00:00:00+00:00",
        "id": "00000000-0000-0000-0000-000000000001",
        "none": "None",
    }


def test_a_further_attempt_changes_nothing_else() -> None:
    """And what was cleaned for the database is clean on its way back."""
    body = delivery(extra=["\ud83d", "é"], payload={"name": "x", "n": 1}).body.replace(b"1}", b"1e400}")
    again = with_attempt(body, 2)
    assert json.loads(again) == {
        "jobId": "job_1",
        "jobType": "chat.suggest",
        "creatorId": "123",
        "payload": {"name": "x", "n": None},
        "attempt": 2,
        "extra": ["\ufffd", "é"],
    }
    first, second = decode(raw_delivery(body), WORKER), decode(raw_delivery(again), WORKER)
    assert first.message.payload_hash == second.message.payload_hash


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"jobId": None}, "jobId"),
        ({"jobId": ""}, "jobId"),
        ({"jobId": "a b"}, "jobId"),
        ({"jobId": "x" * 97}, "jobId"),
        ({"jobId": 12}, "jobId"),
        ({"creatorId": None}, "creatorId: must be a string or a whole number"),
        ({"creatorId": True}, "creatorId"),
        ({"creatorId": 1.5}, "creatorId"),
        ({"creatorId": ["1"]}, "creatorId"),
        ({"payload": None}, "payload"),
        ({"payload": []}, "payload"),
        ({"payload": "x"}, "payload"),
        ({"payload": {}}, "name: is missing"),
        ({"attempt": -1}, "attempt"),
        ({"attempt": "1"}, "attempt"),
        ({"attempt": 10**400}, "attempt"),
        ({"deadlineMs": 0}, "deadlineMs"),
        ({"deadlineMs": 10**9}, "deadlineMs"),
        ({"createdAt": "yesterday"}, "createdAt"),
        ({"jobType": 7}, "jobType"),
    ],
    ids=lambda value: json.dumps(value)[:40] if isinstance(value, dict) else "",
)
def test_a_wrong_field_is_named(changes: dict[str, Any], reason: str) -> None:
    """A person reads the reason; it never quotes the value."""
    with pytest.raises(InvalidPayloadError) as caught:
        decode(delivery(**changes), WORKER)
    assert reason in caught.value.message


def test_a_reason_quotes_no_value() -> None:
    """Values are fans' words."""
    with pytest.raises(InvalidPayloadError) as caught:
        decode(delivery(payload={"name": {"secret": "hush"}}, createdAt="hush"), WORKER)
    assert "hush" not in caught.value.message


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b"hello", "not valid JSON"),
        (b"\xff\xfe{}", "not UTF-8"),
        (b"\xed\xa0\x80", "not UTF-8"),
        (b"[]", "not a JSON object"),
        (b"null", "not a JSON object"),
        (b'"text"', "not a JSON object"),
        (b"NaN", "not valid JSON"),
        (b'{"a": Infinity}', "not valid JSON"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "not valid JSON"),
        (b"[" * 50_000 + b"]" * 50_000, "nested"),
        (b'{"a":' * 40_000 + b"1" + b"}" * 40_000, "nested"),
        (b'{"a":' + b"[" * 100 + b"]" * 100 + b"}", "nested deeper than 64"),
        (b'{"a": "' + b"x" * MAX_MESSAGE_BYTES + b'"}', "larger than 252 KB"),
    ],
    ids=range(15),
)
def test_bytes_that_are_no_job(body: bytes, reason: str) -> None:
    """Each is refused with a reason, none harms the process."""
    with pytest.raises(InvalidPayloadError) as caught:
        decode(raw_delivery(body), WORKER)
    assert reason in caught.value.message


@given(st.binary(max_size=200))
def test_no_bytes_do_harm(body: bytes) -> None:
    """Refused, never raised as anything else; and what is announced has a usable id."""
    with pytest.raises(InvalidPayloadError):
        decode(raw_delivery(body), WORKER)
    assert announceable(raw_delivery(body), WORKER.job_type) is None


@given(
    st.dictionaries(
        st.sampled_from(["jobId", "jobType", "creatorId", "payload", "attempt", "createdAt", "deadlineMs"]),
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text()
        | st.lists(st.integers(), max_size=2)
        | st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    )
)
def test_no_envelope_does_harm(changes: dict[str, Any]) -> None:
    """A job or a refusal, whatever types the fields have."""
    message = delivery(**changes)
    try:
        decode(message, WORKER)
    except InvalidPayloadError as error:
        assert error.message  # noqa: PT017 - either ending is right


@pytest.mark.parametrize(("epoch", "taken"), [(3, 3), (0, 0), (-1, 0), (2**31 - 1, 0), ("4", 0), (True, 0)])
def test_an_epoch_is_a_small_whole_number(epoch: object, taken: int) -> None:
    """Only our own replays set it."""
    assert decode(replace(delivery(), properties={"epoch": epoch}), WORKER).message.epoch == taken


def test_a_moment_before_all_jobs_is_long_ago() -> None:
    """Where dates end, databases do strange things."""
    message = decode(delivery(createdAt="0001-01-01T00:00:00+14:00"), WORKER).message
    assert message.asked_at == datetime(2000, 1, 1, tzinfo=UTC)


def test_an_id_is_found_wherever_it_is() -> None:
    """In the body before the properties; only if it is one."""
    found = announceable(raw_delivery(b'{"jobId": "job_b"}', jobId="job_p"), WORKER.job_type)
    assert found
    assert found.job_id == "job_b"
    found = announceable(raw_delivery(b"{", jobId="job_p", creatorId=9), WORKER.job_type)
    assert found
    assert (found.job_id, found.creator_id) == ("job_p", "9")
    assert announceable(raw_delivery(b"{", jobId="not an id"), WORKER.job_type) is None
