"""Which letters are meant."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from infra.local.broker import PRODUCTION_TOPOLOGY
from shared.dead_letters.letters import SOURCES
from shared.dead_letters.options import Options
from shared.dead_letters.selecting import Selector
from shared.dead_letters.standing import Standing, seen
from shared.persistence.port import JobState
from tests.dead_letter_world import CHAT, chat_letter

NOW = datetime(2026, 11, 25, tzinfo=UTC)
FOUND = seen(
    CHAT,
    chat_letter(7, "job_7", enqueued_at=NOW - timedelta(hours=1), payload={"fanMessage": "secret words"}),
    Standing(
        state=JobState.FAILED,
        error_code="MODEL_ERROR",
        error_message="The AI model gave no usable answer after 3 tries.",
    ),
)


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        (Selector(), True),
        (Selector(code="MODEL_ERROR", job_type="chat.suggest", creator_id="7"), True),
        (Selector(group=FOUND.group), True),
        (Selector(group="0" * 12), False),
        (Selector(code="TIMEOUT"), False),
        (Selector(job_type="video.analysis"), False),
        (Selector(creator_id="70"), False),
        (Selector(sequence_numbers={7, 8}), True),
        (Selector(sequence_numbers={8}), False),
        (Selector(job_ids={"job_7"}), True),
        (Selector(job_ids={"job_70"}), False),
        (Selector(older_than_seconds=3_600), True),
        (Selector(older_than_seconds=3_601), False),
        (Selector(younger_than_seconds=3_600), True),
        (Selector(younger_than_seconds=3_599), False),
        (Selector(text="NO USABLE"), True),
        (Selector(text="after 3 tries"), True),
        (Selector(text="m-7"), True),
        (Selector(text="secret words"), False),
        (Selector(text="secret words", in_bodies=True), True),
    ],
)
def test_everything_that_is_set_has_to_hold(selector: Selector, expected: bool) -> None:  # noqa: FBT001 - a table
    assert selector.matches(FOUND, NOW) is expected


def test_a_letter_without_a_time_has_no_age() -> None:
    timeless = seen(CHAT, chat_letter(1, "job_1", enqueued_at=None), FOUND.standing)
    assert Selector().matches(timeless, NOW)
    assert not Selector(older_than_seconds=0).matches(timeless, NOW)
    assert not Selector(younger_than_seconds=9e9).matches(timeless, NOW)


def test_options_are_read_as_they_were_kept() -> None:
    options = Options(
        selector=Selector(code="X", text="y", sequence_numbers=frozenset({3, 1}), older_than_seconds=5.0),
        limit=7,
        rate_per_second=2.5,
        ladder=False,
        patience_seconds=9.0,
    )
    assert Options.from_json(json.loads(json.dumps(options.as_json()))) == options


def test_every_subscription_of_the_topology_is_looked_at() -> None:
    topics = json.loads(PRODUCTION_TOPOLOGY.read_text())["UserConfig"]["Namespaces"][0]["Topics"]
    assert {(source.topic.value, source.subscription) for source in SOURCES} == {
        (topic["Name"], subscription["Name"]) for topic in topics for subscription in topic["Subscriptions"]
    }
