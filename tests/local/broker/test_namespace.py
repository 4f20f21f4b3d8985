"""Topics, queues and addresses of a whole namespace, without a socket."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.local.broker.conditions import (
    EntityNotFoundError,
    MessageNotFoundError,
    RuleExistsError,
    RuleNotFoundError,
)
from infra.local.broker.message import parse
from infra.local.broker.namespace import Broker
from infra.local.broker.sqllogic import FilterError
from infra.local.broker.store import Store
from infra.local.broker.topology import TopologyError, duration_seconds, load, sql_rule
from infra.local.process import ROOT
from shared.clock import ManualClock

EncodeMessage = Callable[..., bytes]
Build = Callable[[dict[str, Any]], Broker]


def _subscription(name: str, expression: str | None = None, **properties: Any) -> dict[str, Any]:
    rules = [{"Name": "r", "Properties": {"FilterType": "Sql", "SqlFilter": {"SqlExpression": expression}}}]
    return {"Name": name, "Properties": properties, "Rules": rules if expression else []}


def _store(broker: Broker, address: str) -> Store:
    store = broker.resolve(address).store
    assert store is not None
    return store


def _ids(store: Store) -> list[Any]:
    return [each.content.message_id for each in store.peek(0, 1000)]


def test_production_topology_routes_every_kind_of_job_to_its_subscription(
    clock: ManualClock, encode_message: EncodeMessage
) -> None:
    broker = Broker(load(ROOT / "infra" / "topology.json"), clock)
    kinds = {
        "video.analysis": "video-analysis",
        "chat.suggest": "chat-suggestions",
        "content.suggest": "content-suggestions",
        "content.analyze": "content-analysis",
        "video.transcript": "video-transcripts",
        "video.compress": "video-compressions",
        "nobody.knows": "unrouted",
    }
    for kind in kinds:
        broker.publish("huntaze-jobs", encode_message(message_id=kind, properties={"jobType": kind}))
    broker.publish("huntaze-jobs", encode_message(message_id="nameless"))
    for kind, name in kinds.items():
        expected = [kind, "nameless"] if name == "unrouted" else [kind]
        assert _ids(_store(broker, f"huntaze-jobs/Subscriptions/{name}")) == expected


def test_a_replay_reaches_only_its_target(clock: ManualClock, encode_message: EncodeMessage) -> None:
    broker = Broker(load(ROOT / "infra" / "topology.json"), clock)
    broker.publish("huntaze-events", encode_message(message_id="all"))
    broker.publish(
        "huntaze-events", encode_message(message_id="one", properties={"replayTarget": "notify-email"})
    )
    assert _ids(_store(broker, "huntaze-events/subscriptions/notify-email")) == ["all", "one"]
    for name in ("notify-signalr", "notify-webhook", "metrics"):
        assert _ids(_store(broker, f"huntaze-events/subscriptions/{name}")) == ["all"]


@pytest.mark.parametrize(
    "address",
    [
        "t/Subscriptions/s",
        "T/subscriptions/S",
        "/t/SUBSCRIPTIONS/s/",
        "amqps://127.0.0.1:5672/t/Subscriptions/s",
        "sb://host/t/Subscriptions/s",
        "t/Subscriptions/s/$DeadLetterQueue",
        "t/Subscriptions/s/$deadletterqueue",
        "q/$DeadLetterQueue",
        "folder/q2",
    ],
)
def test_addresses_that_name_something(build: Build, address: str) -> None:
    broker = build(
        {
            "Queues": [{"Name": "q"}, {"Name": "folder/q2"}],
            "Topics": [{"Name": "t", "Subscriptions": [_subscription("s")]}],
        }
    )
    node = broker.resolve(address)
    assert node.store is not None
    assert node.is_dead_letter_queue is address.lower().endswith("$deadletterqueue")


@pytest.mark.parametrize(
    "address", ["", "x", "t/Subscriptions/x", "t/s", "t/$DeadLetterQueue", "q/Subscriptions/s"]
)
def test_addresses_that_name_nothing(build: Build, address: str) -> None:
    broker = build(
        {"Queues": [{"Name": "q"}], "Topics": [{"Name": "t", "Subscriptions": [_subscription("s")]}]}
    )
    with pytest.raises(EntityNotFoundError):
        broker.resolve(address)


def test_a_message_no_subscription_takes_vanishes(build: Build, encode_message: EncodeMessage) -> None:
    broker = build({"Topics": [{"Name": "t", "Subscriptions": [_subscription("s", "x = 1")]}]})
    broker.publish("t", encode_message())
    assert len(_store(broker, "t/Subscriptions/s")) == 0


def test_each_subscription_numbers_and_settles_its_own_copy(
    build: Build, encode_message: EncodeMessage
) -> None:
    broker = build(
        {"Topics": [{"Name": "t", "Subscriptions": [_subscription("a"), _subscription("b", "x = 1")]}]}
    )
    broker.publish("t", encode_message())
    broker.publish("t", encode_message(properties={"x": 1}))
    first, second = _store(broker, "t/Subscriptions/a"), _store(broker, "t/Subscriptions/b")
    [copy] = second.peek(0, 10)
    assert (copy.sequence_number, copy.enqueue_sequence_number) == (1, 2)
    second.take()
    assert len(first) == 2


def test_two_rules_of_one_subscription_still_deliver_once(
    build: Build, encode_message: EncodeMessage
) -> None:
    broker = build({"Topics": [{"Name": "t", "Subscriptions": [_subscription("s", "x = 1")]}]})
    subscription = broker.resolve("t/Subscriptions/s").subscription
    assert subscription is not None
    subscription.add_rule(sql_rule("another", "x > 0"))
    broker.publish("t", encode_message(properties={"x": 1}))
    assert len(subscription.store) == 1
    with pytest.raises(RuleExistsError):
        subscription.add_rule(sql_rule("another", "x > 0"))
    subscription.remove_rule("another")
    with pytest.raises(RuleNotFoundError):
        subscription.remove_rule("another")


def test_a_scheduled_message_waits_and_gets_a_new_number(
    build: Build, clock: ManualClock, encode_message: EncodeMessage
) -> None:
    broker = build({"Topics": [{"Name": "t", "Subscriptions": [_subscription("s")]}]})
    due = clock.now().timestamp() + 60
    broker.publish("t", encode_message(message_id="later", scheduled_ms=int(due * 1000)))
    broker.publish("t", encode_message(message_id="now"))
    store = _store(broker, "t/Subscriptions/s")
    assert _ids(store) == ["now"]
    clock.advance(59)
    broker.run_due()
    assert _ids(store) == ["now"]
    assert broker.next_deadline() == pytest.approx(due)
    clock.advance(1)
    broker.run_due()
    assert _ids(store) == ["now", "later"]
    assert store.peek(0, 10)[1].enqueue_sequence_number == 3


def test_a_scheduled_message_can_be_cancelled_once(
    build: Build, clock: ManualClock, encode_message: EncodeMessage
) -> None:
    broker = build({"Queues": [{"Name": "q"}]})
    entity = broker.resolve("q").entity
    number = entity.schedule(parse(encode_message()), clock.now().timestamp() + 60)
    assert [each.sequence_number for each in entity.scheduled(0)] == [number]
    entity.cancel([number])
    with pytest.raises(MessageNotFoundError):
        entity.cancel([number])
    clock.advance(120)
    broker.run_due()
    assert len(_store(broker, "q")) == 0


def test_duplicates_are_dropped_within_the_window(
    build: Build, clock: ManualClock, encode_message: EncodeMessage
) -> None:
    properties = {"RequiresDuplicateDetection": True, "DuplicateDetectionHistoryTimeWindow": "PT1M"}
    broker = build({"Queues": [{"Name": "q", "Properties": properties}]})
    store = _store(broker, "q")
    for message_id in ("a", "a", "b"):
        broker.publish("q", encode_message(message_id=message_id))
    assert _ids(store) == ["a", "b"]
    clock.advance(60)
    broker.publish("q", encode_message(message_id="a"))
    assert _ids(store) == ["a", "b", "a"]


def test_messages_and_dead_letters_are_forwarded(build: Build, encode_message: EncodeMessage) -> None:
    broker = build(
        {
            "Queues": [
                {"Name": "all"},
                {"Name": "graves"},
                {
                    "Name": "q",
                    "Properties": {"ForwardDeadLetteredMessagesTo": "graves", "MaxDeliveryCount": 1},
                },
            ],
            "Topics": [{"Name": "t", "Subscriptions": [_subscription("s", ForwardTo="all")]}],
        }
    )
    broker.publish("t", encode_message(message_id="forwarded"))
    assert _ids(_store(broker, "all")) == ["forwarded"]
    broker.publish("q", encode_message(message_id="dead"))
    stored = _store(broker, "q").acquire()
    assert stored is not None
    assert stored.lock_token is not None
    _store(broker, "q").abandon(stored.lock_token, {})
    [buried] = _store(broker, "graves").peek(0, 10)
    assert buried.dead_letter_source == "q"
    assert parse(buried.encoded()).application_properties["DeadLetterReason"] == "MaxDeliveryCountExceeded"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("PT1M", 60), ("PT0.5S", 0.5), ("P1DT2H3M4S", 93_784), ("P14D", 1_209_600), ("PT10M", 600)],
)
def test_durations(text: str, seconds: float) -> None:
    assert duration_seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "P", "PT", "1M", "PT1X", "P1Y"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(TopologyError):
        duration_seconds(text)


def test_a_topology_this_broker_cannot_serve_is_refused(build: Build, tmp_path: Path) -> None:
    with pytest.raises(TopologyError):
        build({"Queues": [{"Name": "q", "Properties": {"RequiresSession": True}}]})
    for target in ("nowhere", "q"):
        with pytest.raises(TopologyError):
            build({"Queues": [{"Name": "q", "Properties": {"ForwardTo": target}}]})
    acting = {"Name": "r", "Properties": {"Action": {"SqlExpression": "SET x = 1"}}}
    with pytest.raises(TopologyError):
        build({"Topics": [{"Name": "t", "Subscriptions": [{"Name": "s", "Rules": [acting]}]}]})
    with pytest.raises(FilterError):
        build({"Topics": [{"Name": "t", "Subscriptions": [_subscription("s", "x =")]}]})
    (tmp_path / "empty.json").write_text("{}")
    with pytest.raises(TopologyError):
        load(tmp_path / "empty.json")


def test_correlation_rules_are_read(build: Build, encode_message: EncodeMessage) -> None:
    wanted = {"FilterType": "Correlation", "CorrelationFilter": {"Label": "l", "Properties": {"x": "1"}}}
    subscription = {"Name": "s", "Rules": [{"Name": "r", "Properties": wanted}]}
    broker = build({"Topics": [{"Name": "t", "Subscriptions": [subscription]}]})
    broker.publish("t", encode_message(message_id="no", label="l"))
    broker.publish("t", encode_message(message_id="yes", label="l", properties={"x": "1"}))
    assert _ids(_store(broker, "t/Subscriptions/s")) == ["yes"]
