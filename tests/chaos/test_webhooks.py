"""Webhooks under kills and duplicates: each is delivered once by its id, and the uncertain ones are listed.

`make test` publishes a few events; `make webhooks` 5,000, with a hundred kills.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient, ServiceBusSender
from cryptography.fernet import Fernet
from standardwebhooks import Webhook

from infra.local import broker
from infra.local.broker import PRODUCTION_TOPOLOGY
from shared.clock import SystemClock
from shared.fetching.transport import GuardedTransport
from shared.fetching.urls import AnyPublicHost
from shared.persistence.postgres import PostgresJobStore
from shared.webhooks.port import Endpoint, delivery_id_of
from shared.webhooks.postgres import PostgresWebhooks
from shared.webhooks.posting import GuardedPoster
from shared.webhooks.register import Register
from shared.webhooks.sealing import Seal
from tests.chaos.scenario import FORKS
from tests.chaos.webhook_hosting import POINTS, Death, run_host
from tests.webhook_receiver import Receiver, receiving

EVENTS = int(os.environ.get("WEBHOOK_EVENTS", "80"))
KILLS = int(os.environ.get("WEBHOOK_KILLS", "4"))
SEED = int(os.environ.get("CHAOS_SEED", "20261125"))
CREATORS = 20

#: A host that has not passed its point by then is killed where it stands: there is enough to do that it will.
_PATIENCE_SECONDS = 120.0


@dataclass
class Scenario:
    """The services of one run, its receiver, and what was published."""

    connection: str
    database_url: str
    sender: ServiceBusSender
    table: PostgresWebhooks
    receiver: Receiver
    key: str
    secrets: dict[str, str] = field(default_factory=dict)
    expected: set[str] = field(default_factory=set)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "SERVICEBUS_CONNECTION": self.connection,
            "DATABASE_URL": self.database_url,
            "AZURE_AI_ENDPOINT": "http://127.0.0.1:9/models",
            "AZURE_AI_KEY": "unused",
            "FUNCTIONS_KEY": "unused",
            "WEBHOOK_SECRETS_KEYS": self.key,
            "WEBHOOK_LOCAL_ORIGINS": self.receiver.origin,
        }

    async def register(self) -> None:
        """Give each creator an endpoint at the receiver."""
        hosts = AnyPublicHost(local_origins=[self.receiver.origin])
        poster = GuardedPoster(hosts, GuardedTransport(), clock=SystemClock())
        register = Register(endpoints=self.table, poster=poster, seal=Seal([self.key]))
        for creator in map(str, range(CREATORS)):
            url = f"{self.receiver.origin}/{creator}"
            kept = await register.put(Endpoint(creator_id=creator, name="crm", url=url))
            assert kept.secret
            self.secrets[creator] = kept.secret

    async def publish(self, count: int, *, chance: random.Random) -> None:
        """Publish events of all creators, one in five of them twice, under one message id."""
        first = len(self.expected)
        messages = [_event(number) for number in range(first, first + count)]
        for number in range(first, first + count):
            endpoint = Endpoint(creator_id=str(number % CREATORS), name="crm", url="")
            self.expected.add(delivery_id_of(f"job_{number}:0:1", endpoint.endpoint_id))
        messages += [_event(first + number) for number in chance.sample(range(count), k=count // 5)]
        chance.shuffle(messages)
        for start in range(0, len(messages), 100):
            await self.sender.send_messages(messages[start : start + 100])

    def kill_at(self, death: Death, *, broken: bool = False) -> bool:
        """Run a host until it dies; `False` when it never came to that point, and was killed elsewhere."""
        with self._host(death, broken=broken) as process:
            process.join(_PATIENCE_SECONDS)
            return process.exitcode is not None

    def settle(self, *, within_seconds: float) -> None:
        """Let an unharmed host deliver everything, or as much as it can in the time."""
        until = time.monotonic() + within_seconds
        with self._host(None):
            while time.monotonic() < until and self._delivered() < len(self.expected):
                time.sleep(0.2)

    @contextmanager
    def _host(self, death: Death | None, *, broken: bool = False) -> Iterator[FORKS.Process]:  # type: ignore[name-defined]  # the context's class
        process = FORKS.Process(
            target=run_host, args=(self.environment, death), kwargs={"broken": broken}, daemon=True
        )
        process.start()
        try:
            yield process
        finally:
            process.kill()
            process.join()
            process.close()

    def explained(self) -> Counter[str]:
        """Return how often each delivery may have been heard, by the attempts on record.

        On a slow machine a receiver's answer may come too late, or its attempt outlast its lease.
        """
        query = """
            SELECT delivery_id, count(*) FROM huntaze_workers.webhook_attempts
            WHERE outcome IN ('delivered', 'uncertain', 'timed_out', 'unreachable') GROUP BY delivery_id
        """
        with psycopg.connect(self.database_url) as connection:
            return Counter(dict(connection.execute(query).fetchall()))

    def _delivered(self) -> int:
        query = "SELECT count(*) FROM huntaze_workers.webhook_deliveries WHERE state = 'delivered'"
        with psycopg.connect(self.database_url) as connection:
            row = connection.execute(query).fetchone()
        return row[0] if row else 0


def _event(number: int) -> ServiceBusMessage:
    job_id = f"job_{number}"
    event = {
        "eventType": "job.completed",
        "jobId": job_id,
        "jobType": "chat.suggest",
        "creatorId": str(number % CREATORS),
        "status": "completed",
        "progress": 100,
        "message": "The job is completed.",
        "result": {"suggestions": [{"text": f"💋 {number}"}]},
        "updatedAt": "2026-11-24T10:00:00.000Z",
    }
    return ServiceBusMessage(
        json.dumps(event).encode(),
        message_id=f"{job_id}:0:1",
        content_type="application/json",
        application_properties={"jobId": job_id, "eventType": "job.completed"},
    )


@pytest.fixture
async def scenario(tmp_path: Path, database_url: str) -> AsyncIterator[Scenario]:
    """A broker of its own with short locks, an empty database, and a receiver."""
    topology = json.loads(PRODUCTION_TOPOLOGY.read_text())
    for topic in topology["UserConfig"]["Namespaces"][0]["Topics"]:
        for subscription in topic["Subscriptions"]:
            subscription["Properties"].update({"LockDuration": "PT5S", "MaxDeliveryCount": 50})
    (tmp_path / "topology.json").write_text(json.dumps(topology))
    store = PostgresJobStore(database_url, pool_size=2, timeout_seconds=10, patience_seconds=10)
    await store.open()
    with (
        receiving(moody=20) as receiver,
        broker.running(tmp_path, topology=tmp_path / "topology.json") as connection,
    ):
        async with (
            ServiceBusClient.from_connection_string(connection) as client,
            client.get_topic_sender("huntaze-events") as sender,
        ):
            made = Scenario(
                connection=connection,
                database_url=database_url,
                sender=sender,
                table=PostgresWebhooks(store.database),
                receiver=receiver,
                key=Fernet.generate_key().decode(),
            )
            await made.register()
            yield made
    await store.close()


@pytest.mark.timeout(1800)
async def test_each_event_is_delivered_once_whenever_hosts_die(scenario: Scenario) -> None:
    """At each point in turn; what was heard twice has one id and one body, and as many attempts."""
    chance = random.Random(SEED)  # noqa: S311 - a seed makes a failure repeatable
    died = Counter[str]()
    for number in range(KILLS):
        await scenario.publish(EVENTS // KILLS, chance=chance)
        point = POINTS[number % len(POINTS)]
        reached = scenario.kill_at(Death(point, chance.randint(1, max(1, EVENTS // KILLS // 2))))
        died[point if reached else "elsewhere"] += 1
    begun = time.monotonic()
    scenario.settle(within_seconds=900)
    heard = scenario.receiver.heard
    assert set(heard) == scenario.expected
    assert {len(bodies) for bodies in scenario.receiver.bodies.values()} == {1}
    uncertain = set(await scenario.table.uncertain(limit=100_000))
    twice = {webhook_id for webhook_id, times in heard.items() if times > 1}
    explained = scenario.explained()
    assert {webhook_id for webhook_id, times in heard.items() if times > explained[webhook_id]} == set()
    for path, latest in scenario.receiver.latest.items():
        Webhook(scenario.secrets[path.strip("/")]).verify(latest.body, latest.headers)
    print(  # noqa: T201 - the figures of a run
        f"{len(heard)} deliveries, {sum(heard.values())} heard, {len(twice)} twice, "
        f"{len(uncertain)} uncertain, {len(scenario.receiver.refused)} refused at first; "
        f"deaths: {dict(died)}; the last host took {time.monotonic() - begun:.0f} s"
    )
    assert sum(died.values()) == KILLS
    assert died["elsewhere"] <= KILLS // 2


@pytest.mark.timeout(300)
async def test_ids_of_attempts_are_found_out(scenario: Scenario) -> None:
    """The same kills and the same check, but a courier whose ids a receiver can't recognise."""
    await scenario.publish(12, chance=random.Random(SEED))  # noqa: S311 - as above
    scenario.kill_at(Death("posted", 3), broken=True)
    assert not set(scenario.receiver.heard) <= scenario.expected
