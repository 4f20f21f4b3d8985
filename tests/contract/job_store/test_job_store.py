"""What every store of jobs must do; PostgreSQL and the in-memory twin run the same tests."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from shared.ai.port import ModelCall, Role, Usage
from shared.clock import ManualClock
from shared.contracts import Topic
from shared.persistence.port import (
    Cancellation,
    Claim,
    JobMessage,
    JobState,
    NextAttempt,
    OutboxMessage,
    Outcome,
    Rejection,
    Verdict,
)
from shared.persistence.postgres import PostgresJobStore
from tests.stores import Kept

MESSAGE = JobMessage(
    job_id="job_1",
    job_type="chat.suggest",
    creator_id="123",
    body=b'{"jobId": "job_1", "attempt": 0}',
    properties={"jobType": "chat.suggest", "replayCount": 1, "urgent": True},
    payload_hash=b"\x01" * 32,
    epoch=0,
    attempt=0,
    deadline_ms=90_000,
    asked_at=None,
)
EVENT = OutboxMessage(message_id="job_1:0:1:0", topic=Topic.EVENTS, body=b"{}", properties={"jobId": "job_1"})
CALL = ModelCall(
    task="chat.suggest",
    role=Role.GENERATION,
    deployment="DeepSeek-V3",
    usage=Usage(input_tokens=300, output_tokens=50),
    cost_usd_micros=570,
)
LEASE_SECONDS = 30.0


class Subject(Kept):
    """The same, in this suite's words."""

    async def claim(
        self, message: JobMessage = MESSAGE, *, claim_id: UUID | None = None, lease: float = LEASE_SECONDS
    ) -> Claim:
        return await self.store.claim(message, claim_id=claim_id or uuid4(), lease_seconds=lease)

    async def record(self, outcome: Outcome) -> bool:
        return await self.store.record(outcome, sweep_after_seconds=0.0)

    async def expired_claim(self, message: JobMessage = MESSAGE) -> Claim:
        """Claim, and let the lease run out."""
        claim = await self.claim(message, lease=0.05)
        await self.wait(0.1)
        return claim


@pytest.fixture
def subject(kept: Kept) -> Subject:
    """Each of the two stores in turn."""
    return Subject(kept.store, kept.wait)


def outcome_of(claim: Claim, state: JobState = JobState.COMPLETED, **more: object) -> Outcome:
    """Return what a run of a claimed job leaves behind."""
    outcome = Outcome(
        job_id=claim.job_id,
        creator_id="123",
        epoch=claim.epoch,
        attempt=claim.attempt,
        fence=claim.fence,
        state=state,
    )
    return replace(outcome, **more)  # type: ignore[arg-type]  # the tests below name real fields


def retry_of(claim: Claim, *, delay_seconds: float, grace_seconds: float) -> Outcome:
    """Return a transient failure's outcome."""
    following = NextAttempt(
        attempt=claim.attempt + 1, body=b"again", delay_seconds=delay_seconds, grace_seconds=grace_seconds
    )
    return outcome_of(claim, JobState.RETRY_WAIT, error_code="RATE_LIMIT", next_attempt=following)


async def test_a_new_job_is_claimed_once(subject: Subject) -> None:
    """The first delivery owns the job; a second one is told so."""
    first, second = await subject.claim(), await subject.claim()
    assert (first.verdict, first.fence, first.claims) == (Verdict.CLAIMED, 1, 1)
    assert 60 < first.remaining_seconds <= 90
    assert second.verdict is Verdict.BUSY


async def test_of_many_deliveries_at_once_one_wins(subject: Subject) -> None:
    """Twenty deliveries race; exactly one owns the job."""
    claims = await asyncio.gather(*(subject.claim() for _ in range(20)))
    assert sorted(claim.verdict.value for claim in claims).count("claimed") == 1
    assert {claim.verdict for claim in claims} == {Verdict.CLAIMED, Verdict.BUSY}


async def test_claiming_again_under_the_same_id_is_the_same_claim(subject: Subject) -> None:
    """A claim whose answer was lost is asked for again."""
    claim_id = uuid4()
    await subject.claim(claim_id=claim_id)
    assert (await subject.claim(claim_id=claim_id)).verdict is Verdict.CLAIMED


