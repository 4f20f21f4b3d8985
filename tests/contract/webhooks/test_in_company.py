"""Many claim at once: PostgreSQL alone, as the twin in memory has nobody beside it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from shared.persistence.postgres import PostgresJobStore
from shared.webhooks.port import Claimed, Endpoint, NewDelivery
from shared.webhooks.postgres import PostgresWebhooks
from shared.webhooks.schedule import AT_ONCE, Answer, Outcome
from tests.contract.webhooks.conftest import one_database as one_database  # noqa: PLC0414 - a fixture

DELIVERED = Answer(outcome=Outcome.DELIVERED, status=204, took_ms=1)


@pytest.fixture
async def table(one_database: str) -> AsyncIterator[PostgresWebhooks]:
    """The table, with a connection for each who claims."""
    jobs = PostgresJobStore(one_database, pool_size=8, timeout_seconds=30, patience_seconds=30)
    await jobs.open()
    yield PostgresWebhooks(jobs.database)
    await jobs.close()


async def _promised(table: PostgresWebhooks, creators: list[str], each: int) -> None:
    for creator in creators:
        endpoint = Endpoint(creator_id=creator, name="crm", url="https://hooks.example.com/")
        await table.put(endpoint, sealed_secret=uuid4().hex, limit=3)
        for number in range(each):
            told = NewDelivery(
                creator_id=creator,
                event_type="job.completed",
                job_id=None,
                message_key=f"m{number}",
                body=b"{}",
            )
            await table.promise(told)


async def test_nobody_gets_what_another_has_and_no_endpoint_more_than_it_has_room_for(
    table: PostgresWebhooks,
) -> None:
    """Eight claim, as often as they can, from three endpoints."""
    await _promised(table, ["a", "b", "c"], 30)
    sending, most, fences, done = Counter[str](), Counter[str](), Counter[tuple[str, int]](), 0

    async def send(claimed: Claimed) -> None:
        await asyncio.sleep(0.002)
        sending[claimed.endpoint_id] -= 1
        assert await table.record(claimed, DELIVERED, retry_in_seconds=None, hold_seconds=0)

    async def work() -> None:
        nonlocal done
        while done < 90:
            claimed = await table.claim(limit=3, lease_seconds=60)
            for each in claimed:
                sending[each.endpoint_id] += 1
                most[each.endpoint_id] = max(most[each.endpoint_id], sending[each.endpoint_id])
                fences[each.delivery_id, each.fence] += 1
            await asyncio.gather(*map(send, claimed))
            done += len(claimed)

    await asyncio.gather(*(work() for _ in range(8)))
    assert len(fences) == 90
    assert set(fences.values()) == {1}
    assert {fence for _, fence in fences} == {1}
    assert max(most.values()) <= AT_ONCE
    assert list(await table.uncertain(limit=9)) == []


async def test_two_who_are_told_of_the_same_event_promise_it_once(table: PostgresWebhooks) -> None:
    await _promised(table, ["d"], 0)
    told = NewDelivery(
        creator_id="d", event_type="job.completed", job_id=None, message_key="same", body=b"{}"
    )
    promised = await asyncio.gather(*(table.promise(told) for _ in range(8)))
    assert len({each for ids in promised for each in ids}) == 1
    assert len(await table.list_of("d", limit=9)) == 1
    claimed = await asyncio.gather(*(table.claim(limit=1, lease_seconds=60) for _ in range(8)))
    assert sum(map(len, claimed)) == 1
