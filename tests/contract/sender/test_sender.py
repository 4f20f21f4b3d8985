"""What every sender must do; Service Bus and the in-memory twin run the same tests."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from azure.servicebus import ServiceBusReceivedMessage, ServiceBusReceiveMode
from azure.servicebus.aio import ServiceBusClient

from infra.local import broker
from shared.clock import ManualClock, SystemClock
from shared.contracts import Topic
from shared.errors import BrokerUnavailableError
from shared.messaging.sender import MemorySender, Sender
from shared.messaging.servicebus import MAX_IDLE_SECONDS, ServiceBusSenders
from shared.persistence.port import OutboxMessage

JOB = OutboxMessage(
    message_id="job_1:0:1:0",
    topic=Topic.JOBS,
    body=b'{"jobId": "job_1"}',
    properties={"jobType": "chat.suggest", "jobId": "job_1", "count": 3, "share": 0.5, "urgent": True},
)
EVENT = OutboxMessage(
    message_id="job_1:0:1:1",
    topic=Topic.EVENTS,
    body='{"text": "é😘"}'.encode(),
    properties={"status": "completed", "jobId": "job_1"},
)


@dataclass(frozen=True)
class Subject:
    """A sender, and what came of it: (id, body, properties) by topic."""

    sender: Sender
    arrived: Callable[[Topic, int], Awaitable[list[tuple[str, bytes, dict[str, object]]]]]


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A broker of this module's own."""
    with broker.running(tmp_path_factory.mktemp("broker")) as connection:
        yield connection


@pytest.fixture(params=["memory", "service bus"])
async def subject(request: pytest.FixtureRequest) -> AsyncIterator[Subject]:
    """Each of the two senders in turn."""
    if request.param == "memory":
        memory = MemorySender()

        async def remembered(topic: Topic, _count: int) -> list[tuple[str, bytes, dict[str, object]]]:
            return [(m.message_id, m.body, dict(m.properties)) for m in memory.sent if m.topic is topic]

        yield Subject(memory, remembered)
        return
    url = request.getfixturevalue("connection")
    senders = ServiceBusSenders(lambda: ServiceBusClient.from_connection_string(url), SystemClock())

    async def received(topic: Topic, count: int) -> list[tuple[str, bytes, dict[str, object]]]:
        return [_plain(message) for message in await _receive(url, topic, count)]

    yield Subject(senders, received)
    await senders.close()


async def test_messages_arrive_as_they_were_sent(subject: Subject) -> None:
    """Id, body and properties, each on its topic."""
    await subject.sender.send([JOB, EVENT])
    assert await subject.arrived(Topic.JOBS, 1) == [(JOB.message_id, JOB.body, dict(JOB.properties))]
    assert await subject.arrived(Topic.EVENTS, 1) == [(EVENT.message_id, EVENT.body, dict(EVENT.properties))]


async def test_nothing_is_a_thing_to_send(subject: Subject) -> None:
    """No message, no error."""
    await subject.sender.send([])


async def test_more_than_a_batch_holds_arrives(subject: Subject) -> None:
    """Three messages of 200 KB are three batches; a hundred small ones of many callers are a few."""
    large = [replace(EVENT, message_id=f"large{number}", body=b"x" * 200_000) for number in range(3)]
    small = [replace(EVENT, message_id=f"small{number}") for number in range(100)]
    await asyncio.gather(subject.sender.send(large), *(subject.sender.send([each]) for each in small))
    arrived = {message_id for message_id, _, _ in await subject.arrived(Topic.EVENTS, 103)}
    assert arrived == {message.message_id for message in [*large, *small]}


async def test_service_bus_is_told_the_content_type_and_the_delay(connection: str) -> None:
    """A delayed message is there when it is due, and not before, however slowly the tests come to look."""
    begun = datetime.now(UTC)
    async with _senders(connection) as senders:
        await senders.send([replace(EVENT, message_id="later", delay_seconds=0.6), EVENT])
        arrived = {message.message_id: message for message in await _receive(connection, Topic.EVENTS, 2)}
    assert arrived[EVENT.message_id].content_type == "application/json"
    due = arrived["later"].enqueued_time_utc
    assert due
    assert due - begun >= timedelta(seconds=0.59)  # the broker keeps milliseconds


# The SDK leaves the socket of a lost connection to the garbage collector, which comes by before this ends.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_broker_that_is_away_is_an_error_and_comes_back(tmp_path: Path) -> None:
    """What fails is said at once; the next send goes through a new connection."""
    with ExitStack() as first:
        connection = first.enter_context(broker.running(tmp_path))
        port = int(connection.split(":")[2].split(";")[0])
        async with _senders(connection) as senders:
            await senders.send([EVENT])
            first.close()
            with pytest.raises(BrokerUnavailableError):
                await senders.send([EVENT])
            with broker.running(tmp_path, port=port):
                await senders.send([replace(EVENT, message_id="after")])
                [message] = await _receive(connection, Topic.EVENTS, 1)
    assert message.message_id == "after"
    gc.collect()


async def test_an_idle_sender_is_replaced_before_it_is_detached(connection: str) -> None:
    """Service Bus detaches a link after ten idle minutes; ours is five minutes old at most."""
    clock, clients = ManualClock(), []

    def connect() -> ServiceBusClient:
        clients.append(ServiceBusClient.from_connection_string(connection))
        return clients[-1]

    senders = ServiceBusSenders(connect, clock)
    for pause_seconds in (0.0, MAX_IDLE_SECONDS - 1, MAX_IDLE_SECONDS + 1):
        clock.advance(pause_seconds)
        await senders.send([EVENT])
    await senders.close()
    assert len(clients) == 2
    await _receive(connection, Topic.EVENTS, 3)


class _senders:  # noqa: N801 - reads as the context manager it is
    """Senders that are closed at the end."""

    def __init__(self, connection: str) -> None:
        self._senders = ServiceBusSenders(
            lambda: ServiceBusClient.from_connection_string(connection, retry_total=0), SystemClock()
        )

    async def __aenter__(self) -> ServiceBusSenders:
        return self._senders

    async def __aexit__(self, *_error: object) -> None:
        await self._senders.close()


async def _receive(
    connection: str, topic: Topic, count: int, *, max_wait_seconds: float = 5.0
) -> Sequence[ServiceBusReceivedMessage]:
    """Take messages from a subscription that sees every message of its topic."""
    subscription = "metrics" if topic is Topic.EVENTS else "chat-suggestions"
    messages: list[ServiceBusReceivedMessage] = []
    async with (
        ServiceBusClient.from_connection_string(connection) as client,
        client.get_subscription_receiver(
            topic.value, subscription, receive_mode=ServiceBusReceiveMode.RECEIVE_AND_DELETE
        ) as receiver,
    ):
        while len(messages) < count:
            messages += await receiver.receive_messages(
                max_message_count=count - len(messages), max_wait_time=max_wait_seconds
            )
            if not messages:
                break
    return messages


def _plain(message: ServiceBusReceivedMessage) -> tuple[str, bytes, dict[str, object]]:
    """Return what was sent; the SDK hands names and texts over as bytes."""
    properties = message.application_properties or {}
    plain = {str(_text(name)): _text(value) for name, value in properties.items()}
    return str(message.message_id), b"".join(message.body), plain


def _text(value: object) -> object:
    return value.decode() if isinstance(value, bytes) else value