async def test_another_payload_under_the_same_id_is_refused(subject: Subject) -> None:
    """Whatever state the job is in, an id belongs to its first payload."""
    other = replace(MESSAGE, payload_hash=b"\x02" * 32)
    claim = await subject.claim()
    assert (await subject.claim(other)).verdict is Verdict.CONFLICT
    await subject.record(outcome_of(claim))
    assert (await subject.claim(other)).verdict is Verdict.CONFLICT


async def test_an_expired_lease_is_taken_over_and_counted(subject: Subject) -> None:
    """A crash counts as a claim, and raises the fence."""
    await subject.expired_claim()
    again = await subject.claim()
    assert (again.verdict, again.fence, again.claims) == (Verdict.CLAIMED, 2, 2)


async def test_a_heartbeat_keeps_the_lease(subject: Subject) -> None:
    """An extended lease does not expire, and only its owner extends it."""
    claim = await subject.claim(lease=0.3)
    assert await subject.store.extend(claim.job_id, claim.fence, lease_seconds=LEASE_SECONDS)
    await subject.wait(0.4)
    assert (await subject.claim()).verdict is Verdict.BUSY
    assert not await subject.store.extend(claim.job_id, claim.fence + 1, lease_seconds=LEASE_SECONDS)
    assert not await subject.store.extend("job_2", 1, lease_seconds=LEASE_SECONDS)


async def test_a_completed_job_keeps_its_result_and_its_promise(subject: Subject) -> None:
    """Result, state, cost and outbox are written together."""
    claim = await subject.claim()
    assert await subject.record(outcome_of(claim, result={"a": [1, "é"]}, calls=[CALL], messages=[EVENT]))
    job = await subject.store.job("job_1")
    assert job
    assert (job.state, job.result, job.creator_id) == (JobState.COMPLETED, {"a": [1, "é"]}, "123")
    again = await subject.claim()
    assert (again.verdict, again.unsent) == (Verdict.COMPLETED, True)
    assert await subject.store.unsent_of("job_1") == [EVENT]
    await subject.store.mark_sent([EVENT.message_id])
    assert not (await subject.claim()).unsent
    assert await subject.store.unsent_of("job_1") == []


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.TIMEOUT])
async def test_a_job_that_ended_badly_says_so(subject: Subject, state: JobState) -> None:
    """Later deliveries learn that the job has failed, and the reason stays readable."""
    claim = await subject.claim()
    await subject.record(outcome_of(claim, state, error_code="TIMEOUT", error_message="Too late."))
    assert (await subject.claim()).verdict is Verdict.FAILED
    job = await subject.store.job("job_1")
    assert job
    assert (job.state, job.error_code, job.error_message) == (state, "TIMEOUT", "Too late.")


async def test_who_lost_the_job_writes_nothing(subject: Subject) -> None:
    """A worker that was thought dead comes back: its outcome is refused, the new owner's is taken."""
    stale = await subject.expired_claim()
    owner = await subject.claim()
    assert not await subject.record(outcome_of(stale, result={"from": "stale"}, messages=[EVENT]))
    assert await subject.store.unsent_of("job_1") == []
    assert await subject.record(outcome_of(owner, result={"from": "owner"}))
    assert not await subject.record(outcome_of(owner, result={"from": "twice"}))
    job = await subject.store.job("job_1")
    assert job
    assert (job.result, job.fence) == ({"from": "owner"}, owner.fence)


async def test_a_retry_waits_and_starts_afresh(subject: Subject) -> None:
    """The next attempt has a claim count and a deadline of its own; the last one is superseded."""
    claim = await subject.claim()
    assert await subject.record(retry_of(claim, delay_seconds=10, grace_seconds=60))
    assert (await subject.claim()).verdict is Verdict.SUPERSEDED
    following = await subject.claim(replace(MESSAGE, attempt=1, body=b"again"))
    assert (following.verdict, following.attempt, following.claims) == (Verdict.CLAIMED, 1, 1)
    assert 60 < following.remaining_seconds <= 100


