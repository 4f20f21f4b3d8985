"""What needs short locks, short lives or a broker that can be stopped: our own, with the test topology."""

from __future__ import annotations

import asyncio
import gc
import json
import socket
import time
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from azure.servicebus import ServiceBusClient, ServiceBusMessage, ServiceBusReceivedMessage
from azure.servicebus.aio import ServiceBusClient as AsyncServiceBusClient
from azure.servicebus.exceptions import MessageLockLostError

from infra.local import broker
from infra.local.process import free_port

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
    assert _age(second) >= 0.45
    assert (second.sequence_number, second.delivery_count) == (first.sequence_number, 1)
    _believe_in_the_lock(first)
    for settle in (receiver.complete_message, receiver.abandon_message, receiver.renew_message_lock):
        with pytest.raises(MessageLockLostError):
            settle(first)
    receiver.complete_message(second)
    assert take(receiver, seconds=0.7) == []


def test_a_renewed_lock_outlives_its_first_end(own_bench: Any, message: Make, take: Take) -> None:
    receiver = own_bench.at("renewed")
    own_bench.to("renewed").send_messages(message())
    [received] = take(receiver)
    for _ in range(2):
        time.sleep(0.7)
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
    received = take(own_bench.at("deduplicated"), 3, seconds=0.5)
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


@asynccontextmanager
async def _attached(*links: Any) -> AsyncIterator[None]:
    """Open and close several links, all at once: each takes the SDK half a second."""
    await asyncio.gather(*(each.__aenter__() for each in links))
    try:
        yield
    finally:
        await asyncio.gather(*(each.close() for each in links))


async def test_two_receivers_compete_and_nothing_is_delivered_twice(own_connection: str) -> None:
    """Through the asynchronous SDK: forty messages, two receivers, each message completed once."""
    async with AsyncServiceBusClient.from_connection_string(own_connection) as client:
        sender = client.get_queue_sender("competing")
        receivers = [client.get_queue_receiver("competing") for _ in range(2)]
        found: list[list[str]] = [[], []]

        async def work(receiver: Any, bodies: list[str]) -> None:
            while sum(map(len, found)) < 40:
                for received in await receiver.receive_messages(max_message_count=3, max_wait_time=0.2):
                    await receiver.complete_message(received)
                    bodies.append(str(received))

        async with _attached(sender, *receivers):
            await sender.send_messages([ServiceBusMessage(str(number)) for number in range(40)])
            await asyncio.gather(*map(work, receivers, found))
    assert sorted(int(body) for body in found[0] + found[1]) == list(range(40))
    assert all(found)


async def test_prefetched_messages_come_back_when_the_receiver_closes(own_connection: str) -> None:
    """The SDK releases what it has fetched and not handed out; the broker gives it to the next at once."""
    async with AsyncServiceBusClient.from_connection_string(own_connection) as client:
        sender = client.get_queue_sender("released")
        greedy = client.get_queue_receiver("released", prefetch_count=10)
        patient = client.get_queue_receiver("released")
        async with _attached(sender, patient):
            await sender.send_messages([ServiceBusMessage(str(number)) for number in range(10)])
            async with greedy:
                [first] = await greedy.receive_messages(max_wait_time=5)
                await greedy.complete_message(first)
            rest = await _receive(patient, 9)
    assert sorted(int(str(each)) for each in rest) == list(range(1, 10))
    assert {each.delivery_count for each in rest} == {0}


async def _receive(receiver: Any, count: int) -> list[Any]:
    found: list[Any] = []
    deadline = time.monotonic() + 5
    while len(found) < count and time.monotonic() < deadline:
        for received in await receiver.receive_messages(max_message_count=count, max_wait_time=0.5):
            await receiver.complete_message(received)
            found.append(received)
    return found


async def test_a_waiting_receiver_gets_a_message_as_soon_as_it_is_sent(own_connection: str) -> None:
    async with AsyncServiceBusClient.from_connection_string(own_connection) as client:
        sender, receiver = client.get_queue_sender("waiting"), client.get_queue_receiver("waiting")
        async with _attached(sender, receiver):
            waiting = asyncio.create_task(receiver.receive_messages(max_wait_time=5))
            await asyncio.sleep(0.3)
            await sender.send_messages(ServiceBusMessage("now"))
            [received] = await waiting
            assert _age(received) < 0.3
            await receiver.complete_message(received)


