"""The app as its users see it: messages in, events, rows and dead letters out; never its insides."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import psycopg
from azure.servicebus import (
    ServiceBusClient,
    ServiceBusMessage,
    ServiceBusReceivedMessage,
    ServiceBusReceiver,
)
from azure.servicebus.amqp import AmqpAnnotatedMessage
from psycopg.rows import DictRow, dict_row

from infra.local import broker, host
from infra.local.broker import PRODUCTION_TOPOLOGY
from infra.local.model_simulator import Endpoint
from shared.contracts import Topic

T = TypeVar("T")

#: A subscription of the tests' own on the topic of events, so that no worker takes them away.
_WITNESS = "witness"
#: Another one, for a follower who takes the events of one creator off.
FOLLOWER = "follower"
FOLLOWED_CREATOR = "123"
_CREATOR = "321"
_PAGE = 200
_POLL_SECONDS = 0.1
TERMINAL = frozenset({"completed", "failed", "timeout"})


@dataclass(frozen=True, kw_only=True)
class Event:
    """An event as it lay on the broker."""

    message_id: str
    content_type: str | None
    properties: Mapping[str, object]
    body: Mapping[str, Any]


class App:
    """A running app, its broker and its database."""

    def __init__(
        self, *, client: ServiceBusClient, connection: str, database_url: str, hosted: host.Hosted, log: Path
    ) -> None:
        self.connection = connection
        self.hosted = hosted
        self._client = client
        self._sender = client.get_topic_sender(Topic.JOBS)
        self._database_url = database_url
        self._log = log
        self._events: list[Event] = []
        self._receivers: dict[tuple[object, ...], ServiceBusReceiver] = {}
        self._next_event = 1

    @property
    def log(self) -> bytes:
        """Whatever the host wrote so far."""
        return self._log.read_bytes()

    def send(self, *messages: ServiceBusMessage | AmqpAnnotatedMessage) -> None:
        """Publish messages as they are, in one go; together they must fit into one."""
        together: Any = list(messages)  # the SDK takes both kinds in one list, and is typed for either
        self._sender.send_messages(messages[0] if len(messages) == 1 else together)

    def publish(self, fan_message: str, **fields: Any) -> str:
        """Publish an ordinary chat job as the front end does, some of its fields changed; return its id."""
        body = {
            "jobId": f"job_{uuid4().hex}",
            "jobType": "chat.suggest",
            "creatorId": _CREATOR,
            "payload": {"fanMessage": fan_message},
            "attempt": 0,
            "deadlineMs": 90_000,
            **fields,
        }
        properties = {name: body[name] for name in ("jobType", "jobId", "creatorId")}
        self.send(message_of(json.dumps(body, ensure_ascii=False).encode(), properties))
        return str(body["jobId"])

    def wait_for_job(self, job_id: str, *, within_seconds: float = 60.0) -> DictRow:
        """Return the job's row once it is terminal and everything it promised to say is said."""
        self.until(lambda: self._announced_job(job_id), f"{job_id} ended", within_seconds=within_seconds)
        return self.rows("SELECT * FROM huntaze_workers.jobs WHERE job_id = %s", job_id)[0]

    def _announced_job(self, job_id: str) -> bool:
        query = """
            SELECT FROM huntaze_workers.jobs WHERE job_id = %(id)s AND due_at IS NULL AND NOT EXISTS
                (SELECT FROM huntaze_workers.outbox WHERE job_id = %(id)s AND sent_at IS NULL)
        """
        with psycopg.connect(self._database_url) as connection:
            return connection.execute(query, {"id": job_id}).rowcount == 1

    def rows(self, query: str, *parameters: object) -> list[DictRow]:
        """Ask the database."""
        with psycopg.connect(self._database_url, row_factory=dict_row) as connection:
            return connection.execute(query.encode(), parameters).fetchall()

    def states(self, job_id: str) -> list[str]:
        """Return every state that the job went through."""
        query = "SELECT state FROM huntaze_workers.job_history WHERE job_id = %s ORDER BY id"
        return [row["state"] for row in self.rows(query, job_id)]

    def events(self) -> list[Event]:
        """Return every event so far."""
        receiver = self._receiver(Topic.EVENTS, _WITNESS)
        while page := receiver.peek_messages(_PAGE, sequence_number=self._next_event):
            self._events += [_event(message) for message in page]
            self._next_event = (page[-1].sequence_number or 0) + 1
        return self._events

    def events_of(self, job_id: str) -> list[Event]:
        """Return every event of one job so far."""
        return [event for event in self.events() if event.body["jobId"] == job_id]

    def waiting(self, subscription: str) -> list[ServiceBusReceivedMessage]:
        """Return what lies in a subscription of the topic of jobs: active, locked or scheduled."""
        return self._peek(self._receiver(Topic.JOBS, subscription))

    def dead_letters(self, subscription: str) -> list[ServiceBusReceivedMessage]:
        """Return what lies in its dead-letter queue."""
        return self._peek(self._receiver(Topic.JOBS, subscription, sub_queue="deadletter"))

    def _peek(self, receiver: ServiceBusReceiver) -> list[ServiceBusReceivedMessage]:
        found: list[ServiceBusReceivedMessage] = []
        while page := receiver.peek_messages(_PAGE, sequence_number=_after(found)):
            found += page
        return found

    def _receiver(self, topic: Topic, subscription: str, **options: Any) -> ServiceBusReceiver:
        """Return a receiver that receives nothing; opening one takes a while, and the client closes it."""
        key = (topic, subscription, *options.values())
        if key not in self._receivers:
            self._receivers[key] = self._client.get_subscription_receiver(topic, subscription, **options)
        return self._receivers[key]

    def until(self, happened: Callable[[], T], what: str, *, within_seconds: float = 60.0) -> T:
        """Wait until something is so, and return what made it so.

        Raises:
            AssertionError: it did not happen in time.
        """
        deadline = time.monotonic() + within_seconds
        while time.monotonic() < deadline:
            if answer := happened():
                return answer
            time.sleep(_POLL_SECONDS)
        raise AssertionError(f"Not within {within_seconds:g} seconds: {what}")


