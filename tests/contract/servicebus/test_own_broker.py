"""What needs short locks, short lives or a broker that can be stopped: our own, with the test topology."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from azure.servicebus import ServiceBusMessage, ServiceBusReceivedMessage
from azure.servicebus.exceptions import MessageLockLostError

pytestmark = pytest.mark.own_broker

HERE = Path(__file__).parent
Make = Callable[..., ServiceBusMessage]
Take = Callable[..., list[ServiceBusReceivedMessage]]


def _believe_in_the_lock(received: ServiceBusReceivedMessage) -> None:
    """Let the SDK ask the broker about a lock that it knows to be over."""
    received._expiry = datetime.now(UTC) + timedelta(minutes=1)


def _age(received: ServiceBusReceivedMessage) -> float:
    assert received.enqueued_time_utc is not None
    return (datetime.now(UTC) - received.enqueued_time_utc).total_seconds()


def test_a_lock_that_expires_gives_the_message_to_another(own_bench: Any, message: Make, take: Take) -> None:
    receiver = own_bench.at("short-lock")
    own_bench.to("short-lock").send_messages(message())
    [first] = take(receiver)
    [second] = take(receiver)
    assert _age(second) >= 1.9
    assert (second.sequence_number, second.delivery_count) == (first.sequence_number, 1)
    _believe_in_the_lock(first)
    for settle in (receiver.complete_message, receiver.abandon_message, receiver.renew_message_lock):
        with pytest.raises(MessageLockLostError):
            settle(first)
    receiver.complete_message(second)
    assert take(receiver, seconds=2.3) == []


def test_a_renewed_lock_outlives_its_first_end(own_bench: Any, message: Make, take: Take) -> None:
    receiver = own_bench.at("renewed")
    own_bench.to("renewed").send_messages(message())
    [received] = take(receiver)
    for _ in range(2):
        time.sleep(1.8)
        receiver.renew_message_lock(received)
    receiver.complete_message(received)
    assert receiver.peek_messages(sequence_number=1) == []


def test_after_its_last_delivery_a_message_is_dead_lettered(
    own_bench: Any, message: Make, take: Take
) -> None:
    receiver = own_bench.at("two-deliveries")
    own_bench.to("two-deliveries").send_messages(message(b"poison"))
    for _ in range(2):
        receiver.abandon_message(take(receiver)[0])
    [dead] = take(own_bench.dead("two-deliveries"))
    assert dead.dead_letter_reason == "MaxDeliveryCountExceeded"
    assert dead.delivery_count == 2
    own_bench.dead("two-deliveries").complete_message(dead)
    assert take(receiver, seconds=0.2) == []


def test_an_expired_message_is_dead_lettered_without_anybody_asking(
    own_bench: Any, message: Make, take: Take
) -> None:
    own_bench.to("short-life").send_messages(message())
    [dead] = take(own_bench.dead("short-life"))
    assert dead.dead_letter_reason == "TTLExpiredException"
    assert _age(dead) >= 0.3
    time.sleep(0.3)
    own_bench.dead("short-life").complete_message(dead)


def test_an_expired_message_is_dropped_where_dead_lettering_is_off(
    own_bench: Any, message: Make, take: Take
) -> None:
    own_bench.to("forgetful").send_messages(message())
    time.sleep(0.35)
    assert take(own_bench.at("forgetful"), seconds=0.2) == []
    assert take(own_bench.dead("forgetful"), seconds=0.2) == []


def test_a_duplicate_is_dropped(own_bench: Any, message: Make, take: Take, mark: str) -> None:
    own_bench.to("deduplicated").send_messages(message(b"1", message_id=mark))
    own_bench.to("deduplicated").send_messages([message(b"2", message_id=mark), message(b"3")])
    received = take(own_bench.at("deduplicated"), 2) + take(own_bench.at("deduplicated"), seconds=0.3)
    assert [str(each) for each in received] == ["1", "3"]
    for each in received:
        own_bench.at("deduplicated").complete_message(each)


@pytest.mark.parametrize(
    ("properties", "subject", "expected"),
    [
        ({"priority": 9, "region": "eu-west"}, "job", ["everything", "urgent", "europe"]),
        ({"priority": 9}, "other", ["everything"]),
        ({"priority": 5, "region": "uk"}, "job", ["everything", "europe"]),
        ({"priority": "9", "region": "us"}, "job", ["everything"]),
        ({}, None, ["everything"]),
    ],
)
def test_filters_route(
    own_bench: Any,
    message: Make,
    mark: str,
    properties: dict[str, Any],
    subject: str | None,
    expected: list[str],
) -> None:
    """By properties of the sender's and the system's, with numbers, LIKE, IN and UNKNOWN; seen by peeking."""
    own_bench.to("routes").send_messages(message(properties=properties, subject=subject))
    reached = []
    for name in ("everything", "urgent", "europe"):
        found = own_bench.at(f"routes/{name}").peek_messages(250, sequence_number=1)
        marks = [(each.application_properties or {}).get(b"mark") for each in found]
        reached += [name] * marks.count(mark.encode())
    assert reached == expected


def test_the_journal_tells_of_every_message(
    own_bench: Any, journal: Path, message: Make, mark: str, take: Take
) -> None:
    own_bench.to("routes").send_messages(message(message_id=mark, properties={"region": "uk"}))
    [received] = take(own_bench.at("routes/europe"))
    own_bench.at("routes/europe").complete_message(received)
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    mine = [line for line in lines if line["messageId"] == mark]
    assert [(line["event"], line["topic"], line["subscription"], line.get("outcome")) for line in mine] == [
        ("enqueued", "routes", "everything", None),
        ("enqueued", "routes", "europe", None),
        ("settled", "routes", "europe", "completed"),
    ]
    assert mine[0]["properties"] == {"mark": mark, "region": "uk"}
    assert mine[1]["sequenceNumber"] == mine[2]["sequenceNumber"] == received.sequence_number
