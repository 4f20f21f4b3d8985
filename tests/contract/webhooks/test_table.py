"""What every table of webhooks must do; PostgreSQL and the in-memory twin run the same tests."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from shared.webhooks.port import (
    DEFAULT_EVENTS,
    Claimed,
    DisabledReason,
    Endpoint,
    NewDelivery,
    WebhookTable,
    delivery_id_of,
)
from shared.webhooks.schedule import (
    AT_ONCE,
    BREAKS_AFTER,
    DISABLED_AFTER_SECONDS,
    MAX_ATTEMPTS,
    Answer,
    Outcome,
)
from tests.contract.webhooks.conftest import Passing

CRM = Endpoint(creator_id="101", name="crm", url="https://hooks.example.com/huntaze")
DELIVERED = Answer(outcome=Outcome.DELIVERED, status=204, took_ms=12)
REFUSED = Answer(outcome=Outcome.REFUSED, status=500, took_ms=7)
GONE = Answer(outcome=Outcome.GONE, status=410, took_ms=7)


def told(key: str = "job_1:0:1", **changes: str) -> NewDelivery:
    """Something to tell creator 101."""
    fields = {"creator_id": "101", "event_type": "job.completed", "job_id": "job_1", **changes}
    return NewDelivery(**fields, message_key=key, body=b'{"type":"job.completed"}')


async def keep(table: WebhookTable, endpoint: Endpoint = CRM, secret: str | None = None) -> bool:
    kept = await table.put(endpoint, sealed_secret=secret or uuid4().hex, limit=3)
    assert kept
    return kept[1]


async def claim(table: WebhookTable, limit: int = 10) -> list[Claimed]:
    return list(await table.claim(limit=limit, lease_seconds=60))


async def fail(table: WebhookTable, claimed: Claimed, *, retry: float | None = 5, hold: float = 0) -> None:
    assert await table.record(claimed, REFUSED, retry_in_seconds=retry, hold_seconds=hold)


async def test_an_endpoint_is_kept_as_told_and_changed_in_place(table: WebhookTable) -> None:
    """A new one takes the secret; a known one keeps its own."""
    assert await keep(table, CRM, "sealed")
    (known,) = await table.of("101")
    assert replace(known, created_at=None) == CRM
    changed = replace(CRM, url="https://other.example.com/", events=("job.failed",))
    assert not await keep(table, changed, "another secret")
    (known,) = await table.of("101")
    assert replace(known, created_at=None) == changed
    await table.promise(told(event_type="job.failed"))
    assert [each.sealed_secrets for each in await claim(table)] == [("sealed",)]


async def test_creators_do_not_see_each_other(table: WebhookTable) -> None:
    await keep(table)
    await keep(table, replace(CRM, creator_id="102"))
    assert [each.creator_id for each in await table.of("102")] == ["102"]
    assert not await table.remove("103", "crm")
    (promised,) = await table.promise(told())
    assert await table.find("102", promised) is None
    assert not await table.replay("102", promised)
    assert list(await table.list_of("102", limit=9)) == []
    assert await table.remove("102", "crm")
    assert len(await table.of("101")) == 1


async def test_a_creator_has_so_many_endpoints_and_no_more(table: WebhookTable) -> None:
    for name in ("a", "b", "c"):
        assert await keep(table, replace(CRM, name=name))
    assert await table.put(replace(CRM, name="d"), sealed_secret="s", limit=3) is None
    assert not await keep(table, replace(CRM, name="b"))


async def test_each_endpoint_that_wants_it_is_told_once(table: WebhookTable) -> None:
    """Under an id that a duplicate of the event has, too."""
    await keep(table)
    await keep(table, replace(CRM, name="failures", events=("job.failed",)))
    await keep(table, replace(CRM, name="off", enabled=False))
    promised = await table.promise(told())
    assert list(promised) == [delivery_id_of("job_1:0:1", CRM.endpoint_id)]
    assert list(await table.promise(told())) == list(promised)
    assert list(await table.promise(told("other", event_type="job.processing"))) == []
    (only,) = await claim(table)
    assert (only.delivery_id, only.attempt, only.fence) == (promised[0], 1, 1)
    assert (only.url, only.event_type, only.job_id) == (CRM.url, "job.completed", "job_1")
    assert await table.record(only, DELIVERED, retry_in_seconds=None, hold_seconds=0)
    assert list(await table.promise(told())) == []
    assert await claim(table) == []


async def test_what_is_claimed_is_nobody_elses_until_its_lease_ends(
    table: WebhookTable, passing: Passing
) -> None:
    """Then it is uncertain what became of the attempt, and who made it may write nothing but that."""
    await keep(table)
    await table.promise(told())
    (first,) = await claim(table)
    assert await claim(table) == []
    assert list(await table.uncertain(limit=9)) == []
    await passing(61)
    assert list(await table.uncertain(limit=9)) == [first.delivery_id]
    (second,) = await claim(table)
    assert (second.fence, second.attempt) == (first.fence + 1, 2)
    assert not await table.record(first, REFUSED, retry_in_seconds=None, hold_seconds=0)
    assert list(await table.uncertain(limit=9)) == []
    assert await table.record(second, DELIVERED, retry_in_seconds=None, hold_seconds=0)
    found = await table.find("101", first.delivery_id)
    assert found
    assert found.state == "delivered"
    assert [attempt.outcome for attempt in found.attempts] == [Outcome.REFUSED, Outcome.DELIVERED]
    assert [attempt.status for attempt in found.attempts] == [500, 204]


async def test_a_failure_is_tried_again_when_it_is_due(table: WebhookTable, passing: Passing) -> None:
    await keep(table)
    await table.promise(told())
    (first,) = await claim(table)
    await fail(table, first, retry=300)
    await passing(299)
    assert await claim(table) == []
    await passing(2)
    (second,) = await claim(table)
    assert (second.attempt, second.failures) == (2, 1)
    await fail(table, second, retry=None)
    found = await table.find("101", first.delivery_id)
    assert found
    assert (found.state, found.next_at) == ("failed", None)
    await passing(10_000_000)
    assert await claim(table) == []


async def test_an_endpoint_is_sent_so_much_at_once(table: WebhookTable) -> None:
    """Others are not held up by it."""
    await keep(table)
    await keep(table, replace(CRM, creator_id="102"))
    for number in range(AT_ONCE + 3):
        await table.promise(told(f"m{number}"))
    await table.promise(told("other", creator_id="102"))
    claimed = await claim(table, limit=50)
    assert len([each for each in claimed if each.endpoint_id == CRM.endpoint_id]) == AT_ONCE
    assert len(claimed) == AT_ONCE + 1
    assert await claim(table) == []
    done = next(each for each in claimed if each.endpoint_id == CRM.endpoint_id)
    await table.record(done, DELIVERED, retry_in_seconds=None, hold_seconds=0)
    assert len(await claim(table)) == 1


async def test_nothing_is_sent_while_an_endpoint_is_held(table: WebhookTable, passing: Passing) -> None:
    await keep(table)
    await table.promise(told("a"))
    await table.promise(told("b"))
    (first,) = await claim(table, limit=1)
    await fail(table, first, retry=1, hold=30)
    await passing(29)
    assert await claim(table) == []
    await passing(2)
    assert len(await claim(table)) == 2


async def test_a_broken_endpoint_is_probed_with_one_delivery(table: WebhookTable, passing: Passing) -> None:
    """When that arrives, all the others follow."""
    await keep(table)
    for number in range(BREAKS_AFTER):
        await table.promise(told(f"m{number}"))
    failed = 0
    while failed < BREAKS_AFTER:
        for each in await claim(table, limit=BREAKS_AFTER - failed):
            await fail(table, each, retry=1)
            failed += 1
    await passing(2)
    (probe,) = await claim(table)
    assert await claim(table) == []
    await table.record(probe, DELIVERED, retry_in_seconds=None, hold_seconds=0)
    assert len(await claim(table)) == min(AT_ONCE, BREAKS_AFTER - 1)
    assert (await table.of("101"))[0].failures == 0


async def test_a_receiver_that_is_gone_is_told_no_more(table: WebhookTable, passing: Passing) -> None:
    """What waits for it is given up; its creator is to be told, until somebody has done so."""
    await keep(table)
    await table.promise(told("a"))
    await table.promise(told("b"))
    (first,) = await claim(table, limit=1)
    assert await table.record(first, GONE, retry_in_seconds=None, hold_seconds=0)
    (known,) = await table.of("101")
    assert (known.enabled, known.disabled_reason) == (False, DisabledReason.GONE)
    assert known.disabled_at
    assert await claim(table) == []
    assert await table.close_hopeless(limit=9) == 1
    assert {each.state for each in await table.list_of("101", limit=9)} == {"failed"}
    (notice,) = await table.to_announce(limit=9, again_after_seconds=60)
    assert (notice.name, notice.reason, notice.creator_id) == ("crm", DisabledReason.GONE, "101")
    assert list(await table.to_announce(limit=9, again_after_seconds=60)) == []
    await passing(61)
    (again,) = await table.to_announce(limit=9, again_after_seconds=60)
    await table.announced(again)
    await passing(61)
    assert list(await table.to_announce(limit=9, again_after_seconds=60)) == []


async def test_five_days_of_nothing_but_failures_disable_an_endpoint(
    table: WebhookTable, passing: Passing
) -> None:
    await keep(table)
    await table.promise(told())
    (first,) = await claim(table)
    await fail(table, first, retry=1)
    await passing(DISABLED_AFTER_SECONDS - 60)
    (second,) = await claim(table)
    await fail(table, second, retry=1)
    assert (await table.of("101"))[0].enabled
    await passing(61)
    (third,) = await claim(table)
    await fail(table, third, retry=1)
    (known,) = await table.of("101")
    assert (known.enabled, known.disabled_reason) == (False, DisabledReason.FAILING)
    assert len(await table.to_announce(limit=9, again_after_seconds=60)) == 1


async def test_one_success_in_five_days_is_enough(table: WebhookTable, passing: Passing) -> None:
    await keep(table)
    for key in ("a", "b", "c"):
        await table.promise(told(key))
        (claimed,) = await claim(table)
        if key == "b":
            await table.record(claimed, DELIVERED, retry_in_seconds=None, hold_seconds=0)
        else:
            await fail(table, claimed, retry=None)
        await passing(DISABLED_AFTER_SECONDS)
    assert (await table.of("101"))[0].enabled


async def test_an_endpoint_told_again_begins_anew(table: WebhookTable) -> None:
    await keep(table)
    await table.promise(told())
    (first,) = await claim(table)
    await table.record(first, GONE, retry_in_seconds=None, hold_seconds=60)
    assert not await keep(table)
    (known,) = await table.of("101")
    assert replace(known, created_at=None) == CRM
    assert list(await table.to_announce(limit=9, again_after_seconds=1)) == []
    await table.promise(told("later"))
    assert len(await claim(table)) == 1


async def test_a_creator_turns_an_endpoint_off(table: WebhookTable) -> None:
    """Nobody needs to be told of that."""
    await keep(table, replace(CRM, enabled=False))
    (known,) = await table.of("101")
    assert (known.enabled, known.disabled_reason) == (False, DisabledReason.CREATOR)
    assert list(await table.to_announce(limit=9, again_after_seconds=1)) == []
    assert list(await table.promise(told())) == []


async def test_two_secrets_are_in_force_after_a_rotation_until_the_old_ones_end(
    table: WebhookTable, passing: Passing
) -> None:
    await keep(table, secret="old")
    assert await table.rotate("101", "crm", sealed_secret="new", overlap_seconds=100)
    assert not await table.rotate("102", "crm", sealed_secret="new", overlap_seconds=100)
    assert (await table.of("101"))[0].previous_until
    await table.promise(told("a"))
    (first,) = await claim(table)
    assert first.sealed_secrets == ("new", "old")
    await passing(101)
    await table.promise(told("b"))
    assert {each.sealed_secrets for each in await claim(table)} == {("new",)}
    assert (await table.of("101"))[0].previous_until is None


async def test_a_replay_begins_the_schedule_again_under_the_same_id(
    table: WebhookTable, passing: Passing
) -> None:
    await keep(table)
    (promised,) = await table.promise(told())
    (first,) = await claim(table)
    assert not await table.replay("101", promised)  # it is being sent
    await fail(table, first, retry=None)
    await passing(1)
    assert await table.replay("101", promised)
    (again,) = await claim(table)
    assert (again.delivery_id, again.attempt, again.fence) == (promised, 1, 2)
    assert not await table.replay("101", "msg_unknown")


async def test_a_delivery_that_kills_its_workers_ends(table: WebhookTable, passing: Passing) -> None:
    await keep(table)
    await table.promise(told())
    for _ in range(MAX_ATTEMPTS):
        assert len(await claim(table)) == 1
        await passing(61)
    assert await claim(table) == []
    assert await table.close_hopeless(limit=9) == 1
    assert [each.state for each in await table.list_of("101", limit=9)] == ["failed"]


async def test_a_ping_is_one_attempt_at_any_endpoint(table: WebhookTable) -> None:
    """Whatever its events are, enabled or not, held or not; once for each key."""
    await keep(table, replace(CRM, enabled=False, events=DEFAULT_EVENTS[:1]))
    promised = await table.ping("101", "crm", message_key="ping:1", body=b"{}")
    assert promised == delivery_id_of("ping:1", CRM.endpoint_id)
    assert await table.ping("101", "crm", message_key="ping:1", body=b"{}") is None
    assert await table.ping("101", "other", message_key="ping:1", body=b"{}") is None
    await keep(table)
    assert await claim(table) == []
    assert await table.close_hopeless(limit=9) == 0
    (claimed,) = await table.claim(limit=1, lease_seconds=60, only=[promised], forced=True)
    assert (claimed.attempt, claimed.event_type, claimed.job_id) == (MAX_ATTEMPTS, "webhook.ping", None)


async def test_what_is_over_is_forgotten_in_time(table: WebhookTable, passing: Passing) -> None:
    await keep(table)
    await table.promise(told("a"))
    (first,) = await claim(table)
    await table.record(first, DELIVERED, retry_in_seconds=None, hold_seconds=0)
    await table.promise(told("b"))
    assert await table.forget(over_for_seconds=100, limit=9) == 0
    await passing(101)
    assert await table.forget(over_for_seconds=100, limit=9) == 1
    assert [each.delivery_id for each in await table.list_of("101", limit=9)] != [first.delivery_id]
