"""Brokers with the sample's topology, and the sample app on its host, as a process of its own."""

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
from azure.servicebus import ServiceBusClient, ServiceBusMessage, ServiceBusSender

from infra.local import broker
from infra.local.host import Hosted, running

HERE = Path(__file__).parent
TOPIC = "sample"


@dataclass(frozen=True, kw_only=True)
class Bus:
    """A broker, a sender that stays open (opening one takes half a second), and the broker's journal."""

    connection: str
    sender: ServiceBusSender
    journal: Path

    def publish(self, route: str, *bodies: str | bytes, **properties: Any) -> None:
        """Send messages to one of the sample's subscriptions."""
        sent: dict[Any, Any] = {"route": route, **properties}
        for body in bodies:
            self.sender.send_messages(
                ServiceBusMessage(body, message_id=_id_of(body), application_properties=sent)
            )

    def outcomes(self, body: str | bytes) -> list[str]:
        """Return what became of a message so far, in its subscription and then as a dead letter."""
        lines = [json.loads(line) for line in self.journal.read_text().splitlines()]
        return [
            line["outcome"]
            for line in lines
            if line["event"] == "settled" and line["messageId"] == _id_of(body)
        ]


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A running sample app."""

    bus: Bus
    host: Hosted
    #: Where its functions leave marks, and the host its log.
    directory: Path

    def marks(self, name: str, body: str | None = None) -> list[dict[str, Any]]:
        """Return what a function has left so far, of one message if asked."""
        path = self.directory / name
        lines = path.read_text().splitlines() if path.exists() else []
        found = [json.loads(line) for line in lines]
        return [mark for mark in found if body is None or mark.get("body") == body]

    def log(self) -> str:
        """Return the host's log so far."""
        return (self.directory / "host.log").read_text()


@pytest.fixture
def until() -> Callable[..., Any]:
    """Wait for something that happens in another process."""

    async def wait(condition: Callable[[], Any], timeout_seconds: float = 60.0) -> None:
        deadline = time.monotonic() + timeout_seconds
        while not condition():
            assert time.monotonic() < deadline, "it did not happen"
            await asyncio.sleep(0.02)

    return wait


@pytest.fixture(scope="session")
def bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bus]:
    """A broker for hosts inside the test's own process; each test leaves its subscription empty."""
    with _bus(tmp_path_factory.mktemp("bus")) as found:
        yield found


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    """The sample app on a broker of its own, shared by the tests that leave it running."""
    directory = tmp_path_factory.mktemp("sample")
    with _bus(directory) as found, _sample(directory, found) as started:
        yield started


@pytest.fixture
def start_bus() -> Callable[..., AbstractContextManager[Bus]]:
    """Starts a broker: `start_bus(directory, port=0)`."""
    return _bus


@pytest.fixture
def start_sample() -> Callable[..., AbstractContextManager[Sample]]:
    """Starts the sample app: `start_sample(directory, bus, **settings)`."""
    return _sample


@contextmanager
def _bus(directory: Path, port: int = 0) -> Iterator[Bus]:
    journal = directory / "journal"
    topology = HERE / "topology.json"
    with (
        broker.running(directory / "broker", topology=topology, log=journal, port=port) as connection,
        ServiceBusClient.from_connection_string(connection) as client,
        client.get_topic_sender(TOPIC, keep_alive=0) as sender,
    ):
        yield Bus(connection=connection, sender=sender, journal=journal)


@contextmanager
def _sample(directory: Path, bus: Bus, **settings: str) -> Iterator[Sample]:
    environment = {
        "BUS": bus.connection,
        "SAMPLE_TOPIC": TOPIC,
        "SAMPLE_MARKS": str(directory),
        "AzureWebJobs_off_Disabled": "true",
        **settings,
    }
    with running(directory, environment, HERE / "sample_app") as host:
        yield Sample(bus=bus, host=host, directory=directory)


def _id_of(body: str | bytes) -> str:
    return f"id-{body if isinstance(body, str) else body[:20].hex()}"
