"""What a queue does with its messages, on a clock that moves when told to."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.broker.codec import encode
from infra.local.broker.conditions import MessageLockLostError, MessageNotFoundError
from infra.local.broker.journal import FileJournal, NoJournal
from infra.local.broker.message import parse
from infra.local.broker.store import Store
from infra.local.broker.stored import Stored
from infra.local.broker.topology import QueueSettings
from shared.clock import ManualClock

EncodeMessage = Callable[..., bytes]
LOCK_SECONDS = 30.0


def _stores(
    clock: ManualClock, journal: Any = None, *, max_deliveries: int = 3, **settings: Any
) -> tuple[Store, Store]:
    queue = QueueSettings(lock_seconds=LOCK_SECONDS, max_deliveries=max_deliveries, **settings)
    kept = journal or NoJournal()

    def now() -> float:
        return clock.now().timestamp()

    dead = Store("q/$DeadLetterQueue", queue, now=now, journal=kept)
    return Store("q", queue, now=now, journal=kept, dead_letters=dead), dead


@pytest.fixture
def stores(clock: ManualClock) -> tuple[Store, Store]:
    """A queue and its dead-letter queue."""
    return _stores(clock)


@pytest.fixture
def put(encode_message: EncodeMessage) -> Callable[..., Stored]:
    """Enqueue a message into a store."""
    numbers = itertools.count(1)

    def enqueue(store: Store, **fields: Any) -> Stored:
        fields.setdefault("message_id", f"m{next(numbers)}")
        return store.enqueue(parse(encode_message(**fields)))

    return enqueue


Put = Callable[..., Stored]


def _locked(store: Store) -> Stored:
    stored = store.acquire()
    assert stored is not None
    assert stored.lock_token is not None
    return stored


def _token(stored: Stored) -> str:
    assert stored.lock_token is not None
    return stored.lock_token


def _dead_letter_reason(stored: Stored) -> tuple[Any, Any]:
    properties = parse(stored.encoded()).application_properties
    return properties.get("DeadLetterReason"), properties.get("DeadLetterErrorDescription")


def test_messages_are_delivered_in_order_each_to_one_receiver(stores: tuple[Store, Store], put: Put) -> None:
    store, _ = stores
    first, second = put(store), put(store)
    assert [store.acquire(), store.acquire(), store.acquire()] == [first, second, None]
    assert [first.sequence_number, second.sequence_number] == [1, 2]


def test_a_completed_message_is_gone(stores: tuple[Store, Store], put: Put) -> None:
    store, _ = stores
    put(store)
    token = _token(_locked(store))
    store.complete(token)
    assert len(store) == 0
    with pytest.raises(MessageLockLostError):
        store.complete(token)


def test_an_abandoned_message_comes_back_before_newer_ones_and_is_older(
    stores: tuple[Store, Store], put: Put
) -> None:
    store, _ = stores
    first, _second = put(store), put(store)
    store.abandon(_token(_locked(store)), {"note": encode("later")})
    again = _locked(store)
    assert again is first
    assert again.delivery_count == 1
    assert parse(again.encoded()).application_properties["note"] == "later"


def test_a_released_message_comes_back_no_older(stores: tuple[Store, Store], put: Put) -> None:
    store, _ = stores
    put(store)
    store.release(_token(_locked(store)))
    assert _locked(store).delivery_count == 0


def test_a_lock_that_expires_gives_the_message_back(
    stores: tuple[Store, Store], put: Put, clock: ManualClock
) -> None:
    store, _ = stores
    put(store)
    lost = _token(_locked(store))
    deadline = store.next_deadline()
    assert deadline is not None
    assert deadline - clock.now().timestamp() == pytest.approx(LOCK_SECONDS)
    clock.advance(LOCK_SECONDS)
    store.run_due()
    assert _locked(store).delivery_count == 1
    for settle in (store.complete, store.renew, store.release):
        with pytest.raises(MessageLockLostError):
            settle(lost)


def test_an_expired_lock_is_lost_even_before_anybody_noticed(
    stores: tuple[Store, Store], put: Put, clock: ManualClock
) -> None:
    store, _ = stores
    put(store)
    token = _token(_locked(store))
    clock.advance(LOCK_SECONDS + 1)
    with pytest.raises(MessageLockLostError):
        store.complete(token)
    store.run_due()
    assert _locked(store).delivery_count == 1


def test_a_renewed_lock_lasts_its_time_again(
    stores: tuple[Store, Store], put: Put, clock: ManualClock
) -> None:
    store, _ = stores
    put(store)
    token = _token(_locked(store))
    clock.advance(LOCK_SECONDS - 1)
    end = store.renew(token)
    assert end == pytest.approx(clock.now().timestamp() + LOCK_SECONDS)
    clock.advance(LOCK_SECONDS - 1)
    store.run_due()
    store.complete(token)


@pytest.mark.parametrize("loses_lock", [False, True])
def test_after_the_last_delivery_a_message_is_dead_lettered(
    stores: tuple[Store, Store], put: Put, clock: ManualClock, *, loses_lock: bool
) -> None:
    store, dead = stores
    put(store)
    for _ in range(3):
        token = _token(_locked(store))
        if loses_lock:
            clock.advance(LOCK_SECONDS)
            store.run_due()
        else:
            store.abandon(token, {})
    assert store.acquire() is None
    buried = _locked(dead)
    reason, description = _dead_letter_reason(buried)
    assert reason == "MaxDeliveryCountExceeded"
    assert description == "Message could not be consumed after 3 delivery attempts."
    assert buried.sequence_number == 1


def test_dead_lettering_adds_reason_and_description_and_keeps_the_rest(
    stores: tuple[Store, Store], put: Put
) -> None:
    store, dead = stores
    put(store, message_id="kept", properties={"n": 5})
    store.dead_letter(_token(_locked(store)), reason="why", description="because", changes={"x": encode(1)})
    content = parse(_locked(dead).encoded())
    assert content.message_id == "kept"
    assert content.application_properties == {
        "n": 5,
        "x": 1,
        "DeadLetterReason": "why",
        "DeadLetterErrorDescription": "because",
    }


def test_in_a_dead_letter_queue_nothing_expires_and_no_delivery_is_the_last(
    clock: ManualClock, put: Put
) -> None:
    store, dead = _stores(clock, ttl_seconds=60.0)
    put(store)
    store.dead_letter(_token(_locked(store)), reason="why", description=None, changes={})
    for _ in range(5):
        clock.advance(3600)
        dead.run_due()
        dead.abandon(_token(_locked(dead)), {})
    dead.dead_letter(_token(_locked(dead)), reason="again", description=None, changes={})
    assert _dead_letter_reason(_locked(dead)) == ("again", None)


def test_an_expired_message_is_dead_lettered_where_that_is_asked_for(clock: ManualClock, put: Put) -> None:
    store, dead = _stores(clock, ttl_seconds=60.0, dead_letter_on_expiry=True)
    put(store, message_id="short", ttl_ms=10_000)
    put(store, message_id="long", ttl_ms=100_000)
    clock.advance(10)
    store.run_due()
    assert _dead_letter_reason(_locked(dead)) == (
        "TTLExpiredException",
        "The message expired and was dead lettered.",
    )
    clock.advance(50)
    assert store.acquire() is None, "the entity's own time to live bounds the sender's"
    assert len(dead) == 2


def test_an_expired_message_is_dropped_otherwise(clock: ManualClock, put: Put) -> None:
    store, dead = _stores(clock, ttl_seconds=60.0)
    put(store)
    clock.advance(60)
    assert not store.has_available
    assert (len(store), len(dead)) == (0, 0)


def test_a_locked_message_does_not_expire_but_does_when_given_back(clock: ManualClock, put: Put) -> None:
    store, dead = _stores(clock, ttl_seconds=10.0, dead_letter_on_expiry=True)
    put(store)
    token = _token(_locked(store))
    clock.advance(20)
    store.run_due()
    store.abandon(token, {})
    assert len(store) == 0
    assert _dead_letter_reason(_locked(dead))[0] == "TTLExpiredException"


def test_a_deferred_message_is_received_by_its_number_only(put: Put, clock: ManualClock) -> None:
    store, _ = _stores(clock, max_deliveries=10)
    put(store)
    store.defer(_token(_locked(store)), {"note": encode("wait")})
    assert store.acquire() is None
    [deferred] = store.receive_deferred([1], delete=False)
    with pytest.raises(MessageNotFoundError):
        store.receive_deferred([1], delete=False)
    store.abandon(_token(deferred), {})
    assert store.acquire() is None, "an abandoned deferred message stays deferred"
    [deferred] = store.receive_deferred([1], delete=False)
    clock.advance(LOCK_SECONDS)
    store.run_due()
    [deferred] = store.receive_deferred([1], delete=True)
    assert parse(deferred.encoded()).application_properties["note"] == "wait"
    assert len(store) == 0


def test_receiving_deferred_messages_is_all_or_nothing(stores: tuple[Store, Store], put: Put) -> None:
    store, _ = stores
    put(store)
    put(store)
    store.defer(_token(_locked(store)), {})
    with pytest.raises(MessageNotFoundError):
        store.receive_deferred([1, 2], delete=False)
    assert len(store.receive_deferred([1, 1], delete=False)) == 1


def test_peek_shows_every_state_and_locks_nothing(stores: tuple[Store, Store], put: Put) -> None:
    store, _ = stores
    for _ in range(4):
        put(store)
    _locked(store)
    store.defer(_token(_locked(store)), {})
    assert [each.sequence_number for each in store.peek(0, 10)] == [1, 2, 3, 4]
    assert [each.sequence_number for each in store.peek(2, 2)] == [2, 3]
    assert _locked(store).sequence_number == 3


def test_receive_and_delete_removes_at_once(stores: tuple[Store, Store], put: Put) -> None:
    store, _ = stores
    put(store)
    assert store.take() is not None
    assert store.take() is None
    assert len(store) == 0


def test_expiries_of_messages_long_gone_are_forgotten(clock: ManualClock, put: Put) -> None:
    """A busy queue with a long time to live must not remember every message it ever had."""
    store, _ = _stores(clock, ttl_seconds=1e6)
    for _ in range(1000):
        put(store)
        store.complete(_token(_locked(store)))
    assert len(store._expiries) < 200
    assert len(store._locks._ends) <= 1


def test_the_journal_has_a_line_for_every_enqueue_and_settlement(
    clock: ManualClock, put: Put, tmp_path: Path
) -> None:
    with FileJournal(tmp_path / "journal") as journal:
        store, dead = _stores(clock, journal)
        put(store, message_id="m", properties={"jobId": "j"})
        store.abandon(_token(_locked(store)), {})
        store.dead_letter(_token(_locked(store)), reason="why", description=None, changes={})
        dead.complete(_token(_locked(dead)))
    lines = [json.loads(line) for line in (tmp_path / "journal").read_text().splitlines()]
    assert [(line["entity"], line.get("outcome", line["event"])) for line in lines] == [
        ("q", "enqueued"),
        ("q", "abandoned"),
        ("q", "dead-lettered:why"),
        ("q/$DeadLetterQueue", "enqueued"),
        ("q/$DeadLetterQueue", "completed"),
    ]
    assert lines[0]["properties"] == {"jobId": "j"}
    assert {line["messageId"] for line in lines} == {"m"}


def test_sequence_numbers_can_be_shared(encode_message: EncodeMessage) -> None:
    """A queue's own numbers and those of its scheduled messages come from one counter."""
    numbers: Iterator[int] = itertools.count(7)
    store = Store("q", QueueSettings(), now=lambda: 0.0, journal=NoJournal(), sequence=numbers)
    assert store.enqueue(parse(encode_message())).sequence_number == 7
