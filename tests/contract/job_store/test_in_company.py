"""Jobs that come at the same time share statements, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from uuid import uuid4

import psycopg
import pytest

from shared.ai.port import ModelCall, Role, Usage
from shared.contracts import Topic
from shared.persistence.port import Claim, JobMessage, JobState, OutboxMessage, Outcome, Verdict
from shared.persistence.postgres import PostgresJobStore

JOBS = 30


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[PostgresJobStore]:
    """A store with more callers than connections."""
    subject = PostgresJobStore(database_url, pool_size=2, timeout_seconds=5, patience_seconds=5)
    await subject.open()
    yield subject
    await subject.close()


def message(number: int, payload: bytes = b"\x01") -> JobMessage:
    """Return one of many jobs; its content tells it from the others."""
    return JobMessage(
        job_id=f"job_{number}",
        job_type="chat.suggest",
        creator_id="123",
        body=f'{{"n": {number}}}'.encode(),
        properties={"n": number},
        payload_hash=payload * 32,
        epoch=0,
        attempt=0,
        deadline_ms=90_000,
        asked_at=None,
    )


async def claims_of(store: PostgresJobStore, messages: Sequence[JobMessage]) -> list[Claim]:
    """Claim all at once."""
    return await asyncio.gather(*(store.claim(each, claim_id=uuid4(), lease_seconds=30) for each in messages))


def outcome(claim: Claim, *, fence: int | None = None, cost_usd_micros: int = 7) -> Outcome:
    """Return what a run leaves behind: a result, a cost and an event that name their job."""
    call = ModelCall(
        task="chat.suggest",
        role=Role.GENERATION,
        deployment=claim.job_id,
        usage=Usage(input_tokens=1, output_tokens=1),
        cost_usd_micros=cost_usd_micros,
    )
    event = OutboxMessage(
        message_id=f"{claim.job_id}:0:1:0", topic=Topic.EVENTS, body=claim.job_id.encode(), properties={}
    )
    return Outcome(
        job_id=claim.job_id,
        creator_id="123",
        epoch=0,
        attempt=0,
        fence=claim.fence if fence is None else fence,
        state=JobState.COMPLETED,
        result={"of": claim.job_id},
        calls=[call],
        messages=[event],
    )


async def test_each_job_gets_its_own_claim(store: PostgresJobStore, database_url: str) -> None:
    """Whatever happens to its neighbours, or to a second message of its own."""
    await claims_of(store, [message(number) for number in range(0, JOBS, 3)])
    asked = [message(number, b"\x02" if number % 6 == 0 else b"\x01") for number in range(JOBS)]
    claims = await claims_of(store, [*asked, *asked])
    expected = {0: {Verdict.CONFLICT}, 3: {Verdict.BUSY}}
    for number in range(JOBS):
        verdicts = {claims[number].verdict, claims[number + JOBS].verdict}
        assert verdicts == expected.get(number % 6, {Verdict.CLAIMED, Verdict.BUSY})
    with psycopg.connect(database_url) as connection:
        found = connection.execute("SELECT job_id, body, properties FROM huntaze_workers.jobs").fetchall()
    assert {(job_id, bytes(body), properties["n"]) for job_id, body, properties in found} == {
        (each.job_id, each.body, each.properties["n"]) for each in asked
    }


async def test_each_outcome_is_its_own_jobs(store: PostgresJobStore, database_url: str) -> None:
    """Result, cost and event stay together; who lost the job writes none of them but the cost."""
    claims = await claims_of(store, [message(number) for number in range(JOBS)])
    outcomes = [outcome(claim, fence=claim.fence + number % 2) for number, claim in enumerate(claims)]
    owned = await asyncio.gather(*(store.record(each, sweep_after_seconds=10) for each in outcomes))
    assert owned == [number % 2 == 0 for number in range(JOBS)]
    with psycopg.connect(database_url) as connection:
        done = connection.execute(
            "SELECT job_id, result ->> 'of', convert_from(o.body, 'UTF8')"
            " FROM huntaze_workers.jobs JOIN huntaze_workers.outbox o USING (job_id)"
            " WHERE state = 'completed'"
        ).fetchall()
        paid = connection.execute("SELECT job_id, deployment FROM huntaze_workers.ai_calls").fetchall()
    assert sorted(done) == sorted((claim.job_id,) * 3 for claim in claims[::2])
    assert sorted(paid) == sorted((claim.job_id,) * 2 for claim in claims)


async def test_no_job_suffers_for_anothers_bad_outcome(store: PostgresJobStore) -> None:
    """What the database refuses, it refuses to its owner alone."""
    claims = await claims_of(store, [message(number) for number in range(JOBS)])
    outcomes = [outcome(claim, cost_usd_micros=-1 if claim is claims[5] else 7) for claim in claims]
    ends = await asyncio.gather(
        *(store.record(each, sweep_after_seconds=10) for each in outcomes), return_exceptions=True
    )
    assert isinstance(ends.pop(5), psycopg.errors.CheckViolation)
    assert set(ends) == {True}