async def test_a_deadline_counts_from_when_the_creator_began_to_wait(subject: Subject) -> None:
    """An old message has less time, a future one no more than its share."""
    now = datetime.now(UTC) if isinstance(subject.store, PostgresJobStore) else ManualClock().now()
    old = replace(MESSAGE, asked_at=now - timedelta(seconds=100))
    early = replace(MESSAGE, job_id="job_2", asked_at=now + timedelta(days=1))
    assert -12 < (await subject.claim(old)).remaining_seconds < -9
    assert 60 < (await subject.claim(early)).remaining_seconds <= 90


async def test_the_sweep_requeues_what_is_due(subject: Subject) -> None:
    """An expired lease gets a message of its own, once."""
    stale = await subject.expired_claim()
    assert await subject.store.requeue_due(limit=10, grace_seconds=60) == 1
    assert await subject.store.requeue_due(limit=10, grace_seconds=60) == 0
    [message] = await subject.store.take_unsent(limit=10, again_after_seconds=60)
    assert (message.topic, message.body, message.properties) == (
        Topic.JOBS,
        MESSAGE.body,
        MESSAGE.properties,
    )
    assert not await subject.record(outcome_of(stale))
    assert (await subject.claim()).verdict is Verdict.CLAIMED


async def test_the_sweep_leaves_alone_what_is_not_due(subject: Subject) -> None:
    """A live lease, a waiting retry and a finished job stay as they are."""
    await subject.claim()
    waiting = await subject.claim(replace(MESSAGE, job_id="job_2"))
    await subject.record(retry_of(waiting, delay_seconds=10, grace_seconds=60))
    done = await subject.claim(replace(MESSAGE, job_id="job_3"))
    await subject.record(outcome_of(done))
    assert await subject.store.requeue_due(limit=10, grace_seconds=60) == 0


async def test_a_retry_whose_message_never_came_is_requeued(subject: Subject) -> None:
    """The new message asks for the new attempt."""
    claim = await subject.claim()
    await subject.record(retry_of(claim, delay_seconds=0.01, grace_seconds=0.01))
    await subject.wait(0.1)
    assert await subject.store.requeue_due(limit=10, grace_seconds=60) == 1
    [message] = await subject.store.take_unsent(limit=10, again_after_seconds=60)
    assert message.body == b"again"


async def test_unsent_messages_are_taken_by_one_sweep_at_a_time(subject: Subject) -> None:
    """What a sweep took is left alone until its time is up."""
    claim = await subject.claim()
    await subject.record(outcome_of(claim, messages=[EVENT]))
    await subject.wait(0.01)
    assert [m.message_id for m in await subject.store.take_unsent(limit=10, again_after_seconds=1.0)] == [
        EVENT.message_id
    ]
    assert await subject.store.take_unsent(limit=10, again_after_seconds=1.0) == []
    await subject.wait(1.2)
    assert len(await subject.store.take_unsent(limit=10, again_after_seconds=60)) == 1


async def test_a_delayed_message_keeps_the_delay_that_is_left(subject: Subject) -> None:
    """The sweep sends a retry no sooner than it is wanted."""
    claim = await subject.claim()
    later = replace(EVENT, delay_seconds=30.0)
    await subject.record(outcome_of(claim, messages=[later]))
    [message] = await subject.store.unsent_of("job_1")
    assert 15 < message.delay_seconds <= 30


async def test_a_rejected_message_is_kept_and_its_job_fails_once(subject: Subject) -> None:
    """Redeliveries change nothing more; a job that exists already is not touched."""
    rejection = Rejection(
        message_key=b"k" * 32,
        subscription="chat-suggestions",
        message_id=None,
        body=b"\x00\xff",
        error_code="INVALID_PAYLOAD",
        reason="Not JSON.",
        job=replace(MESSAGE, body=b"\x00\xff"),
        messages=[EVENT],
    )
    assert await subject.store.reject(rejection, sweep_after_seconds=0)
    assert not await subject.store.reject(rejection, sweep_after_seconds=0)
    job = await subject.store.job("job_1")
    assert job
    assert (job.state, job.error_code) == (JobState.FAILED, "INVALID_PAYLOAD")
    assert len(await subject.store.unsent_of("job_1")) == 1


async def test_a_rejected_message_without_an_id_is_kept_too(subject: Subject) -> None:
    """It has no job to fail."""
    rejection = Rejection(
        message_key=b"k" * 32,
        subscription="chat-suggestions",
        message_id="\ufffd",
        body=b"",
        error_code="INVALID_PAYLOAD",
        reason="Not JSON.",
    )
    assert not await subject.store.reject(rejection, sweep_after_seconds=0)


