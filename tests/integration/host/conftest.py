"""The sample app on the host, as a process of its own, against a broker with the sample's topology."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient

from infra.local import broker
from infra.local.host import Hosted, running

HERE = Path(__file__).parent
TOPIC = "sample"
#: The SDK's keep-alive task delays each close by up to a second; only with prefetch it can be left out.
_WITHOUT_KEEP_ALIVE: dict[str, Any] = {"keep_alive": 0, "prefetch_count": 1}


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A running sample app, and what a test does with it."""

    host: Hosted
    connection: str
    #: Where its functions leave marks, and the host its log.
    directory: Path

    async def publish(self, route: str, *bodies: str, **properties: Any) -> None:
        """Send messages to one of the sample's subscriptions."""
        sent: dict[Any, Any] = {"route": route, **properties}
        messages = [
            ServiceBusMessage(body, message_id=f"id-{body}", application_properties=sent) for body in bodies
        ]
        async with (
            ServiceBusClient.from_connection_string(self.connection) as client,
            client.get_topic_sender(TOPIC, keep_alive=0) as sender,
        ):
            await sender.send_messages(messages)

    def marks(self, name: str, body: str | None = None) -> list[dict[str, Any]]:
        """Return what a function has left so far, of one message if asked."""
        path = self.directory / name
        lines = path.read_text().splitlines() if path.exists() else []
        found = [json.loads(line) for line in lines]
        return [mark for mark in found if body is None or mark.get("body") == body]

    def log(self) -> str:
        """Return the host's log so far."""
        return (self.directory / "host.log").read_text()

    async def take(self, subscription: str, *, dead: bool = False, wait_seconds: float = 0.5) -> list[Any]:
        """Take what a subscription, or its dead-letter queue, has to give."""
        async with (
            ServiceBusClient.from_connection_string(self.connection) as client,
            client.get_subscription_receiver(
                TOPIC, subscription, sub_queue="deadletter" if dead else None, **_WITHOUT_KEEP_ALIVE
            ) as receiver,
        ):
            messages = await receiver.receive_messages(100, max_wait_time=wait_seconds)
            await asyncio.gather(*(receiver.complete_message(message) for message in messages))
            return messages

    async def count(self, subscription: str) -> int:
        """Count the messages that a subscription still has, locked ones included."""
        async with (
            ServiceBusClient.from_connection_string(self.connection) as client,
            client.get_subscription_receiver(TOPIC, subscription, **_WITHOUT_KEEP_ALIVE) as receiver,
        ):
            return len(await receiver.peek_messages(100))

    @staticmethod
    async def until(condition: Callable[[], Any], timeout_seconds: float = 15.0) -> None:
        """Wait for something that happens in another process."""
        deadline = time.monotonic() + timeout_seconds
        while not condition():
            assert time.monotonic() < deadline, "it did not happen"
            await asyncio.sleep(0.02)


@contextmanager
def _sample(directory: Path, connection: str, **settings: str) -> Iterator[Sample]:
    environment = {
        "BUS": connection,
        "SAMPLE_TOPIC": TOPIC,
        "SAMPLE_MARKS": str(directory),
        "AzureWebJobs_off_Disabled": "true",
        **settings,
    }
    with running(directory, environment, HERE / "sample_app") as host:
        yield Sample(host=host, connection=connection, directory=directory)


@contextmanager
def _broker(directory: Path, port: int = 0) -> Iterator[str]:
    with broker.running(directory / "broker", topology=HERE / "topology.json", port=port) as connection:
        yield connection


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    """The sample app, shared by the tests that leave it running."""
    directory = tmp_path_factory.mktemp("sample")
    with _broker(directory) as connection, _sample(directory, connection) as found:
        yield found


@pytest.fixture
def start_sample() -> Callable[..., AbstractContextManager[Sample]]:
    """Starts the sample app alone: `start_sample(directory, connection, **settings)`."""
    return _sample


@pytest.fixture
def start_broker() -> Callable[..., AbstractContextManager[str]]:
    """Starts a broker with the sample's topology: `start_broker(directory, port=0)`."""
    return _broker
