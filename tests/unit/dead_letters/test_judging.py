"""What a replay does with a letter, case by case."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.dead_letters.copies import asked_of, event_copy, raw_hash
from shared.dead_letters.judging import Outcome, Reason, ReplayLimits, judge
from shared.dead_letters.letters import DeadLetter, Source
from shared.dead_letters.standing import NOTHING_KNOWN, Standing, seen
from shared.messaging.decoding import MAX_MESSAGE_BYTES
from shared.persistence.port import JobMessage, JobState
from tests.dead_letter_world import CHAT, EMAIL, chat_letter, check, event_letter

NOW = datetime(2026, 11, 25, tzinfo=UTC)
LETTER = chat_letter(1, "job_1", enqueued_at=NOW)
ASKED = asked_of(LETTER, CHAT, check)
assert isinstance(ASKED, JobMessage)
KNOWN = Standing(state=JobState.FAILED, job_type="chat.suggest", payload_hash=ASKED.payload_hash)
WORDS = chat_letter(
    1,
    "job_1.words",
    enqueued_at=NOW,
    properties={"jobType": "video.transcript"},
    body=b'{"jobId":"job_1.words","jobType":"video.transcript","creatorId":"7","payload":{}}',
)  # fmt: skip - one letter
WORDS_ASKED = asked_of(WORDS, CHAT, check)
assert isinstance(WORDS_ASKED, JobMessage)
WORDS_KNOWN = Standing(
    state=JobState.FAILED, job_type="video.transcript", payload_hash=WORDS_ASKED.payload_hash
)


def _judged(
    letter: DeadLetter,
    standing: Standing = NOTHING_KNOWN,
    *,
    source: Source = CHAT,
    chosen: tuple[str, ...] = (),
) -> tuple[Outcome, Reason | None]:
    judgement = judge(
        seen(source, letter, standing),
        asked_of(letter, source, check),
        raw_hash=raw_hash(letter),
        chosen_jobs=chosen,
        limits=ReplayLimits(max_replays=3, max_age_seconds=3_600),
        now=NOW,
    )
    return judgement.outcome, judgement.reason


SEND = (Outcome.SENDING, None)


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (NOTHING_KNOWN, SEND),
        (KNOWN, SEND),
        (replace(KNOWN, state=JobState.TIMEOUT), SEND),
        (replace(KNOWN, payload_hash=raw_hash(LETTER)), SEND),
        (replace(KNOWN, state=JobState.COMPLETED), (Outcome.SKIPPED, Reason.ALREADY_COMPLETED)),
        (replace(KNOWN, state=JobState.QUEUED), (Outcome.SKIPPED, Reason.UNDER_WAY)),
        (replace(KNOWN, state=JobState.RUNNING), (Outcome.SKIPPED, Reason.UNDER_WAY)),
        (replace(KNOWN, state=JobState.RETRY_WAIT), (Outcome.SKIPPED, Reason.UNDER_WAY)),
        (replace(KNOWN, epoch=1), (Outcome.SKIPPED, Reason.DUPLICATE)),
        (replace(KNOWN, payload_hash=b"x"), (Outcome.REFUSED, Reason.CONFLICT)),
        (replace(KNOWN, job_type="content.suggest"), (Outcome.REFUSED, Reason.CONFLICT)),
        (replace(KNOWN, held_by="op-2"), (Outcome.SKIPPED, Reason.HELD_ELSEWHERE)),
    ],
)
def test_by_what_is_known_of_the_job(standing: Standing, expected: tuple[Outcome, Reason | None]) -> None:
    assert _judged(LETTER, standing) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"enqueued_at": NOW - timedelta(seconds=3_601)}, Reason.TOO_OLD),
        ({"properties": {"replayCount": 3}}, Reason.TOO_MANY_REPLAYS),
        ({"body": b"{"}, Reason.NOT_A_JOB),
        ({"body": b"[]"}, Reason.NOT_A_JOB),
        (
            {"body": b'{"jobId": "job_1", "jobType": "nonsense", "creatorId": "7", "payload": {}}'},
            Reason.NOT_A_JOB,
        ),
        ({"payload": {"wrong": 1}}, Reason.INVALID_PAYLOAD),
        ({"payload": {"text": "x" * MAX_MESSAGE_BYTES}}, Reason.TOO_LARGE),
    ],
)
def test_what_is_never_replayed(changes: dict[str, Any], expected: Reason) -> None:
    assert _judged(chat_letter(1, "job_1", **{"enqueued_at": NOW, **changes})) == (Outcome.REFUSED, expected)


def test_a_second_letter_of_a_job_that_was_chosen() -> None:
    assert _judged(LETTER, KNOWN, chosen=("job_1",)) == (Outcome.SKIPPED, Reason.DUPLICATE)


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (NOTHING_KNOWN, (Outcome.REFUSED, Reason.ORPHAN)),
        (WORDS_KNOWN, (Outcome.REFUSED, Reason.ORPHAN)),
        (replace(WORDS_KNOWN, parent_state=JobState.FAILED), (Outcome.REFUSED, Reason.ORPHAN)),
        (replace(WORDS_KNOWN, parent_state=JobState.COMPLETED), SEND),
    ],
)
def test_a_follow_up_goes_only_where_its_parent_waits(
    standing: Standing, expected: tuple[Outcome, Reason | None]
) -> None:
    assert _judged(WORDS, standing) == expected


def test_an_event_is_sent_whatever_is_in_it() -> None:
    assert _judged(event_letter(1, body=b"\xff", enqueued_at=NOW), source=EMAIL) == SEND


def test_a_copy_keeps_what_the_message_says_and_drops_what_the_broker_added() -> None:
    letter = event_letter(
        1,
        properties={
            "jobId": "job_1",
            "cloudEvents:id": "e-1",
            "DeadLetterReason": "x",
            "DeadLetterErrorDescription": "y",
            "share": 0.5,
            "urgent": True,
        },
    )
    copy = event_copy(letter, EMAIL)
    assert copy.properties == {
        "jobId": "job_1",
        "cloudEvents:id": "e-1",
        "share": 0.5,
        "urgent": True,
        "replayOf": "e-1",
        "replayCount": 1,
        "replayTarget": "notify-email",
    }


def test_a_long_message_id_still_makes_one_that_the_broker_takes() -> None:
    copy = event_copy(event_letter(1, message_id="x" * 128), EMAIL)
    assert len(copy.message_id) <= 128
    assert copy.message_id == event_copy(event_letter(9, message_id="x" * 128), EMAIL).message_id


def test_a_message_whose_properties_were_forgotten_is_routed_by_its_body() -> None:
    """It lay in `unrouted`."""
    letter = chat_letter(1, "job_1")
    asked = asked_of(replace(letter, properties={}), CHAT, check)
    assert isinstance(asked, JobMessage)
    assert asked.properties == {
        "jobType": "chat.suggest",
        "jobId": "job_1",
        "creatorId": "7",
        "replayOf": "m-1",
        "replayCount": 1,
    }
