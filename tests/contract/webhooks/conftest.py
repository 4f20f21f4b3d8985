"""The tables of webhooks, both of them, and a way to let time pass in each.

All tests of PostgreSQL share one database, emptied before each: a fresh one takes longer than its test.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import psycopg
import pytest
from psycopg import sql

from shared.clock import ManualClock
from shared.persistence.postgres import PostgresJobStore
from shared.webhooks.memory_table import MemoryWebhooks
from shared.webhooks.port import WebhookTable
from shared.webhooks.postgres import PostgresWebhooks

Passing = Callable[[float], Awaitable[None]]

_PASS = """
WITH e AS (
    UPDATE huntaze_workers.webhook_endpoints SET
        disabled_at = disabled_at - %(t)s * interval '1 second',
        announce_at = announce_at - %(t)s * interval '1 second',
        previous_until = previous_until - %(t)s * interval '1 second',
        failing_since = failing_since - %(t)s * interval '1 second',
        held_until = held_until - %(t)s * interval '1 second'
), d AS (
    UPDATE huntaze_workers.webhook_deliveries SET
        due_at = due_at - %(t)s * interval '1 second',
        updated_at = updated_at - %(t)s * interval '1 second'
)
SELECT 1 AS done
"""


@pytest.fixture(scope="module")
def one_database(postgres_url: str, migrated_template: str) -> Iterator[str]:
    """A database of this module's own."""
    name = "webhooks_contract"
    server = postgres_url.rpartition("/")[0]
    identifiers = {"name": sql.Identifier(name), "template": sql.Identifier(migrated_template)}
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {name} TEMPLATE {template}").format(**identifiers))
    yield f"{server}/{name}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {name} WITH (FORCE)").format(**identifiers))


@pytest.fixture(params=["memory", "postgres"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[tuple[WebhookTable, Passing]]:
    """Each of the two tables in turn, with its clock."""
    if request.param == "memory":
        clock = ManualClock()

        async def advance(seconds: float) -> None:
            clock.advance(seconds)

        yield MemoryWebhooks(clock), advance
        return
    jobs = PostgresJobStore(
        request.getfixturevalue("one_database"), pool_size=4, timeout_seconds=5, patience_seconds=5
    )
    await jobs.open()
    await jobs.database.run(
        "WITH e AS (DELETE FROM huntaze_workers.webhook_endpoints) SELECT 1 AS emptied", {}
    )

    async def age(seconds: float) -> None:
        await jobs.database.run(_PASS, {"t": seconds})

    yield PostgresWebhooks(jobs.database), age
    await jobs.close()


@pytest.fixture
def table(world: tuple[WebhookTable, Passing]) -> WebhookTable:
    """The table."""
    return world[0]


@pytest.fixture
def passing(world: tuple[WebhookTable, Passing]) -> Passing:
    """Let seconds pass."""
    return world[1]
