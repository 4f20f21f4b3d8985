"""Asking for ended jobs again: PostgreSQL and the in-memory twin run the same tests."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from shared.contracts import Topic
from shared.persistence.port import (
    Claim,
    FollowUp,
    JobMessage,
    JobState,
    OutboxMessage,
    Outcome,
    Rejection,
    Verdict,
)
from shared.persistence.replaying import JobReplay, Replayed, ReplayVerdict
from tests.stores import Kept

MESSAGE = JobMessage(
    job_id="job_1",
    job_type="chat.suggest",
    creator_id="123",
    body=b'{"jobId": "job_1"}',
    properties={"jobType": "chat.suggest"},
    payload_hash=b"\x01" * 32,
    epoch=0,
    attempt=0,
    deadline_ms=90_000,
    asked_at=None,
)
TRANSCRIPT = replace(
    MESSAGE,
    job_id="job_1.words",
    job_type="video.transcript",
    properties={"jobType": "video.transcript"},
    follows_up=True,
)


class Subject(Kept):
    """The same, in this suite's words."""

    async def claim(self, message: JobMessage = MESSAGE) -> Claim:
        return await self.store.claim(message, claim_id=uuid4(), lease_seconds=30)

    async def end(self, state: JobState, message: JobMessage = MESSAGE, **more: object) -> None:
        """Claim a job and let it end."""
        claim = await self.claim(message)
        assert claim.verdict is Verdict.CLAIMED
        outcome = Outcome(
            job_id=claim.job_id,
            creator_id=message.creator_id,
            epoch=claim.epoch,
            attempt=claim.attempt,
            fence=claim.fence,
            state=state,
            error_code=None if state is JobState.COMPLETED else "MODEL_ERROR",
        )
        assert await self.store.record(replace(outcome, **more), sweep_after_seconds=0)  # type: ignore[arg-type]  # real fields

    async def replay(self, job: JobMessage = MESSAGE, *, raw_hash: bytes = b"\x02" * 32) -> Replayed:
        return await self.store.replay(
            JobReplay(job=job, raw_hash=raw_hash, grace_seconds=0.0), sweep_after_seconds=0.0
        )

    async def promised(self) -> list[OutboxMessage]:
        return list(await self.store.take_unsent(limit=10, again_after_seconds=10))


@pytest.fixture
def subject(kept: Kept) -> Subject:
    """Each of the two stores in turn."""
    return Subject(kept.store, kept.wait)


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.TIMEOUT])
async def test_a_job_that_ended_badly_is_queued_in_a_new_epoch(subject: Subject, state: JobState) -> None:
    """Its message is promised under an id that is new and foreseeable, and owns the job."""
    await subject.end(state)
    assert await subject.replay() == Replayed(verdict=ReplayVerdict.QUEUED, epoch=1, sent_as="job_1:r1")
    job = await subject.store.job("job_1")
    assert job is not None
    assert (job.state, job.epoch, job.attempt, job.error_code) == (JobState.QUEUED, 1, 0, None)
    (message,) = await subject.promised()
    assert (message.message_id, message.topic, message.body) == ("job_1:r1", Topic.JOBS, MESSAGE.body)
    assert message.properties == {"jobType": "chat.suggest", "epoch": 1}
    claim = await subject.claim(replace(MESSAGE, epoch=1))
    assert (claim.verdict, claim.claims, round(claim.remaining_seconds)) == (Verdict.CLAIMED, 1, 90)


async def test_a_message_is_replayed_once(subject: Subject) -> None:
    """The second time it is of an older epoch, whatever became of the job meanwhile."""
    await subject.end(JobState.FAILED)
    await subject.replay()
    superseded = Replayed(verdict=ReplayVerdict.SUPERSEDED, epoch=1)
    assert await subject.replay() == superseded
    await subject.end(JobState.FAILED, replace(MESSAGE, epoch=1))
    assert await subject.replay() == superseded
    assert (await subject.replay(replace(MESSAGE, epoch=1))).sent_as == "job_1:r2"
    assert len(await subject.promised()) == 2


async def test_many_at_once_are_one(subject: Subject) -> None:
    await subject.end(JobState.FAILED)
    verdicts = [found.verdict for found in await asyncio.gather(*(subject.replay() for _ in range(5)))]
    assert verdicts.count(ReplayVerdict.QUEUED) == 1