@pytest.fixture
def forgotten_sockets() -> Iterator[None]:
    """Collect the sockets that the SDK forgets to close when the broker cuts a connection."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@contextmanager
def _opened(*links: Any) -> Iterator[None]:
    """Open and close several links of the blocking SDK, all at once."""
    with ThreadPoolExecutor(max_workers=len(links)) as pool:
        list(pool.map(lambda each: each.__enter__(), links))
        try:
            yield
        finally:
            list(pool.map(lambda each: each.close(), links))


@pytest.mark.usefixtures("forgotten_sockets")
def test_a_client_survives_a_broker_that_is_restarted(tmp_path: Path) -> None:
    """Messages live in memory and are gone; sender and receiver find the new broker by themselves."""
    first, second = (tmp_path / name for name in ("first", "second"))
    port = free_port()
    with ExitStack() as links:
        with broker.running(first, HERE / "topology.json", port=port) as connection:
            client = links.enter_context(_client(connection))
            sender, receiver = client.get_queue_sender("cut"), client.get_queue_receiver("cut")
            links.enter_context(_opened(sender, receiver))
            sender.send_messages(ServiceBusMessage("1"))
            receiver.complete_message(receiver.receive_messages(max_wait_time=5)[0])
        with broker.running(second, HERE / "topology.json", port=port):
            sender.send_messages(ServiceBusMessage("2"))
            [received] = receiver.receive_messages(max_wait_time=5)
            assert str(received) == "2"
            receiver.complete_message(received)
            links.close()


@pytest.mark.usefixtures("forgotten_sockets")
def test_a_sender_survives_the_detachment_of_its_idle_link(tmp_path: Path) -> None:
    """After ten idle minutes the service detaches a link; here after a fraction of a second."""
    with (
        broker.running(tmp_path, HERE / "topology.json", link_idle_seconds=0.4) as connection,
        _client(connection) as client,
    ):
        sender, receiver = client.get_queue_sender("idle"), client.get_queue_receiver("idle")
        with _opened(sender, receiver):
            sender.send_messages(ServiceBusMessage("1"))
            time.sleep(0.7)
            sender.send_messages(ServiceBusMessage("2"))
            assert [str(each) for each in receiver.peek_messages(10, sequence_number=1)] == ["1", "2"]


def _client(connection: str) -> ServiceBusClient:
    return ServiceBusClient.from_connection_string(connection, retry_backoff_factor=0.05)


def test_what_is_no_amqp_is_cut_off_and_harms_nobody(own_bench: Any, message: Make, take: Take) -> None:
    address = ("127.0.0.1", int(own_bench.connection.split(";")[0].rsplit(":", 1)[1]))
    for noise in (
        b"GET / HTTP/1.1\r\n\r\n",
        b"AMQP\x03\x01\x00\x00" + b"\xff" * 64,
        b"AMQP\x00\x01\x00\x00\x00",
    ):
        with socket.create_connection(address, timeout=5) as client:
            client.sendall(noise)
            client.shutdown(socket.SHUT_WR)
            while client.recv(4096):
                pass
    own_bench.to("noise").send_messages(message())
    [received] = take(own_bench.at("noise"))
    own_bench.at("noise").complete_message(received)


async def test_a_thousand_messages_pass_in_order(own_connection: str) -> None:
    """At a rate that a slow machine also reaches; the real figures are in the benchmarks."""
    bodies: list[int] = []
    async with AsyncServiceBusClient.from_connection_string(own_connection) as client:
        sender, receiver = (
            client.get_queue_sender("many"),
            client.get_queue_receiver("many", prefetch_count=100),
        )
        async with _attached(sender, receiver):
            started = time.monotonic()
            for start in range(0, 1000, 100):
                await sender.send_messages([ServiceBusMessage(str(start + each)) for each in range(100)])
            while len(bodies) < 1000:
                for received in await receiver.receive_messages(max_message_count=100, max_wait_time=5):
                    await receiver.complete_message(received)
                    bodies.append(int(str(received)))
            assert time.monotonic() - started < 10
    assert bodies == list(range(1000))


def test_javascript_settles_in_every_way(own_connection: str, run_script: Callable[..., Any]) -> None:
    """The other official SDK, which drains its links and waits for each outcome."""
    done = run_script("lifecycle.mjs", own_connection, "javascript")
    assert done == {
        "peeked": ["0", "1", "2", "3", "4"],
        "received": ["0", "1", "2", "3", "4"],
        "deferred": "2",
        "again": [["1", 1, "changed"]],
        "dead": [["3", "why", "because", "extra"]],
        "lockLost": "MessageLockLost",
        "redelivered": [["4", 1]],
        "scheduled": ["later"],
        "unknownQueue": "MessagingEntityNotFound",
        "empty": 0,
    }


def test_javascript_changes_the_rules_of_a_subscription(
    own_connection: str, run_script: Callable[..., Any]
) -> None:
    done = run_script("rules.mjs", own_connection, "changing", "ruled")
    assert done == {
        "before": [["$Default", "1=1"]],
        "after": [["labelled", "sys.Label = 'l' AND n = 1"], ["numbered", "n > 5"]],
        "received": ["label", "number"],
        "again": "MessagingEntityAlreadyExists",
        "nonsense": "GeneralError",
        "missing": "MessagingEntityNotFound",
    }


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
