"""Clients of Service Bus: of production's topology, and of one of our own with short locks and lives.

`SERVICEBUS_CONNECTION` points the first at a real namespace or at Microsoft's emulator; the second is always
ours. Opening or closing a link takes the SDK half a second, so links are opened once and closed together.
"""

from __future__ import annotations

import json
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from azure.servicebus import (
    ServiceBusClient,
    ServiceBusMessage,
    ServiceBusReceivedMessage,
    ServiceBusReceiver,
)

from infra.local import broker

HERE = Path(__file__).parent


@dataclass
class Bench:
    """The senders and receivers of one namespace."""

    connection: str
    client: ServiceBusClient
    _opened: dict[str, Any] = field(default_factory=dict)

    def to(self, entity: str) -> Any:
        """Return the sender to a queue or a topic; both kinds are addressed alike."""
        return self._open(f"to {entity}", lambda: self.client.get_queue_sender(entity))

    def at(self, path: str, **options: Any) -> ServiceBusReceiver:
        """Return the receiver at `queue` or `topic/subscription`."""

        def get() -> ServiceBusReceiver:
            topic, _, subscription = path.partition("/")
            if subscription:
                return self.client.get_subscription_receiver(topic, subscription, **options)
            return self.client.get_queue_receiver(topic, **options)

        receiver: ServiceBusReceiver = self._open(f"at {path} {options}", get)
        return receiver

    def dead(self, path: str) -> ServiceBusReceiver:
        """Return the receiver at the dead-letter queue of a path."""
        return self.at(path, sub_queue="deadletter")

    def _open(self, key: str, get: Callable[[], Any]) -> Any:
        if key not in self._opened:
            self._opened[key] = get()
        return self._opened[key]

    def warm(self, *, to: Sequence[str], at: Sequence[str], dead: Sequence[str]) -> None:
        """Open many links at once."""
        links = [*map(self.to, to), *map(self.at, at), *map(self.dead, dead)]
        _together(lambda each: each.__enter__(), links)

    def close(self) -> None:
        """Close everything at once."""
        _together(lambda each: each.close(), list(self._opened.values()))
        self.client.close()


def _together(action: Callable[[Any], object], links: list[Any]) -> None:
    with ThreadPoolExecutor(max_workers=len(links) or 1) as pool:
        list(pool.map(action, links))


@pytest.fixture(scope="session")
def bench(broker_connection: str) -> Iterator[Bench]:
    """The namespace that `SERVICEBUS_CONNECTION` names, or our broker with production's topology."""
    chat = "huntaze-jobs/chat-suggestions"
    with _bench(broker_connection) as bench:
        at = [chat, "huntaze-jobs/video-analysis", "huntaze-jobs/unrouted"]
        bench.warm(to=["huntaze-jobs"], at=at, dead=[chat])
        yield bench


@pytest.fixture(scope="session")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file in which our own broker records what happens."""
    return tmp_path_factory.mktemp("journal") / "broker.jsonl"


@pytest.fixture(scope="session")
def own_connection(tmp_path_factory: pytest.TempPathFactory, journal: Path) -> Iterator[str]:
    """Our broker with the test topology beside this file."""
    directory = tmp_path_factory.mktemp("own-broker")
    with broker.running(directory, HERE / "topology.json", log=journal) as connection:
        yield connection


@pytest.fixture(scope="session")
def own_bench(own_connection: str) -> Iterator[Bench]:
    """Clients of our broker with the test topology."""
    queues = ["short-lock", "renewed", "two-deliveries", "short-life", "forgetful", "deduplicated", "noise"]
    topics = ["routes/everything", "routes/urgent", "routes/europe"]
    dead = ["two-deliveries", "short-life", "forgetful"]
    with _bench(own_connection) as bench:
        bench.warm(to=[*queues, "routes"], at=[*queues, *topics], dead=dead)
        yield bench


@contextmanager
def _bench(connection: str) -> Iterator[Bench]:
    client = ServiceBusClient.from_connection_string(connection, retry_total=1, retry_backoff_factor=0.02)
    bench = Bench(connection, client)
    yield bench
    bench.close()


@pytest.fixture
def mark() -> str:
    """What tells this test's messages from those of others in the same namespace."""
    return uuid.uuid4().hex


@pytest.fixture
def message(mark: str) -> Callable[..., ServiceBusMessage]:
    """Make a message of this test."""

    def make(body: bytes | str = b"{}", **fields: Any) -> ServiceBusMessage:
        properties = {"mark": mark, **fields.pop("properties", {})}
        fields.setdefault("message_id", uuid.uuid4().hex)
        return ServiceBusMessage(body, application_properties=properties, **fields)

    return make


@pytest.fixture
def take(mark: str) -> Callable[..., list[ServiceBusReceivedMessage]]:
    """Receive this test's messages, and complete the strangers that others left behind."""

    def receive(
        receiver: ServiceBusReceiver, count: int = 1, *, seconds: float = 30.0
    ) -> list[ServiceBusReceivedMessage]:
        mine: list[ServiceBusReceivedMessage] = []
        deadline = time.monotonic() + seconds
        while len(mine) < count and (left := deadline - time.monotonic()) > 0:
            for received in receiver.receive_messages(
                max_message_count=count - len(mine), max_wait_time=left
            ):
                if (received.application_properties or {}).get(b"mark") == mark.encode():
                    mine.append(received)
                else:
                    receiver.complete_message(received)
        return mine

    return receive


@pytest.fixture
def run_script() -> Callable[..., Any]:
    """Run one of the JavaScript programs beside this file and return the JSON that it prints."""

    def run(name: str, *arguments: str) -> Any:
        done = subprocess.run(  # noqa: S603 - our own scripts
            ["node", str(HERE / name), *arguments],  # noqa: S607 - the machine's own Node.js
            capture_output=True,
            check=False,
            text=True,
            timeout=150,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run
