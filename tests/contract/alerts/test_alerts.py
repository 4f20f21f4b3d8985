"""Where alerts are kept, by PostgreSQL and the in-memory twin; and the figures of the database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import pytest

from shared.clock import ManualClock
from shared.contracts import Topic
from shared.monitoring.alerts import Alerts
from shared.monitoring.findings import Finding
from shared.monitoring.memory import MemoryAlerts
from shared.monitoring.postgres import PostgresAlerts, PostgresGauges
from shared.monitoring.readings import Ended
from shared.persistence.port import JobMessage, JobState, OutboxMessage, Outcome
from shared.persistence.postgres import PostgresJobStore

STUCK = Finding(event="job_stuck", subject="chat.suggest", fields={"count": 1})
LATE = Finding(event="outbox_lag", subject="huntaze-events", fields={"count": 2})


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[PostgresJobStore]:
    store = PostgresJobStore(database_url, pool_size=4, timeout_seconds=30, patience_seconds=30)
    await store.open()
    yield store
    await store.close()


@pytest.fixture(params=["postgres", "memory"])
def alerts(request: pytest.FixtureRequest) -> Alerts:
    if request.param == "memory":
        return MemoryAlerts(ManualClock())
    store: PostgresJobStore = request.getfixturevalue("store")
    return PostgresAlerts(store.database)


async def test_an_alert_is_raised_once_and_keeps_its_newest_figures(alerts: Alerts) -> None:
    [raised] = await alerts.raise_all([STUCK])
    assert (raised.key, raised.episode) == (STUCK.key, 1)
    assert await alerts.raise_all([replace(STUCK, fields={"count": 9})]) == []
    [standing] = await alerts.lately(days=0)
    assert (standing.fields, standing.raised_at) == ({"count": 9}, raised.raised_at)


async def test_it_is_cleared_once_and_raised_again_as_another_time(alerts: Alerts) -> None:
    await alerts.raise_all([STUCK, LATE])
    [cleared] = await alerts.clear_all([STUCK.key, ("budget_mark", "70")])
    assert cleared.key == STUCK.key
    assert cleared.cleared_at
    assert await alerts.clear_all([STUCK.key]) == []
    assert [each.key for each in await alerts.lately(days=7) if not each.cleared_at] == [LATE.key]
    [again] = await alerts.raise_all([STUCK, LATE])
    assert (again.key, again.episode) == (STUCK.key, 2)


async def test_of_many_who_look_one_is_to_tell(alerts: Alerts) -> None:
    raised = await asyncio.gather(*(alerts.raise_all([STUCK, LATE]) for _ in range(8)))
    assert sorted(each.key for some in raised for each in some) == [STUCK.key, LATE.key]
    cleared = await asyncio.gather(*(alerts.clear_all([STUCK.key]) for _ in range(8)))
    assert [each.key for some in cleared for each in some] == [STUCK.key]


async def test_nothing_asked_is_nothing_changed(alerts: Alerts) -> None:
    assert await alerts.raise_all([]) == []
    assert await alerts.clear_all([]) == []
    assert await alerts.lately(days=7) == []


def _message(number: int, **more: object) -> JobMessage:
    return replace(
        JobMessage(
            job_id=f"job_{number}",
            job_type="chat.suggest",
            creator_id="1",
            body=b"{}",
            properties={},
            payload_hash=b"x",
            epoch=0,
            attempt=0,
            deadline_ms=60_000,
            asked_at=None,
        ),
        **more,  # type: ignore[arg-type]  # fields as a test names them
    )


async def test_the_database_tells_what_is_stuck_unsent_and_failed(store: PostgresJobStore) -> None:
    gauges = PostgresGauges(store.database)
    assert (await gauges.read()).stuck == {}
    for number, (state, code) in enumerate(
        [(JobState.COMPLETED, None), (JobState.FAILED, "MODEL_ERROR"), (JobState.FAILED, "CANCELLED")]
    ):
        claim = await store.claim(_message(number), claim_id=uuid4(), lease_seconds=30)
        event = OutboxMessage(
            message_id=f"m-{number}", topic=Topic.EVENTS, body=b"{}", properties={"status": state.value}
        )
        outcome = Outcome(
            job_id=claim.job_id,
            creator_id="1",
            epoch=0,
            attempt=0,
            fence=claim.fence,
            state=state,
            error_code=code,
            messages=[event],
        )
        assert await store.record(outcome, sweep_after_seconds=60)
    await store.claim(_message(9, deadline_ms=1), claim_id=uuid4(), lease_seconds=300)
    await store.claim(_message(10), claim_id=uuid4(), lease_seconds=300)
    await asyncio.sleep(0.01)
    figures = await gauges.read()
    assert figures.ended == {"chat.suggest": Ended(failed=1, finished=2)}
    assert figures.unsent["huntaze-events"].count == 3
    assert figures.stuck["chat.suggest"].count == 1  # leased, and over its deadline
    assert figures.stuck["chat.suggest"].oldest_seconds > 0
    await store.mark_sent(["m-0", "m-1", "m-2"])
    assert (await gauges.read()).unsent == {}
