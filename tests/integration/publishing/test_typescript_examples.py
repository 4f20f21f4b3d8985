"""The front end's SDK and ours meet on the broker: the published TypeScript examples, run as they are."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from azure.servicebus import ServiceBusClient, ServiceBusMessage, ServiceBusReceivedMessage

from docs.contracts.examples import EVENTS, JOBS, properties_of
from infra.local.process import ROOT
from shared.contracts import Envelope
from workers.chat_suggestions.messages import ChatPayload

EXAMPLES = ROOT / "docs" / "examples" / "typescript"
TOOLS = ROOT / "node_modules" / ".bin"
_PATIENCE_SECONDS = 10


@pytest.fixture
def client(broker_connection: str) -> Iterator[ServiceBusClient]:
    """Return a client of our own SDK."""
    with ServiceBusClient.from_connection_string(broker_connection) as client:
        yield client


def test_the_examples_and_the_types_compile() -> None:
    """In TypeScript's strict mode."""
    _run(TOOLS / "tsc", "--noEmit", "--project", str(EXAMPLES))


def test_a_published_job_lands_with_its_worker(broker_connection: str, client: ServiceBusClient) -> None:
    """With the properties that route it, and a body that the workers accept."""
    job_id = _example("publish.ts", broker_connection, "Salut, ça va ? 💛").strip()
    message = _receive(client, "huntaze-jobs", "chat-suggestions", job_id)
    body = json.loads(str(message))
    envelope = Envelope.model_validate(body)
    payload = ChatPayload.model_validate(envelope.payload)
    assert message.content_type == "application/json"
    assert _properties(message) == {"jobType": "chat.suggest", "jobId": job_id, "creatorId": "123"}
    assert (envelope.job_id, envelope.creator_id, envelope.deadline_ms) == (job_id, "123", 90_000)
    assert body["createdAt"].endswith("Z")
    assert payload.fan_message == "Salut, ça va ? 💛"
    assert payload.chat.fan_name == "Alex"


@pytest.mark.parametrize("properties", [{"jobType": "image.draw"}, {"jobId": "job_nobody"}, {}])
def test_a_job_that_nobody_takes_is_kept(client: ServiceBusClient, properties: Mapping[Any, Any]) -> None:
    """An unknown job type, or none, ends in `unrouted`, and nowhere else."""
    job_id = f"job_unrouted_{len(properties)}_{'jobType' in properties}"
    body = json.dumps({**JOBS["chat.suggest"], "jobId": job_id, "jobType": "image.draw"})
    _send(client, "huntaze-jobs", body, properties)
    assert json.loads(str(_receive(client, "huntaze-jobs", "unrouted", job_id)))["jobId"] == job_id


def test_an_event_reaches_a_follower(broker_connection: str, client: ServiceBusClient) -> None:
    """What Python publishes, TypeScript reads."""
    _drain(client, "huntaze-events", "metrics")
    event = EVENTS["chat.suggest completed"]
    _send(client, "huntaze-events", json.dumps(event), properties_of(event))
    assert json.loads(_example("follow.ts", broker_connection, "metrics", "1")) == event


def test_an_example_without_a_connection_says_so() -> None:
    """Instead of waiting for a broker that nobody named."""
    ended = subprocess.run(  # noqa: S603 - our own example
        [TOOLS / "tsx", EXAMPLES / "publish.ts"],
        env={**os.environ, "SERVICEBUS_CONNECTION": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "SERVICEBUS_CONNECTION is not set." in ended.stderr


def _example(name: str, connection: str, *arguments: str) -> str:
    return _run(TOOLS / "tsx", str(EXAMPLES / name), *arguments, SERVICEBUS_CONNECTION=connection)


def _run(program: Path, *arguments: str, **environment: str) -> str:
    ended = subprocess.run(  # noqa: S603 - pinned development tools
        [program, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def _send(client: ServiceBusClient, topic: str, body: str, properties: Mapping[Any, Any]) -> None:
    message = ServiceBusMessage(
        body,
        content_type="application/json",
        application_properties={**properties},
    )
    with client.get_topic_sender(topic) as sender:
        sender.send_messages(message)


def _receive(
    client: ServiceBusClient, topic: str, subscription: str, job_id: str
) -> ServiceBusReceivedMessage:
    """Take messages off until the one of this job; what other tests left behind goes with them."""
    with client.get_subscription_receiver(topic, subscription, max_wait_time=_PATIENCE_SECONDS) as receiver:
        for message in receiver:
            receiver.complete_message(message)
            if json.loads(str(message)).get("jobId") == job_id:
                return message
    pytest.fail(f"{job_id} did not reach {subscription}")


def _drain(client: ServiceBusClient, topic: str, subscription: str) -> None:
    with client.get_subscription_receiver(topic, subscription, max_wait_time=1) as receiver:
        for message in receiver:
            receiver.complete_message(message)


def _properties(message: ServiceBusReceivedMessage) -> dict[str, str]:
    """Our SDK hands keys and texts over as bytes."""
    found = message.application_properties or {}
    return {bytes(key).decode(): bytes(value).decode() for key, value in found.items()}  # type: ignore[arg-type]  # as above
