"""What every record of operators' calls must do; PostgreSQL and the in-memory twin run the same tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import uuid4

import psycopg
import pytest

from shared.access.audit import AuditEntry, AuditTrail, MemoryAuditTrail
from shared.access.operators import Operator, Role
from shared.access.postgres_audit import PostgresAuditTrail
from shared.persistence.postgres import PostgresJobStore

ANA = Operator(name="ana", role=Role.ADMIN)
_AGED = """
UPDATE huntaze_workers.audit SET at = now() - %(age)s * interval '1 day' WHERE action = %(action)s
RETURNING at
"""


class Bench:
    """A record, and a way to look at it."""

    def __init__(self, trail: AuditTrail, database_url: str | None) -> None:
        self.trail = trail
        self._url = database_url

    def entries(self) -> list[AuditEntry]:
        """Return what is written down, the oldest first."""
        if isinstance(self.trail, MemoryAuditTrail):
            return list(self.trail.entries)
        assert self._url
        with psycopg.connect(self._url) as connection:
            rows = connection.execute(
                "SELECT operator, role, action, status, code FROM huntaze_workers.audit ORDER BY at"
            ).fetchall()
        return [
            AuditEntry(
                operator=Operator(name=name, role=Role(role)) if name else None,
                action=action,
                status=status,
                code=code,
            )
            for name, role, action, status, code in rows
        ]


@pytest.fixture(params=["memory", "postgres"])
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    """Each of the two in turn."""
    if request.param == "memory":
        yield Bench(MemoryAuditTrail(), None)
        return
    url = request.getfixturevalue("database_url")
    jobs = PostgresJobStore(url, pool_size=2, timeout_seconds=5, patience_seconds=5)
    await jobs.open()
    yield Bench(PostgresAuditTrail(jobs.database), url)
    await jobs.close()


async def test_a_call_is_one_entry(bench: Bench) -> None:
    """However often its beginning is told."""
    call = uuid4()
    begun = AuditEntry(operator=ANA, action="POST /api/x")
    await bench.trail.begin(call, begun)
    await bench.trail.begin(call, begun)
    assert bench.entries() == [begun]
    await bench.trail.end(call, status=202, code=None)
    assert bench.entries() == [AuditEntry(operator=ANA, action="POST /api/x", status=202)]


async def test_a_call_that_was_turned_away(bench: Bench) -> None:
    turned_away = AuditEntry(operator=None, action="GET /api/x", status=401, code="OPERATOR_KEY_NEEDED")
    await bench.trail.begin(uuid4(), turned_away)
    assert bench.entries() == [turned_away]


async def test_looking_around_is_forgotten_sooner_than_deeds(database_url: str) -> None:
    """In PostgreSQL, whose entries outlive the process."""
    store = PostgresJobStore(database_url, pool_size=2, timeout_seconds=30, patience_seconds=30)
    await store.open()
    trail, database = PostgresAuditTrail(store.database), store.database
    days = {"GET /api/jobs": (8, 200), "GET /api/costs": (6, 200), "GET /api/replays": (8, 403)}
    days |= {"POST /api/jobs/1/cancel": (399, 200), "POST /api/jobs/2/cancel": (401, 200)}
    for action, (age, status) in days.items():
        await trail.begin(uuid4(), AuditEntry(operator=ANA, action=action, status=status))
        await database.fetch(_AGED, {"age": age, "action": action})
    assert await trail.forget(limit=1) == 1
    assert await trail.forget(limit=100) == 1
    left = {row["action"] for row in await database.fetch("SELECT action FROM huntaze_workers.audit", {})}
    assert left == {"GET /api/costs", "GET /api/replays", "POST /api/jobs/1/cancel"}
    await store.close()
