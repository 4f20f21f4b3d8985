"""What the workers rely on in Service Bus, asked through the official SDK of production's own topology.

Nothing here is particular to the embedded broker: with `SERVICEBUS_CONNECTION` set, these tests hold a real
namespace, or Microsoft's emulator, to the same promises.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from azure.servicebus import (
    ServiceBusClient,
    ServiceBusMessage,
    ServiceBusReceivedMessage,
    ServiceBusReceiveMode,
)
from azure.servicebus.amqp import AmqpAnnotatedMessage, AmqpMessageBodyType
from azure.servicebus.exceptions import (
    MessageSizeExceededError,
    MessagingEntityNotFoundError,
    ServiceBusAuthenticationError,
    ServiceBusError,
)

JOBS = "huntaze-jobs"
CHAT = "huntaze-jobs/chat-suggestions"
VIDEO = "huntaze-jobs/video-analysis"
UNROUTED = "huntaze-jobs/unrouted"

Make = Callable[..., ServiceBusMessage]
Take = Callable[..., list[ServiceBusReceivedMessage]]


def _properties(received: ServiceBusReceivedMessage) -> dict[str, Any]:
    """Return the application properties with their keys as text; the SDK hands out bytes."""
    return {
        key.decode() if isinstance(key, bytes) else key: value
        for key, value in (received.application_properties or {}).items()
    }


def test_a_message_reaches_the_subscription_of_its_kind_and_no_other(
    bench: Any, message: Make, take: Take
) -> None:
    bench.to(JOBS).send_messages(message(b"video", properties={"jobType": "video.analysis"}))
    bench.to(JOBS).send_messages(message(b"chat", properties={"jobType": "chat.suggest"}))
    bench.to(JOBS).send_messages(message(b"stray", properties={"jobType": "nobody.knows"}))
    bench.to(JOBS).send_messages(message(b"nameless"))
    for path, bodies in ((VIDEO, ["video"]), (CHAT, ["chat"]), (UNROUTED, ["stray", "nameless"])):
        received = take(bench.at(path), len(bodies)) + take(bench.at(path), seconds=0.2)
        assert [str(each) for each in received] == bodies
        for each in received:
            bench.at(path).complete_message(each)


def test_a_batch_arrives_whole_and_in_order(bench: Any, message: Make, take: Take) -> None:
    batch = bench.to(JOBS).create_message_batch()
    for number in range(20):
        batch.add_message(message(str(number), properties={"jobType": "chat.suggest", "n": number}))
    bench.to(JOBS).send_messages(batch)
    received = take(bench.at(CHAT), 20)
    assert [str(each) for each in received] == [str(number) for number in range(20)]
    assert [_properties(each)["n"] for each in received] == list(range(20))
    for each in received:
        bench.at(CHAT).complete_message(each)


def test_a_received_message_carries_what_the_service_adds(bench: Any, message: Make, take: Take) -> None:
    bench.to(JOBS).send_messages(message(properties={"jobType": "chat.suggest"}))
    [received] = take(bench.at(CHAT))
    now = datetime.now(UTC)
    assert received.sequence_number is not None
    assert received.lock_token is not None
    assert received.delivery_count == 0
    assert received.enqueued_time_utc is not None
    assert received.locked_until_utc is not None
    assert abs(received.enqueued_time_utc - now) < timedelta(minutes=1)
    assert timedelta(seconds=30) < received.locked_until_utc - now <= timedelta(minutes=2)
    assert received.time_to_live == timedelta(minutes=10)
    renewed = bench.at(CHAT).renew_message_lock(received)
    assert renewed >= received.enqueued_time_utc
    bench.at(CHAT).complete_message(received)


def test_ids_properties_and_bodies_survive_with_their_types(bench: Any, message: Make, take: Take) -> None:
    properties = {
        "jobType": "chat.suggest",
        "text": "é\U0001f600",
        "empty": "",
        "yes": True,
        "no": False,
        "int": 2**31 - 1,
        "negative": -1,
        "float": 0.1,
        "bytes": b"\x00 text",
        "uuid": uuid.uuid4(),
    }
    body = json.dumps({"fanMessage": "\u0000 é \U0001f600"}).encode() + b"\x00\xff"
    sent = message(
        body,
        properties=properties,
        message_id="job_1766400000000_k3j2h1g0f",
        content_type="application/json",
        correlation_id="c",
        subject="s",
        to="t",
        reply_to="r",
        time_to_live=timedelta(minutes=5),
    )
    bench.to(JOBS).send_messages(sent)
    [received] = take(bench.at(CHAT))
    assert b"".join(received.body) == body
    expected = {key: value.encode() if isinstance(value, str) else value for key, value in properties.items()}
    found = _properties(received)
    del found["mark"]
    assert found == expected
    assert {key: type(each) for key, each in found.items()} == {
        key: type(each) for key, each in expected.items()
    }
    names = ("message_id", "content_type", "correlation_id", "subject", "to", "reply_to", "time_to_live")
    assert [getattr(received, name) for name in names] == [getattr(sent, name) for name in names]
    bench.at(CHAT).complete_message(received)


def test_bodies_that_are_values_or_sequences_survive(bench: Any, mark: str, take: Take) -> None:
    properties = {"mark": mark, "jobType": "chat.suggest"}
    value = {"a": [1, True, None], "b": 0.5}
    bench.to(JOBS).send_messages(AmqpAnnotatedMessage(value_body=value, application_properties=properties))
    [received] = take(bench.at(CHAT))
    assert received.body_type is AmqpMessageBodyType.VALUE
    assert received.body == {b"a": [1, True, None], b"b": 0.5}
    assert received.message_id, "the service gives an id to a message that has none"
    bench.at(CHAT).complete_message(received)


def test_an_abandoned_message_comes_back_older(bench: Any, message: Make, take: Take) -> None:
    bench.to(JOBS).send_messages(message(properties={"jobType": "chat.suggest"}))
    [first] = take(bench.at(CHAT))
    bench.at(CHAT).abandon_message(first)
    [second] = take(bench.at(CHAT))
    assert (second.sequence_number, second.delivery_count) == (first.sequence_number, 1)
    assert second.lock_token != first.lock_token
    bench.at(CHAT).complete_message(second)


def test_a_dead_lettered_message_has_its_reason(bench: Any, message: Make, take: Take) -> None:
    bench.to(JOBS).send_messages(message(b"bad", properties={"jobType": "chat.suggest", "n": 1}))
    [received] = take(bench.at(CHAT))
    bench.at(CHAT).dead_letter_message(received, reason="INVALID_PAYLOAD", error_description="no payload")
    [dead] = take(bench.dead(CHAT))
    assert (dead.dead_letter_reason, dead.dead_letter_error_description) == ("INVALID_PAYLOAD", "no payload")
    assert _properties(dead)["n"] == 1
    assert str(dead) == "bad"
    bench.dead(CHAT).abandon_message(dead)
    [again] = take(bench.dead(CHAT))
    bench.dead(CHAT).complete_message(again)
    assert take(bench.dead(CHAT), seconds=0.3) == []


def test_a_deferred_message_is_fetched_by_its_number(bench: Any, message: Make, take: Take) -> None:
    receiver = bench.at(CHAT)
    bench.to(JOBS).send_messages(message(b"later", properties={"jobType": "chat.suggest"}))
    [received] = take(receiver)
    receiver.defer_message(received)
    assert take(receiver, seconds=0.3) == []
    [deferred] = receiver.receive_deferred_messages(received.sequence_number)
    assert str(deferred) == "later"
    receiver.complete_message(deferred)
    with pytest.raises(ServiceBusError) as refused:
        receiver.receive_deferred_messages(received.sequence_number)
    assert "MessageNotFound" in type(refused.value).__name__


def test_peeking_neither_locks_nor_removes(bench: Any, message: Make, take: Take, mark: str) -> None:
    receiver = bench.at(UNROUTED)
    bench.to(JOBS).send_messages([message(str(number)) for number in range(3)])
    peeked = [
        each
        for each in receiver.peek_messages(100, sequence_number=1)
        if _properties(each).get("mark") == mark.encode()
    ]
    assert [str(each) for each in peeked] == ["0", "1", "2"]
    received = take(receiver, 3)
    assert [each.delivery_count for each in received] == [0, 0, 0]
    for each in received:
        receiver.complete_message(each)


def test_receive_and_delete_needs_no_settlement(bench: Any, message: Make) -> None:
    bench.to(JOBS).send_messages(message(properties={"jobType": "video.analysis"}))
    receiver = bench.at(VIDEO, receive_mode=ServiceBusReceiveMode.RECEIVE_AND_DELETE)
    deadline = datetime.now(UTC) + timedelta(seconds=5)
    found: list[Any] = []
    while not found and datetime.now(UTC) < deadline:
        found = receiver.receive_messages(max_wait_time=1)
    assert len(found) == 1
    assert found[0].lock_token is None
    assert receiver.peek_messages(sequence_number=found[0].sequence_number) == []


def test_a_scheduled_message_comes_at_its_time(bench: Any, message: Make, take: Take) -> None:
    due = datetime.now(UTC) + timedelta(seconds=3)
    make = {"jobType": "chat.suggest"}
    [cancelled] = bench.to(JOBS).schedule_messages(message(b"cancelled", properties=make), due)
    bench.to(JOBS).schedule_messages(message(b"by request", properties=make), due)
    bench.to(JOBS).send_messages(
        message(b"by annotation", properties=make, scheduled_enqueue_time_utc=due + timedelta(seconds=0.1))
    )
    bench.to(JOBS).cancel_scheduled_messages(cancelled)
    received = take(bench.at(CHAT), 2)
    assert datetime.now(UTC) >= due
    assert [str(each) for each in received] == ["by request", "by annotation"]
    for each in received:
        bench.at(CHAT).complete_message(each)
    assert take(bench.at(CHAT), seconds=0.2) == []


def test_a_message_over_256_kilobytes_is_refused(bench: Any, message: Make) -> None:
    with pytest.raises(MessageSizeExceededError):
        bench.to(JOBS).send_messages(message(b"x" * 262_144))


def test_a_large_message_survives(bench: Any, message: Make, take: Take) -> None:
    """Larger than a frame on either side, so that it travels in several transfers."""
    body = bytes(range(256)) * 900
    bench.to(JOBS).send_messages(message(body, properties={"jobType": "chat.suggest"}))
    [received] = take(bench.at(CHAT))
    assert b"".join(received.body) == body
    bench.at(CHAT).complete_message(received)


def test_an_unknown_entity_is_refused(bench: Any, message: Make) -> None:
    """The service refuses a token for an unknown topic, which this SDK takes for a failure to log in."""
    with ServiceBusClient.from_connection_string(bench.connection, retry_total=0) as client:
        sender = client.get_topic_sender("no-such-topic")
        with pytest.raises((ServiceBusAuthenticationError, MessagingEntityNotFoundError)):
            sender.send_messages(message())
        receiver = client.get_subscription_receiver(JOBS, "no-such-subscription")
        with pytest.raises(MessagingEntityNotFoundError):
            receiver.receive_messages(max_wait_time=5)


def test_javascript_publishes_what_python_receives(
    bench: Any, take: Take, run_script: Callable[..., Any], mark: str
) -> None:
    """The front end's SDK: one message and a batch, property types and body as Python reads them."""
    run_script("send.mjs", bench.connection, JOBS, mark, "chat.suggest")
    received = take(bench.at(CHAT), 4)
    bodies = [json.loads(b"".join(each.body)) for each in received]
    assert [body["n"] for body in bodies] == [0, 1, 2, 3]
    first = received[0]
    assert (first.message_id, first.content_type) == (f"{mark}-0", "application/json")
    properties = _properties(first)
    assert properties["jobType"] == b"chat.suggest"
    assert properties["creatorId"] == 123
    assert (properties["ratio"], properties["flag"]) == (0.5, True)
    for each in received:
        bench.at(CHAT).complete_message(each)


def test_python_publishes_what_javascript_receives(
    bench: Any, message: Make, run_script: Callable[..., Any]
) -> None:
    sent = message(
        b'{"n": 1}',
        message_id="é",
        content_type="application/json",
        properties={"jobType": "video.analysis", "n": 5},
    )
    bench.to(JOBS).send_messages(sent)
    [received] = run_script("receive.mjs", bench.connection, *VIDEO.split("/"), "1")
    assert received["body"] == {"n": 1}
    assert received["messageId"] == "é"
    assert received["applicationProperties"] == sent.application_properties