async def test_a_running_job_survives_a_rejected_namesake(subject: Subject) -> None:
    """A broken copy of a job's message does not harm the job."""
    claim = await subject.claim()
    broken = Rejection(
        message_key=b"k" * 32,
        subscription="chat-suggestions",
        message_id="m",
        body=b"{",
        error_code="INVALID_PAYLOAD",
        reason="Not JSON.",
        job=MESSAGE,
        messages=[replace(EVENT, message_id="job_1:0:0:0")],
    )
    assert not await subject.store.reject(broken, sweep_after_seconds=0)
    assert await subject.record(outcome_of(claim))


async def test_an_unknown_job_is_none(subject: Subject) -> None:
    """No job, no record, nothing to send, nothing to mark."""
    assert await subject.store.job("nobody") is None
    assert await subject.store.unsent_of("nobody") == []
    await subject.store.mark_sent(["nobody:0:0:0"])


async def test_the_ledger_counts_what_a_lost_worker_paid(database_url: str) -> None:
    """Model calls are paid, whoever owns the job by now; the history has one end per epoch."""
    store = PostgresJobStore(database_url, pool_size=2, timeout_seconds=5, patience_seconds=5)
    await store.open()
    subject = Subject(store, asyncio.sleep)
    stale = await subject.expired_claim()
    owner = await subject.claim()
    await subject.record(outcome_of(stale, calls=[CALL]))
    await subject.record(outcome_of(owner, calls=[CALL, CALL]))
    await store.close()
    with psycopg.connect(database_url) as connection:
        spent = connection.execute(
            "SELECT count(*), sum(cost_usd_micros) FROM huntaze_workers.ai_calls"
        ).fetchone()
        states = connection.execute("SELECT state FROM huntaze_workers.job_history ORDER BY id").fetchall()
    assert spent == (3, 3 * 570)
    assert states == [("running",), ("running",), ("completed",)]


async def test_the_ledger_sums_a_month(subject: Subject) -> None:
    """By what was recorded in it; another month knows nothing of it."""
    claim = await subject.claim()
    await subject.record(outcome_of(claim, calls=[CALL, CALL]))
    await subject.record(outcome_of(claim, calls=[CALL]))
    job = await subject.store.job(MESSAGE.job_id)
    assert job is not None
    month = f"{job.updated_at.astimezone(UTC):%Y-%m}"
    assert await subject.store.month_usd_micros(month) == 3 * 570
    assert await subject.store.month_usd_micros("2020-12") == 0


async def test_a_job_that_is_called_off_is_over_for_whoever_has_it(subject: Subject) -> None:
    """Its worker writes nothing any more; its message is completed when it comes, not dead-lettered."""
    claim = await subject.claim(MESSAGE)
    cancellation = Cancellation(
        job_id=MESSAGE.job_id,
        fence=claim.fence,
        error_code="CANCELLED",
        error_message="The job was cancelled.",
        messages=[EVENT],
    )
    assert await subject.store.cancel(cancellation, sweep_after_seconds=60)
    job = await subject.store.job(MESSAGE.job_id)
    assert job
    assert (job.state, job.error_code, job.fence) == (JobState.FAILED, "CANCELLED", claim.fence + 1)
    assert not await subject.store.extend(MESSAGE.job_id, claim.fence, lease_seconds=30)
    assert [each.message_id for each in await subject.store.unsent_of(MESSAGE.job_id)] == [EVENT.message_id]
    again = await subject.claim(MESSAGE)
    assert (again.verdict, again.unsent) == (Verdict.CANCELLED, True)
    assert not await subject.store.cancel(cancellation, sweep_after_seconds=60)


async def test_a_job_that_was_claimed_since_it_was_seen_is_not_called_off(subject: Subject) -> None:
    claim = await subject.claim(MESSAGE)
    stale = Cancellation(
        job_id=MESSAGE.job_id, fence=claim.fence - 1, error_code="CANCELLED", error_message="x"
    )
    assert not await subject.store.cancel(stale, sweep_after_seconds=60)
    assert await subject.store.extend(MESSAGE.job_id, claim.fence, lease_seconds=30)
