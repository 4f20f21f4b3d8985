"""What every store of finished steps must do; PostgreSQL and the in-memory twin run the same tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.ai.port import ModelCall, Role, Usage
from shared.clock import ManualClock
from shared.errors import StoreUnavailableError
from shared.persistence.checkpoints import Checkpoint, Checkpoints, Payment
from shared.persistence.memory import MemoryJobStore
from shared.persistence.memory_checkpoints import MemoryCheckpoints
from shared.persistence.port import JobStore
from shared.persistence.postgres import PostgresJobStore
from shared.persistence.postgres_checkpoints import PostgresCheckpoints

STEP = Checkpoint(creator_id="123", step="vision", key="sha256:abc", content={"seen": ["a beach", "é"]})
PAYER = Payment(job_id="job_1", epoch=0, attempt=2, creator_id="123")
CALL = ModelCall(
    task="video.look",
    role=Role.VISION,
    deployment="Phi-4",
    usage=Usage(input_tokens=300, output_tokens=50, reasoning_tokens=7),
    cost_usd_micros=140,
)


@dataclass(frozen=True)
class Subject:
    """Checkpoints, the ledger beside them, and a way to let time pass."""

    checkpoints: Checkpoints
    ledger: JobStore
    now: Callable[[], datetime]
    wait: Callable[[float], Awaitable[None]]

    async def recall(self, creator_id: str = "123", step: str = "vision", key: str = "sha256:abc") -> Any:
        return await self.checkpoints.recall(creator_id, step, key)

    async def keep(self, checkpoint: Checkpoint = STEP, calls: Mapping[str, ModelCall] | None = None) -> None:
        await self.checkpoints.keep(checkpoint, replace(PAYER, calls=calls or {}))

    async def spent(self) -> int:
        return await self.ledger.month_usd_micros(f"{self.now():%Y-%m}")


@pytest.fixture(params=["memory", "postgres"])
async def subject(request: pytest.FixtureRequest) -> AsyncIterator[Subject]:
    """Each of the two in turn."""
    if request.param == "memory":
        clock = ManualClock()
        store = MemoryJobStore(clock)

        async def advance(seconds: float) -> None:
            clock.advance(seconds)

        yield Subject(MemoryCheckpoints(store, clock), store, clock.now, advance)
        return
    jobs = PostgresJobStore(
        request.getfixturevalue("database_url"), pool_size=4, timeout_seconds=5, patience_seconds=5
    )
    await jobs.open()
    yield Subject(PostgresCheckpoints(jobs.database), jobs, lambda: datetime.now(UTC), asyncio.sleep)
    await jobs.close()


async def test_what_was_kept_is_recalled(subject: Subject) -> None:
    """As it was, as often as one likes."""
    assert await subject.recall() is None
    await subject.keep()
    assert await subject.recall() == STEP.content
    assert await subject.recall() == STEP.content


@pytest.mark.parametrize("other", [{"creator_id": "124"}, {"step": "words"}, {"key": "sha256:abd"}])
async def test_it_is_recalled_by_nothing_else(subject: Subject, other: dict[str, str]) -> None:
    """Least of all by another creator."""
    await subject.keep()
    assert await subject.recall(**other) is None


async def test_the_last_of_two_stays(subject: Subject) -> None:
    """Both have made the same from the same."""
    await subject.keep()
    await subject.keep(replace(STEP, content={"seen": []}))
    assert await subject.recall() == {"seen": []}


async def test_its_calls_are_in_the_ledger_once(subject: Subject) -> None:
    """However often the step is kept, and by whomever besides."""
    await subject.keep(calls={"job_1:0:1:0": CALL, "job_1:0:1:1": CALL})
    await subject.keep(calls={"job_1:0:1:1": CALL, "job_1:0:1:2": CALL})
    assert await subject.spent() == 3 * 140


async def test_many_at_once_keep_the_same(subject: Subject) -> None:
    """Each has paid, and one of them is recalled."""
    await asyncio.gather(
        *(subject.keep(replace(STEP, content=number), {f"k:{number}": CALL}) for number in range(20))
    )
    assert await subject.recall() in range(20)
    assert await subject.spent() == 20 * 140


async def test_only_what_nobody_uses_is_forgotten(subject: Subject) -> None:
    """A few at a time; to recall it is to use it."""
    for number in range(5):
        await subject.keep(replace(STEP, key=str(number)))
    await subject.wait(2.0)
    await subject.keep(replace(STEP, key="new"))
    assert await subject.recall(key="0")
    assert await subject.checkpoints.forget(unused_for_seconds=1.8, limit=3) == 3
    assert await subject.checkpoints.forget(unused_for_seconds=1.8, limit=3) == 1
    assert await subject.checkpoints.forget(unused_for_seconds=1.8, limit=3) == 0
    assert await subject.recall(key="0")
    assert await subject.recall(key="new")
    assert await subject.recall(key="1") is None


async def test_a_store_that_is_away_says_so() -> None:
    """Nothing is guessed."""
    jobs = PostgresJobStore(
        "postgresql://nobody@127.0.0.1:9/none", pool_size=1, timeout_seconds=0.2, patience_seconds=0.2
    )
    checkpoints = PostgresCheckpoints(jobs.database)
    await jobs.open()
    with pytest.raises(StoreUnavailableError):
        await checkpoints.recall("123", "vision", "k")
    with pytest.raises(StoreUnavailableError):
        await checkpoints.keep(STEP, PAYER)
    await jobs.close()
