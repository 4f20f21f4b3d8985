"""Receivers that compete, wait and close, and connections that break: always our own broker."""

from __future__ import annotations

import asyncio
import gc
import socket
import time
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from azure.servicebus import ServiceBusClient, ServiceBusMessage, ServiceBusReceivedMessage
from azure.servicebus.aio import ServiceBusClient as AsyncServiceBusClient

from infra.local import broker
from infra.local.process import free_port

pytestmark = pytest.mark.own_broker

HERE = Path(__file__).parent
Make = Callable[..., ServiceBusMessage]
Take = Callable[..., list[ServiceBusReceivedMessage]]


def _age(received: ServiceBusReceivedMessage) -> float:
    assert received.enqueued_time_utc is not None
    return (datetime.now(UTC) - received.enqueued_time_utc).total_seconds()


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
                [first] = await greedy.receive_messages(max_wait_time=30)
                await greedy.complete_message(first)
            rest = await _receive(patient, 9)
    assert sorted(int(str(each)) for each in rest) == list(range(1, 10))
    assert {each.delivery_count for each in rest} == {0}


async def _receive(receiver: Any, count: int) -> list[Any]:
    found: list[Any] = []
    deadline = time.monotonic() + 30
    while len(found) < count and time.monotonic() < deadline:
        for received in await receiver.receive_messages(max_message_count=count, max_wait_time=0.5):
            await receiver.complete_message(received)
            found.append(received)
    return found


async def test_a_waiting_receiver_gets_a_message_as_soon_as_it_is_sent(own_connection: str) -> None:
    async with AsyncServiceBusClient.from_connection_string(own_connection) as client:
        sender, receiver = client.get_queue_sender("waiting"), client.get_queue_receiver("waiting")
        async with _attached(sender, receiver):
            waiting = asyncio.create_task(receiver.receive_messages(max_wait_time=30))
            await asyncio.sleep(0.3)
            await sender.send_messages(ServiceBusMessage("now"))
            [received] = await waiting
            assert _age(received) < 10
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
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
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
            receiver.complete_message(receiver.receive_messages(max_wait_time=30)[0])
        with broker.running(second, HERE / "topology.json", port=port):
            sender.send_messages(ServiceBusMessage("2"))
            [received] = receiver.receive_messages(max_wait_time=30)
            assert str(received) == "2"
            receiver.complete_message(received)
            links.close()


@pytest.mark.usefixtures("forgotten_sockets")
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
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
                for received in await receiver.receive_messages(max_message_count=100, max_wait_time=30):
                    await receiver.complete_message(received)
                    bodies.append(int(str(received)))
            assert time.monotonic() - started < 60
    assert bodies == list(range(1000))