async def test_a_job_can_end_again_in_its_new_epoch(subject: Subject) -> None:
    await subject.end(JobState.FAILED)
    await subject.replay()
    await subject.end(JobState.COMPLETED, replace(MESSAGE, epoch=1))
    assert (await subject.replay(replace(MESSAGE, epoch=1))).verdict is ReplayVerdict.COMPLETED


async def test_a_completed_job_stays_completed(subject: Subject) -> None:
    await subject.end(JobState.COMPLETED)
    assert (await subject.replay()).verdict is ReplayVerdict.COMPLETED
    assert await subject.promised() == []


async def test_a_job_that_runs_is_left_alone(subject: Subject) -> None:
    await subject.claim()
    assert (await subject.replay()).verdict is ReplayVerdict.UNDER_WAY
    assert await subject.promised() == []


async def test_another_payload_is_not_this_job(subject: Subject) -> None:
    await subject.end(JobState.FAILED)
    other = replace(MESSAGE, payload_hash=b"\x03" * 32)
    assert (await subject.replay(other)).verdict is ReplayVerdict.CONFLICT
    assert (await subject.replay(replace(MESSAGE, job_type="content.suggest"))).verdict is (
        ReplayVerdict.CONFLICT
    )


async def test_a_job_that_nobody_knows_is_queued_for_the_first_time(subject: Subject) -> None:
    """Its message expired before any worker saw it."""
    assert (await subject.replay()).sent_as == "job_1:r1"
    claim = await subject.claim(replace(MESSAGE, epoch=1))
    assert (claim.verdict, claim.epoch) == (Verdict.CLAIMED, 1)
    assert (await subject.claim()).verdict is Verdict.SUPERSEDED


async def test_a_refused_message_that_is_a_job_by_now(subject: Subject) -> None:
    """It was recorded under the hash of its bytes."""
    raw = b"\x09" * 32
    refused = replace(MESSAGE, payload_hash=raw)
    await subject.store.reject(
        Rejection(
            message_key=b"k" * 32,
            subscription="chat-suggestions",
            message_id="m",
            body=MESSAGE.body,
            error_code="INVALID_PAYLOAD",
            reason="payload.fanMessage: is missing",
            job=refused,
        ),
        sweep_after_seconds=0,
    )
    assert (await subject.replay(raw_hash=raw)).verdict is ReplayVerdict.QUEUED
    assert (await subject.claim(replace(MESSAGE, epoch=1))).verdict is Verdict.CLAIMED


async def test_the_sweep_looks_after_a_replayed_job(subject: Subject) -> None:
    """Its message is sent again in the new epoch."""
    await subject.end(JobState.FAILED)
    await subject.replay()
    await subject.wait(0.05)
    assert await subject.store.requeue_due(limit=10, grace_seconds=60) == 1
    assert {message.properties["epoch"] for message in await subject.promised()} == {1}


async def _with_follow_up(subject: Subject, *, parent: JobState = JobState.COMPLETED) -> None:
    follow_up = FollowUp(
        job=TRANSCRIPT,
        message=OutboxMessage(message_id="job_1.words:0:0:0", topic=Topic.JOBS, body=b"{}", properties={}),
        grace_seconds=60,
    )
    await subject.end(parent, follow_ups=[follow_up])
    await subject.end(JobState.FAILED, TRANSCRIPT)


async def test_a_follow_up_takes_its_parent_along(subject: Subject) -> None:
    """What it adds is for the parent's own epoch, and the parent stays completed."""
    await _with_follow_up(subject)
    assert (await subject.replay(TRANSCRIPT)).sent_as == "job_1.words:r1"
    parent = await subject.store.job("job_1")
    assert parent is not None
    assert (parent.state, parent.epoch) == (JobState.COMPLETED, 1)


async def test_a_follow_up_whose_parent_does_not_wait_for_it(subject: Subject) -> None:
    """Its parent failed, or nobody knows either."""
    await _with_follow_up(subject, parent=JobState.FAILED)
    assert (await subject.replay(TRANSCRIPT)).verdict is ReplayVerdict.UNKNOWN
    orphan = replace(TRANSCRIPT, job_id="job_9.words")
    assert (await subject.replay(orphan)).verdict is ReplayVerdict.UNKNOWN
