"""A database with data in it goes forward, and what was written before is still what it was."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from shared.persistence.migrations import upgrade
from shared.persistence.port import JobMessage, JobState, Verdict
from shared.persistence.postgres import PostgresJobStore

_BEFORE = """
INSERT INTO huntaze_workers.jobs
    (job_id, job_type, creator_id, body, properties, payload_hash, state, epoch, attempt, fence, claims,
     due_at, deadline_ms, deadline_at, result)
VALUES ('done', 'chat.suggest', '1', '', '{}', '', 'completed', 0, 0, 1, 1, NULL, 90000, now(), '{"a": 1}'),
       ('waiting', 'chat.suggest', '1', 'b', '{}', '\\x01', 'retry_wait', 0, 1, 1, 0, now(), 90000,
        now() + interval '1 minute', NULL);
INSERT INTO huntaze_workers.job_history (job_id, epoch, attempt, fence, state)
VALUES ('done', 0, 0, 1, 'completed');
INSERT INTO huntaze_workers.ai_calls
    (job_id, epoch, attempt, creator_id, task, role, deployment, input_tokens, output_tokens,
     reasoning_tokens, cost_usd_micros)
VALUES ('done', 0, 0, '1', 't', 'r', 'd', 1, 1, 0, 7), ('done', 0, 0, '1', 't', 'r', 'd', 1, 1, 0, 8);
"""


@pytest.fixture
def empty_database_url(postgres_url: str) -> Iterator[str]:
    """A database that nothing was ever written to."""
    name = f"empty_{uuid4().hex[:8]}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield f"{postgres_url.rpartition('/')[0]}/{name}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


async def test_steps_and_follow_ups_come_to_a_database_in_use(empty_database_url: str) -> None:
    """Jobs, history and ledger keep their rows, and a job that waited goes on."""
    upgrade(empty_database_url, "0002")
    with psycopg.connect(empty_database_url) as connection:
        connection.execute(_BEFORE)
    upgrade(empty_database_url)
    upgrade(empty_database_url)
    with psycopg.connect(empty_database_url) as connection:
        calls = connection.execute(
            "SELECT cost_usd_micros, ledger_key FROM huntaze_workers.ai_calls ORDER BY 1"
        ).fetchall()
        history = connection.execute("SELECT state, usage FROM huntaze_workers.job_history").fetchall()
        steps = connection.execute("SELECT count(*) FROM huntaze_workers.checkpoints").fetchone()
    assert (calls, history, steps) == ([(7, None), (8, None)], [("completed", None)], (0,))
    await _goes_on(empty_database_url)


async def _goes_on(database_url: str) -> None:
    store = PostgresJobStore(database_url, pool_size=1, timeout_seconds=5, patience_seconds=5)
    await store.open()
    done = await store.job("done")
    assert done
    assert (done.state, done.result) == (JobState.COMPLETED, {"a": 1})
    waiting = JobMessage(
        job_id="waiting",
        job_type="chat.suggest",
        creator_id="1",
        body=b"b",
        properties={},
        payload_hash=b"\x01",
        epoch=0,
        attempt=1,
        deadline_ms=90_000,
        asked_at=None,
    )
    claim = await store.claim(waiting, claim_id=uuid4(), lease_seconds=30)
    assert claim.verdict is Verdict.CLAIMED
    await store.close()