@contextmanager
def running(
    directory: Path,
    *,
    database_url: str,
    redis_url: str,
    model: Endpoint,
    settings: Mapping[str, str] | None = None,
) -> Iterator[App]:
    """Run the app on a broker of its own for as long as the block lasts, with further settings if told."""
    topology = directory / "topology.json"
    topology.write_text(json.dumps(_watched_topology()))
    with ExitStack() as stack:
        connection = stack.enter_context(broker.running(directory, topology=topology))
        environment = {
            "SERVICEBUS_CONNECTION": connection,
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "AZURE_AI_ENDPOINT": model.url,
            "AZURE_AI_KEY": model.key,
            # Each test begins without what the others have used up.
            "AI_EXTRA_CALLS_PER_REQUEST": "10",
            **(settings or {}),
        }
        hosted = stack.enter_context(host.running(directory, environment))
        client = stack.enter_context(ServiceBusClient.from_connection_string(connection))
        yield App(
            client=client,
            connection=connection,
            database_url=database_url,
            hosted=hosted,
            log=directory / "host.log",
        )


def message_of(body: bytes, properties: Mapping[Any, Any], **options: Any) -> ServiceBusMessage:
    """Return a message as the front end's SDK would send it."""
    options = {"content_type": "application/json", **options}
    return ServiceBusMessage(body, application_properties={**properties}, **options)


def _watched_topology() -> dict[str, Any]:
    """Return production's topology with a witness of every event, and a follower of one creator's."""
    topology: dict[str, Any] = json.loads(PRODUCTION_TOPOLOGY.read_text())
    for topic in topology["UserConfig"]["Namespaces"][0]["Topics"]:
        if topic["Name"] == Topic.EVENTS:
            like = topic["Subscriptions"][0]["Properties"]
            filters = {_WITNESS: "1 = 1", FOLLOWER: f"creatorId = '{FOLLOWED_CREATOR}'"}
            topic["Subscriptions"] += [_subscription(name, like, sql) for name, sql in filters.items()]
    return topology


def _subscription(name: str, like: Mapping[str, Any], sql: str) -> dict[str, Any]:
    rule = {"FilterType": "Sql", "SqlFilter": {"SqlExpression": sql}}
    return {"Name": name, "Properties": like, "Rules": [{"Name": "only", "Properties": rule}]}


def _after(found: list[ServiceBusReceivedMessage]) -> int:
    return (found[-1].sequence_number or 0) + 1 if found else 1


def _event(message: ServiceBusReceivedMessage) -> Event:
    return Event(
        message_id=str(message.message_id),
        content_type=message.content_type,
        properties={
            _text(name): _text(value) for name, value in (message.application_properties or {}).items()
        },
        body=json.loads(b"".join(message.body)),
    )


def _text(value: object) -> Any:
    """Our SDK hands keys and texts over as bytes."""
    return value.decode() if isinstance(value, bytes) else value
