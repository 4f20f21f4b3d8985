"""Creators' endpoints over HTTP, and the events that reach them; nothing is connected."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.fernet import Fernet

from shared.clock import ManualClock
from shared.errors import ConfigurationError, InvalidPayloadError, RequestError
from shared.fetching.urls import AnyPublicHost
from shared.mail.notices import Notice, NoticeKind
from shared.messaging.delivery import Delivery
from shared.webhooks.courier import PING_EVERY_SECONDS, Courier
from shared.webhooks.desk import MailedAnnouncements, WebhookDesk
from shared.webhooks.memory import MemoryPoster
from shared.webhooks.memory_table import MemoryWebhooks
from shared.webhooks.register import MAX_ENDPOINTS, Register
from shared.webhooks.schedule import LEASE_SECONDS, Answer, Outcome
from shared.webhooks.sealing import Seal
from workers.notify_webhook.handler import told
from workers.notify_webhook.requests import answer

URL = "https://hooks.example.com/huntaze"
EVENT = {
    "eventType": "job.completed",
    "jobId": "job_1",
    "jobType": "chat.suggest",
    "creatorId": "101",
    "status": "completed",
    "progress": 100,
    "message": "Done.",
    "updatedAt": "2026-11-24T10:00:00.000Z",
}


class Named:
    """Believes whatever a header says: `Identities`."""

    def creator_of(self, authorization: str | None) -> str:
        if not authorization:
            raise RequestError("A valid token is needed.", status=401, code="UNAUTHENTICATED")
        return authorization


@dataclass(frozen=True)
class Bench:
    """All of it, in memory."""

    desk: WebhookDesk
    poster: MemoryPoster
    clock: ManualClock
    #: What was told by mail.
    notices: list[Notice]

    async def ask(self, name: str, *arguments: Any, creator: str | None = "101") -> tuple[int, Any]:
        return await answer(self.desk, creator, lambda requests: getattr(requests, name)(*arguments))

    async def put(self, endpoint: str = "crm", creator: str = "101", **fields: Any) -> tuple[int, Any]:
        return await self.ask("put", endpoint, json.dumps({"url": URL, **fields}).encode(), creator=creator)

    async def hear(self, **changes: Any) -> None:
        delivery = Delivery(
            body=json.dumps({**EVENT, **changes}).encode(), subscription="notify-webhook", message_id="m1"
        )
        if (what := told(delivery, functions_url="https://workers.example")) is not None:
            await self.desk.courier.notify(what)


def bench(*keys: str) -> Bench:
    clock, seal = ManualClock(), Seal(keys)
    poster = MemoryPoster(hosts=AnyPublicHost(own_hosts=["workers.example.net"]))
    table = MemoryWebhooks(clock)
    notices: list[Notice] = []

    async def tell(notice: Notice) -> None:
        notices.append(notice)

    desk = WebhookDesk(
        identities=Named,
        register=Register(endpoints=table, poster=poster, seal=seal),
        table=table,
        courier=Courier(table=table, poster=poster, seal=seal, clock=clock),
        announces=MailedAnnouncements(tell),
    )
    return Bench(desk, poster, clock, notices)


@pytest.fixture
def world() -> Bench:
    return bench(Fernet.generate_key().decode())


async def test_a_secret_is_told_once(world: Bench) -> None:
    status, made = await world.put()
    assert status == 201
    assert made.pop("secret").startswith("whsec_")
    assert await world.put() == (200, made)
    assert await world.ask("endpoints") == (200, {"endpoints": [made]})
    status, rotated = await world.ask("rotate", "crm")
    assert (status, list(rotated)) == (200, ["secret"])
    assert (await world.ask("endpoints"))[1]["endpoints"][0]["previousSecretUntil"]


async def test_who_proves_nothing_is_told_nothing(world: Bench) -> None:
    for name, arguments in (("endpoints", ()), ("remove", ("crm",)), ("deliveries", ()), ("test", (b"{}",))):
        status, body = await world.ask(name, *arguments, creator=None)
        assert (status, body["error"]["code"]) == (401, "UNAUTHENTICATED")


async def test_a_creator_reaches_nobody_elses_endpoint(world: Bench) -> None:
    await world.put()
    assert (await world.ask("endpoints", creator="102"))[1] == {"endpoints": []}
    for name, argument in (("remove", "crm"), ("rotate", "crm"), ("test", b'{"endpoint": "crm"}')):
        assert (await world.ask(name, argument, creator="102"))[0] == 404
    assert (await world.ask("remove", "crm"))[0] == 204


@pytest.mark.parametrize(
    "fields",
    [
        {"url": None},
        {"url": 7},
        {"url": ""},
        {"url": "https://hooks.example.com/" + "a" * 3_000},
        {"events": []},
        {"events": ["job.unknown"]},
        {"events": "job.completed"},
        {"enabled": "yes"},
        {"secret": "whsec_mine"},
        {"creatorId": "102"},
    ],
)
async def test_what_is_no_endpoint_is_refused(world: Bench, fields: dict[str, Any]) -> None:
    status, body = await world.put(**fields)
    assert (status, body["error"]["code"]) == (400, "INVALID_REQUEST")


@pytest.mark.parametrize(
    "url",
    [
        *("http://hooks.example.com/", "https://127.0.0.1/", "https://localhost/", "https://[::1]/"),
        *("https://hooks.example.com:22/", "https://u:p@hooks.example.com/", "https://10.0.0.1/"),
        *("https://metadata.google.internal/", "ftp://hooks.example.com/", "https://workers.example.net/api"),
    ],
)
async def test_a_url_that_may_not_be_called_is_refused(world: Bench, url: str) -> None:
    """Already when it is told; its addresses are looked at with every attempt."""
    status, body = await world.put(url=url)
    assert (status, body["error"]["code"]) == (422, "FORBIDDEN_URL")


@pytest.mark.parametrize("name", ["", "a b", "a/b", "a.b", "é", "x" * 65, "test", "deliveries", "a\n"])
async def test_a_name_that_is_none(world: Bench, name: str) -> None:
    assert (await world.put(name))[0] == 400


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"nonsense", b"\xff", b'{"url": "x"' + b" " * 20_000, b"[" * 5_000]
)
async def test_a_body_that_is_none(world: Bench, body: bytes) -> None:
    status, answered = await world.ask("put", "crm", body)
    assert status in {400, 413}
    assert answered["error"]["message"]


async def test_there_are_so_many_endpoints_and_no_more(world: Bench) -> None:
    for number in range(MAX_ENDPOINTS):
        assert (await world.put(f"e{number}"))[0] == 201
    status, body = await world.put("one-more")
    assert (status, body["error"]["code"]) == (409, "TOO_MANY_ENDPOINTS")


async def test_an_event_reaches_the_endpoints_of_its_creator_once(world: Bench) -> None:
    await world.put()
    await world.put(creator="102")
    for _ in range(3):
        await world.hear()
    (posted,) = world.poster.posted
    assert posted.url == URL
    status, body = await world.ask("deliveries")
    assert status == 200
    (delivery,) = body["deliveries"]
    assert (delivery["state"], delivery["jobId"], delivery["event"]) == (
        "delivered",
        "job_1",
        "job.completed",
    )
    assert [attempt["outcome"] for attempt in delivery["attempts"]] == ["delivered"]
    assert delivery["id"] == posted.headers["webhook-id"]


def test_a_replay_of_an_events_message_has_the_key_of_the_original() -> None:
    """A receiver that has heard of it knows it again."""
    body = json.dumps(EVENT).encode()
    properties = {"replayOf": "m1", "replayTarget": "notify-webhook"}
    first = Delivery(body=body, subscription="notify-webhook", message_id="m1")
    again = Delivery(
        body=body, subscription="notify-webhook", message_id="m1:notify-webhook:r1", properties=properties
    )
    nameless = Delivery(body=body, subscription="notify-webhook")
    keys = [told(each, functions_url="") for each in (first, again, nameless)]
    assert [each and each.message_key for each in keys[:2]] == ["m1", "m1"]
    assert keys[2]
    assert len(keys[2].message_key) == 64


async def test_progress_is_told_to_those_who_ask_for_it(world: Bench) -> None:
    await world.put("plain")
    await world.put("curious", events=["job.processing"])
    await world.hear(eventType="job.processing", status="processing")
    assert len(world.poster.posted) == 1


async def test_an_event_of_nobody_is_told_to_nobody(world: Bench) -> None:
    await world.put()
    await world.hear(creatorId=None)
    assert world.poster.posted == []


@pytest.mark.parametrize("body", [b"", b"nonsense", b"{}", b"[]", b'{"eventType": 1}', b"[" * 5_000])
def test_what_is_no_event_ends_in_the_dead_letter_queue(body: bytes) -> None:
    with pytest.raises(InvalidPayloadError):
        told(Delivery(body=body, subscription="notify-webhook"), functions_url="")


async def test_a_test_tells_what_came_of_it(world: Bench) -> None:
    """At most every few seconds."""
    await world.put(enabled=False)
    world.poster.answers = [Answer(outcome=Outcome.REFUSED, took_ms=9, status=500)]
    status, body = await world.ask("test", b'{"endpoint": "crm"}')
    assert (status, body["state"], body["event"]) == (200, "failed", "webhook.ping")
    assert body["attempts"][0]["status"] == 500
    assert (await world.ask("test", b'{"endpoint": "crm"}'))[0] == 429
    world.clock.advance(PING_EVERY_SECONDS)
    assert (await world.ask("test", b'{"endpoint": "crm"}'))[1]["state"] == "delivered"


async def test_a_replay_is_sent_by_the_timer_under_the_same_id(world: Bench) -> None:
    await world.put()
    await world.hear()
    delivery_id = world.poster.posted[0].headers["webhook-id"]
    assert (await world.ask("replay", delivery_id, creator="102"))[0] == 404
    assert (await world.ask("replay", "msg_nonsense\0"))[0] == 404
    assert (await world.ask("replay", delivery_id))[0] == 202
    assert await world.desk.courier.run(seconds=5) == 1
    assert [posted.headers["webhook-id"] for posted in world.poster.posted] == [delivery_id] * 2


async def test_a_creator_whose_endpoint_was_disabled_is_told_by_mail_once(world: Bench) -> None:
    """By the host's name: a URL may hold a secret."""
    await world.put(url=f"{URL}?token=secret")
    world.poster.answers = [Answer(outcome=Outcome.GONE, took_ms=9, status=410)]
    await world.hear()
    for _ in range(3):
        await world.desk.announce()
        world.clock.advance(3_600)
    (notice,) = world.notices
    assert (notice.kind, notice.recipient) == (NoticeKind.ENDPOINT_DISABLED, "101")
    assert notice.body == {"host": "hooks.example.com"}
    assert (await world.ask("endpoints"))[1]["endpoints"][0]["disabledReason"] == "gone"


async def test_who_has_stood_still_for_too_long_sends_nothing(world: Bench) -> None:
    """By the time it goes on, somebody else may have the delivery."""
    courier = world.desk.courier

    def stand_still(point: str) -> None:
        if point == "claimed":
            world.clock.advance(LEASE_SECONDS)

    await world.put()
    courier._reached = stand_still
    await world.hear()
    assert world.poster.posted == []
    courier._reached = lambda _: None
    assert await courier.run(seconds=1) == 1
    assert len(world.poster.posted) == 1


async def test_without_a_key_events_are_kept_and_nobody_is_called() -> None:
    """A key that got lost costs time, not deliveries."""
    world = bench()
    status, body = await world.put()
    assert (status, body["error"]["code"]) == (503, "WEBHOOKS_UNAVAILABLE")
    await world.hear()
    assert await world.desk.courier.run(seconds=1) == 0
    with pytest.raises(ConfigurationError):
        await world.desk.courier.ping("101", "crm")
