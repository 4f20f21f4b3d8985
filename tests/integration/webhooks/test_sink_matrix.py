"""Each thing a receiver may do, through the real transport to a real socket, and what follows from it."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest
from cryptography.fernet import Fernet
from standardwebhooks import Webhook

from shared.clock import SystemClock
from shared.fetching.transport import GuardedTransport
from shared.fetching.urls import AnyPublicHost
from shared.webhooks.bodies import event_body
from shared.webhooks.courier import Courier
from shared.webhooks.memory_table import MemoryWebhooks
from shared.webhooks.port import DeliveryRecord, DisabledReason, Endpoint, NewDelivery
from shared.webhooks.posting import MAX_BODY_BYTES, GuardedPoster
from shared.webhooks.register import Register
from shared.webhooks.schedule import Outcome
from shared.webhooks.sealing import Seal
from tests.integration.webhooks.sink import Sink, sinking

#: Of one attempt, in place of fifteen.
ATTEMPT_SECONDS = 0.5
EVENT = {
    "eventType": "job.completed",
    "jobId": "job_1",
    "jobType": "chat.suggest",
    "creatorId": "101",
    "status": "completed",
    "progress": 100,
    "message": "The job is completed.",
    "result": {"suggestions": [{"text": "Hé 💋"}]},
    "updatedAt": "2026-11-24T10:00:00.000Z",
}


@dataclass(frozen=True, kw_only=True)
class World:
    """A creator's server, and us."""

    sink: Sink
    table: MemoryWebhooks
    courier: Courier
    register: Register

    async def tell(self, path: str) -> tuple[DeliveryRecord, str]:
        """Tell one endpoint of an event; return what it came to, and the endpoint's secret."""
        kept = await self.register.put(Endpoint(creator_id="101", name="crm", url=self.sink.url(path)))
        assert kept.secret
        await self.courier.notify(told())
        (delivery,) = await self.table.list_of("101", limit=9)
        return delivery, kept.secret


def told() -> NewDelivery:
    return NewDelivery(
        creator_id="101",
        event_type="job.completed",
        job_id="job_1",
        message_key="job_1:0:1",
        body=event_body(EVENT, functions_url="https://workers.example"),
    )


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """Both, with a development setting that allows the sink's origin and nothing else."""
    async with sinking() as sink:
        clock, seal = SystemClock(), Seal([Fernet.generate_key().decode()])
        table = MemoryWebhooks(clock)
        poster = GuardedPoster(
            AnyPublicHost(local_origins=[f"http://127.0.0.1:{sink.port}"]),
            GuardedTransport(),
            clock=clock,
            attempt_seconds=ATTEMPT_SECONDS,
        )
        yield World(
            sink=sink,
            table=table,
            courier=Courier(table=table, poster=poster, seal=seal, clock=clock, chance=lambda: 0.5),
            register=Register(endpoints=table, poster=poster, seal=seal),
        )


@pytest.mark.parametrize(
    ("path", "outcome", "status", "waits_at_least"),
    [
        ("/200", Outcome.DELIVERED, 200, None),
        ("/202", Outcome.DELIVERED, 202, None),
        ("/204", Outcome.DELIVERED, 204, None),
        ("/299", Outcome.DELIVERED, 299, None),
        ("/huge", Outcome.DELIVERED, 200, None),
        ("/301/Location=/200", Outcome.REDIRECTED, 301, 5),
        ("/302/Location=http:/169.254.169.254/", Outcome.REDIRECTED, 302, 5),
        ("/307/Location=/200", Outcome.REDIRECTED, 307, 5),
        ("/308/Location=/200", Outcome.REDIRECTED, 308, 5),
        ("/400", Outcome.REFUSED, 400, 5),
        ("/401", Outcome.REFUSED, 401, 5),
        ("/404", Outcome.REFUSED, 404, 5),
        ("/413", Outcome.REFUSED, 413, 5),
        ("/429", Outcome.THROTTLED, 429, 30),
        ("/429/Retry-After=120", Outcome.THROTTLED, 429, 120),
        ("/429/Retry-After=nonsense", Outcome.THROTTLED, 429, 30),
        ("/429/Retry-After=99999999", Outcome.THROTTLED, 429, 86_400),
        ("/500", Outcome.REFUSED, 500, 5),
        ("/502", Outcome.THROTTLED, 502, 30),
        ("/503/Retry-After=300", Outcome.REFUSED, 503, 300),
        ("/504", Outcome.THROTTLED, 504, 30),
        ("/silent", Outcome.TIMED_OUT, None, 5),
        ("/drip", Outcome.TIMED_OUT, None, 5),
        ("/reset", Outcome.UNREACHABLE, None, 5),
        ("/hangup", Outcome.UNREACHABLE, None, 5),
        ("/nonsense", Outcome.UNREACHABLE, None, 5),
        ("/headers", Outcome.UNREACHABLE, None, 5),
        ("/long", Outcome.UNREACHABLE, None, 5),
    ],
)
async def test_what_a_receiver_does(
    world: World, path: str, outcome: Outcome, status: int | None, waits_at_least: float | None
) -> None:
    """One request, whatever it is answered; an attempt that says so; and the next one when it should be."""
    begun = time.time()
    delivery, secret = await world.tell(path)
    (attempt,) = delivery.attempts
    assert (attempt.outcome, attempt.status) == (outcome, status)
    assert len(world.sink.received) == 1
    if waits_at_least is None:
        assert (delivery.state, delivery.next_at) == ("delivered", None)
    else:
        assert delivery.state == "waiting"
        assert delivery.next_at
        assert waits_at_least <= delivery.next_at.timestamp() - begun < waits_at_least + 30
    (received,) = world.sink.received
    assert Webhook(secret).verify(received.body, received.headers)["type"] == "job.completed"


