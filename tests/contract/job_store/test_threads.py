"""Jobs that belong together: their order, and which of them nobody waits for any more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from shared.clock import ManualClock
from shared.persistence.memory import MemoryJobStore
from shared.persistence.port import Claim, JobMessage, JobState, JobStore, NextAttempt, Outcome, Verdict
from shared.persistence.postgres import PostgresJobStore


@dataclass(frozen=True)
class Subject:
    """A store and a way to let its time pass."""

    store: JobStore
    began: datetime
    wait: Callable[[float], Awaitable[None]]

    def message(self, name: str, *, second: int = 0, thread: str | None = "conversation:1") -> JobMessage:
        """Return a job that was asked for so many seconds after the first."""
        return JobMessage(
            job_id=name,
            job_type="chat.suggest",
            creator_id="123",
            body=name.encode(),
            properties={},
            payload_hash=name.encode().ljust(32),
            epoch=0,
            attempt=0,
            deadline_ms=90_000,
            asked_at=self.began + timedelta(seconds=second),
            thread=thread,
        )

    async def claim(
        self, message: JobMessage, *, claim_id: UUID | None = None, lease_seconds: float = 30
    ) -> Claim:
        return await self.store.claim(message, claim_id=claim_id or uuid4(), lease_seconds=lease_seconds)

    async def ends(self, claim: Claim, state: JobState = JobState.COMPLETED) -> None:
        again = NextAttempt(attempt=claim.attempt + 1, body=b"again", delay_seconds=0, grace_seconds=60)
        outcome = Outcome(
            job_id=claim.job_id,
            creator_id="123",
            epoch=claim.epoch,
            attempt=claim.attempt,
            fence=claim.fence,
            state=state,
            next_attempt=again if state is JobState.RETRY_WAIT else None,
        )
        assert await self.store.record(outcome, sweep_after_seconds=10)


@pytest.fixture(params=["memory", "postgres"])
async def subject(request: pytest.FixtureRequest) -> AsyncIterator[Subject]:
    """Each of the two stores in turn."""
    if request.param == "memory":
        clock = ManualClock()

        async def advance(seconds: float) -> None:
            clock.advance(seconds)

        yield Subject(MemoryJobStore(clock), clock.now() - timedelta(seconds=60), advance)
        return
    store = PostgresJobStore(
        request.getfixturevalue("database_url"), pool_size=4, timeout_seconds=5, patience_seconds=5
    )
    await store.open()
    yield Subject(store, datetime.now(UTC) - timedelta(seconds=60), asyncio.sleep)
    await store.close()


def _seen(claim: Claim) -> tuple[Verdict, int, bool]:
    return claim.verdict, claim.turn, claim.superseded


async def test_the_turns_of_a_thread_are_counted(subject: Subject) -> None:
    """However its jobs ended."""
    for turn, state in enumerate([JobState.COMPLETED, JobState.FAILED, JobState.COMPLETED]):
        claim = await subject.claim(subject.message(f"j{turn}", second=turn))
        assert _seen(claim) == (Verdict.CLAIMED, turn, False)
        await subject.ends(claim, state)


async def test_jobs_without_a_thread_have_no_turn(subject: Subject) -> None:
    """And none of them supersedes another."""
    for number in (2, 1, 3):
        claim = await subject.claim(subject.message(f"j{number}", second=number, thread=None))
        assert _seen(claim) == (Verdict.CLAIMED, 0, False)


@pytest.mark.parametrize(
    "other",
    [{"thread": "conversation:2"}, {"creator_id": "124"}, {"job_type": "content.suggest"}],
)
async def test_threads_keep_apart(subject: Subject, other: dict[str, Any]) -> None:
    """By creator above all, and by the kind of job."""
    newer = replace(subject.message("newer", second=9), **other)
    assert _seen(await subject.claim(newer)) == (Verdict.CLAIMED, 0, False)
    assert _seen(await subject.claim(subject.message("older"))) == (Verdict.CLAIMED, 0, False)


async def test_an_older_job_that_comes_late_is_superseded(subject: Subject) -> None:
    """By when the creator asked, not by when the message came."""
    await subject.claim(subject.message("newer", second=5))
    assert _seen(await subject.claim(subject.message("older", second=4))) == (Verdict.CLAIMED, 1, True)
    assert _seen(await subject.claim(subject.message("newest", second=6)))[2] is False


async def test_of_two_asked_at_the_same_moment_one_remains(subject: Subject) -> None:
    """Whichever comes first."""
    await subject.claim(subject.message("a"))
    await subject.claim(subject.message("c"))
    assert (await subject.claim(subject.message("b"))).superseded
    assert not (await subject.claim(subject.message("d"))).superseded


async def test_a_claim_whose_answer_was_lost_gets_the_same_again(subject: Subject) -> None:
    """Its turn is its own, and it is still not started."""
    older, claim_id = subject.message("older"), uuid4()
    await subject.claim(subject.message("newer", second=5))
    first = await subject.claim(older, claim_id=claim_id)
    assert _seen(await subject.claim(older, claim_id=claim_id)) == _seen(first) == (Verdict.CLAIMED, 1, True)


async def test_what_was_started_before_is_not_superseded(subject: Subject) -> None:
    """Its worker may have paid already: after a crash, a retry and a replay it is answered."""
    job = subject.message("older")
    await subject.claim(job, lease_seconds=0.05)
    await subject.claim(subject.message("newer", second=5))
    await subject.wait(0.1)
    after_crash = await subject.claim(job)
    assert _seen(after_crash) == (Verdict.CLAIMED, 0, False)
    await subject.ends(after_crash, JobState.RETRY_WAIT)
    retried = await subject.claim(replace(job, attempt=1))
    assert _seen(retried) == (Verdict.CLAIMED, 0, False)
    await subject.ends(retried, JobState.RETRY_WAIT)
    assert _seen(await subject.claim(replace(job, epoch=1))) == (Verdict.CLAIMED, 0, False)


async def test_a_duplicate_is_told_nothing_new(subject: Subject) -> None:
    """It is passed by, whatever came after it."""
    job = subject.message("older")
    await subject.claim(job)
    await subject.claim(subject.message("newer", second=5))
    assert _seen(await subject.claim(job)) == (Verdict.BUSY, 0, False)


@pytest.mark.parametrize("backlog", [2, 30])
async def test_of_a_backlog_only_the_newest_is_worth_an_answer(database_url: str, backlog: int) -> None:
    """Claimed in one statement, in any order; a second thread and jobs without one go along."""
    store = PostgresJobStore(database_url, pool_size=1, timeout_seconds=5, patience_seconds=5)
    await store.open()
    subject = Subject(store, datetime.now(UTC) - timedelta(seconds=60), asyncio.sleep)
    earlier = await subject.claim(subject.message("earlier"))
    backlogs = [
        subject.message(f"{thread}{n:02}", second=1 + n, thread=thread)
        for n in range(backlog)
        for thread in ("conversation:1", "conversation:2", None)
    ]
    asked = [subject.message("first", thread=None), *reversed(backlogs)]
    first, *claims = await asyncio.gather(*(subject.claim(each) for each in asked))
    await store.close()
    assert (earlier.turn, first.turn) == (0, 0)
    expected = [
        (Verdict.CLAIMED, _turn(each.thread, n), each.thread is not None and n < backlog - 1)
        for n, each in ((index // 3, each) for index, each in enumerate(backlogs))
    ]
    assert [_seen(claim) for claim in claims] == expected[::-1]


def _turn(thread: str | None, number: int) -> int:
    return number + (thread == "conversation:1") if thread else 0


async def test_what_a_thread_keeps_is_bounded_by_its_index(database_url: str) -> None:
    """A claim looks at one earlier row, however long the conversation is."""
    store = PostgresJobStore(database_url, pool_size=1, timeout_seconds=5, patience_seconds=5)
    await store.open()
    subject = Subject(store, datetime.now(UTC) - timedelta(seconds=60), asyncio.sleep)
    await subject.claim(subject.message("first"))
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "UPDATE huntaze_workers.jobs SET turn = 100000, thread = repeat('x', 128) WHERE job_id = 'first'"
        )
    claim = await subject.claim(subject.message("second", second=1, thread="x" * 128))
    await store.close()
    assert claim.turn == 100_001