async def test_what_is_sent(world: World) -> None:
    """The headers that are promised, and a body that any program reads."""
    delivery, _ = await world.tell("/200")
    (received,) = world.sink.received
    assert received.headers["webhook-id"] == delivery.delivery_id
    assert received.headers["content-type"] == "application/json"
    assert received.headers["x-huntaze-event"] == "job.completed"
    assert received.headers["x-huntaze-job-id"] == "job_1"
    assert received.headers["user-agent"] == "Huntaze-Webhooks/1.0"
    assert received.headers["accept-encoding"] == "identity"
    assert received.headers["host"] == f"127.0.0.1:{world.sink.port}"
    said = json.loads(received.body)
    assert said["timestamp"] == "2026-11-24T10:00:00.000Z"
    assert said["data"]["result"] == EVENT["result"]
    assert said["data"]["jobId"] == "job_1"


async def test_a_receiver_that_is_gone_is_left_alone(world: World) -> None:
    delivery, _ = await world.tell("/410")
    assert (delivery.state, delivery.attempts[0].outcome) == ("failed", Outcome.GONE)
    (endpoint,) = await world.table.of("101")
    assert (endpoint.enabled, endpoint.disabled_reason) == (False, DisabledReason.GONE)
    await world.courier.notify(told())
    assert len(world.sink.received) == 1


async def test_of_a_hundred_megabytes_next_to_nothing_is_read(world: World) -> None:
    """What the kernel's buffers hold, and then the connection is gone."""
    await world.tell("/huge")
    assert world.sink.sent["/huge"] < 20_000_000 + MAX_BODY_BYTES


async def test_two_secrets_sign_during_a_rotation(world: World) -> None:
    """Whoever verifies with either is content, and nobody with another."""
    _, old = await world.tell("/200")
    new = await world.register.rotate("101", "crm")
    assert new
    await world.courier.ping("101", "crm")
    received = world.sink.received[-1]
    assert received.headers["x-huntaze-event"] == "webhook.ping"
    assert len(received.headers["webhook-signature"].split(" ")) == 2
    for secret in (old, new):
        assert Webhook(secret).verify(received.body, received.headers)["type"] == "webhook.ping"


async def test_a_ping_tells_what_came_of_it_and_is_not_tried_again(world: World) -> None:
    await world.register.put(
        Endpoint(creator_id="101", name="crm", url=world.sink.url("/500"), enabled=False)
    )
    pinged = await world.courier.ping("101", "crm")
    assert pinged
    assert (pinged.state, pinged.attempts[0].status) == ("failed", 500)
    assert await world.courier.run(seconds=1) == 0


async def test_another_local_origin_is_not_asked(world: World) -> None:
    """The development setting opens one port of this machine."""
    async with sinking() as other:
        await world.table.put(
            Endpoint(creator_id="101", name="crm", url=other.url("/200")),
            sealed_secret="unread",
            limit=9,
        )
        await world.register.rotate("101", "crm")
        await world.register.rotate("101", "crm")
        await world.courier.notify(told())
        (delivery,) = await world.table.list_of("101", limit=9)
        assert delivery.attempts[0].outcome is Outcome.FORBIDDEN
        assert other.received == []


async def test_a_run_reaches_everybody_beside_a_silent_receiver(world: World) -> None:
    """One run makes every attempt that is due, and only the silent one's come to nothing."""
    for name, path in (("a", "/silent"), ("b", "/200"), ("c", "/200")):
        await world.register.put(Endpoint(creator_id="101", name=name, url=world.sink.url(path)))
    for number in range(3):
        await world.table.promise(replace(told(), message_key=f"m{number}"))
    assert await world.courier.run(seconds=5) == 9
    deliveries = await world.table.list_of("101", limit=20)
    assert {(each.endpoint, each.state) for each in deliveries} == {
        ("a", "waiting"),
        ("b", "delivered"),
        ("c", "delivered"),
    }
