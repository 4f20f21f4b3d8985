"""What one job does to another's row, in PostgreSQL and in the in-memory twin: follow-ups and enrichments."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from shared.ai.port import ModelCall, Role, Usage
from shared.contracts import Topic
from shared.persistence.port import (
    Claim,
    Enrichment,
    FollowUp,
    JobMessage,
    JobState,
    OutboxMessage,
    Outcome,
    Verdict,
)
from tests.stores import Kept

VIDEO = JobMessage(
    job_id="v",
    job_type="video.analysis",
    creator_id="123",
    body=b'{"jobId": "v"}',
    properties={"jobType": "video.analysis"},
    payload_hash=b"\x01" * 32,
    epoch=0,
    attempt=0,
    deadline_ms=120_000,
    asked_at=None,
)
TRANSCRIPT = replace(
    VIDEO,
    job_id="v.transcript",
    job_type="video.transcript",
    body=b'{"jobId": "v.transcript"}',
    properties={"jobType": "video.transcript", "epoch": 0},
    payload_hash=b"\x02" * 32,
    deadline_ms=60_000,
)
DONE = OutboxMessage(message_id="v:0:1:0", topic=Topic.EVENTS, body=b"{}", properties={})
CALL = ModelCall(
    task="video.look",
    role=Role.VISION,
    deployment="Phi-4",
    usage=Usage(input_tokens=300, output_tokens=50),
    cost_usd_micros=140,
)


class Subject(Kept):
    """The same, in this suite's words."""

    async def claim(self, message: JobMessage) -> Claim:
        return await self.store.claim(message, claim_id=uuid4(), lease_seconds=30)

    async def record(self, outcome: Outcome) -> bool:
        return await self.store.record(outcome, sweep_after_seconds=0.0)

    async def spent(self) -> int:
        job = await self.store.job("v")
        assert job
        return await self.store.month_usd_micros(f"{job.updated_at:%Y-%m}")


@pytest.fixture
def subject(kept: Kept) -> Subject:
    """Each of the two stores in turn."""
    return Subject(kept.store, kept.wait)


def outcome_of(claim: Claim, state: JobState = JobState.COMPLETED, **more: object) -> Outcome:
    """Return what a run leaves behind."""
    outcome = Outcome(
        job_id=claim.job_id,
        creator_id="123",
        epoch=claim.epoch,
        attempt=claim.attempt,
        fence=claim.fence,
        state=state,
    )
    return replace(outcome, **more)  # type: ignore[arg-type]  # the tests below name real fields


def follow_up(job: JobMessage = TRANSCRIPT, *, delay_seconds: float = 30.0) -> FollowUp:
    """Return a wish for a transcript."""
    message = OutboxMessage(
        message_id=f"{job.job_id}:{job.epoch}:0:0",
        topic=Topic.JOBS,
        body=job.body,
        properties=job.properties,
        delay_seconds=delay_seconds,
    )
    return FollowUp(job=job, message=message, grace_seconds=60.0)


def enrichment(**fields: object) -> Enrichment:
    """Return what a transcript adds."""
    event = OutboxMessage(
        message_id="v.transcript:0:1:0", topic=Topic.EVENTS, body=b'{"e": 1}', properties={"jobId": "v"}
    )
    return Enrichment(parent_id="v", parent_type="video.analysis", fields=fields, message=event)


async def completed_video(subject: Subject, message: JobMessage = VIDEO) -> Claim:
    """Complete a video that wants a transcript."""
    claim = await subject.claim(message)
    wanted = replace(TRANSCRIPT, epoch=message.epoch, properties={"epoch": message.epoch})
    result = {"summary": "A beach.", "transcript": {"status": "pending"}}
    assert await subject.record(
        outcome_of(claim, result=result, messages=[DONE], follow_ups=[follow_up(wanted)])
    )
    return claim


async def test_a_follow_up_comes_to_be_with_its_job(subject: Subject) -> None:
    """Its row and its message, both of them due later; the job knows of the message."""
    await completed_video(subject)
    job = await subject.store.job("v.transcript")
    assert job
    assert (job.state, job.job_type, job.creator_id, job.epoch, job.attempt) == (
        JobState.QUEUED,
        "video.transcript",
        "123",
        0,
        0,
    )
    event, asked = sorted(await subject.store.unsent_of("v"), key=lambda message: message.topic)
    assert event == DONE
    assert (asked.message_id, asked.topic, asked.body) == (
        "v.transcript:0:0:0",
        Topic.JOBS,
        TRANSCRIPT.body,
    )
    assert 15 < asked.delay_seconds <= 30
    assert await subject.store.requeue_due(limit=10, grace_seconds=60) == 0
    claim = await subject.claim(TRANSCRIPT)
    assert (claim.verdict, claim.fence, claim.claims) == (Verdict.CLAIMED, 1, 1)


async def test_a_follow_up_that_nobody_has_asked_for_is_unknown(subject: Subject) -> None:
    """Claiming it does not make it; among others it is unknown alone."""
    asked = replace(TRANSCRIPT, follows_up=True)
    claims = await asyncio.gather(*map(subject.claim, (asked, VIDEO, asked)))
    assert [claim.verdict for claim in claims] == [Verdict.UNKNOWN, Verdict.CLAIMED, Verdict.UNKNOWN]
    assert await subject.store.job("v.transcript") is None
    assert await subject.record(outcome_of(claims[1], follow_ups=[follow_up(asked)]))
    assert (await subject.claim(asked)).verdict is Verdict.CLAIMED


async def test_no_follow_up_without_its_job(subject: Subject) -> None:
    """Who lost the job asks for nothing."""
    claim = await subject.claim(VIDEO)
    stale = outcome_of(replace(claim, fence=7), messages=[DONE], follow_ups=[follow_up()])
    assert not await subject.record(stale)
    assert await subject.store.job("v.transcript") is None
    assert await subject.store.unsent_of("v") == []


async def test_the_sweep_brings_a_lost_follow_up_back(subject: Subject) -> None:
    """Its message never came: it gets another one."""
    claim = await subject.claim(VIDEO)
    soon = replace(follow_up(delay_seconds=0.05), grace_seconds=0.05)
    assert await subject.record(outcome_of(claim, follow_ups=[soon]))
    await subject.wait(0.2)
    assert await subject.store.requeue_due(limit=10, grace_seconds=60) == 1
    assert (await subject.claim(TRANSCRIPT)).verdict is Verdict.CLAIMED


async def test_a_replay_starts_the_follow_up_afresh(subject: Subject) -> None:
    """Whatever became of the old one, and whatever it is asked for now; an equal epoch is left alone."""
    await completed_video(subject)
    old = await subject.claim(TRANSCRIPT)
    replay = replace(VIDEO, job_id="w")
    other = await subject.claim(replay)
    again = replace(TRANSCRIPT, payload_hash=b"\x03" * 32)
    assert await subject.record(outcome_of(other, follow_ups=[follow_up(again)]))
    assert await subject.store.unsent_of("w") == []
    assert await subject.record(outcome_of(old, result={}))
    newer = await subject.claim(replace(VIDEO, job_id="x", epoch=1))
    raised = replace(again, epoch=1)
    assert await subject.record(outcome_of(newer, follow_ups=[follow_up(raised)]))
    job = await subject.store.job("v.transcript")
    assert job
    assert (job.state, job.epoch, job.attempt, job.result) == (JobState.QUEUED, 1, 0, None)
    assert (await subject.claim(TRANSCRIPT)).verdict is Verdict.CONFLICT
    assert (await subject.claim(raised)).verdict is Verdict.CLAIMED


@pytest.mark.parametrize("change", [{"creator_id": "999"}, {"job_type": "video.compress"}])
async def test_a_namesake_of_another_kind_is_left_alone(subject: Subject, change: dict[str, str]) -> None:
    """Neither another creator's job nor one of another type makes room, whatever the epoch."""
    stranger = await subject.claim(replace(TRANSCRIPT, **change))  # type: ignore[arg-type]  # texts both
    claim = await subject.claim(replace(VIDEO, epoch=1))
    assert await subject.record(outcome_of(claim, follow_ups=[follow_up(replace(TRANSCRIPT, epoch=1))]))
    assert await subject.store.unsent_of("v") == []
    assert await subject.record(outcome_of(stranger))


async def test_an_enrichment_joins_the_parents_result(subject: Subject) -> None:
    """Its fields replace those of the same name, the others stay, and one event is promised."""
    await completed_video(subject)
    claim = await subject.claim(TRANSCRIPT)
    added = enrichment(transcript={"status": "ready", "text": "é"}, language="fr")
    outcome = outcome_of(claim, result={"n": 1}, enrichment=added)
    assert await subject.record(outcome)
    assert not await subject.record(outcome)
    video, transcript = await subject.store.job("v"), await subject.store.job("v.transcript")
    assert video
    assert transcript
    assert video.result == {
        "summary": "A beach.",
        "transcript": {"status": "ready", "text": "é"},
        "language": "fr",
    }
    assert (video.state, transcript.state) == (JobState.COMPLETED, JobState.COMPLETED)
    assert await subject.store.unsent_of("v.transcript") == [added.message]


async def test_a_parent_without_a_result_gets_one(subject: Subject) -> None:
    """Nothing and something is something."""
    await subject.record(outcome_of(await subject.claim(VIDEO)))
    claim = await subject.claim(TRANSCRIPT)
    assert await subject.record(outcome_of(claim, JobState.FAILED, enrichment=enrichment(a=1)))
    video = await subject.store.job("v")
    assert video
    assert video.result == {"a": 1}


@pytest.mark.parametrize(
    ("parent", "state"),
    [
        (None, None),
        (VIDEO, None),
        (VIDEO, JobState.FAILED),
        (replace(VIDEO, creator_id="999"), JobState.COMPLETED),
        (replace(VIDEO, job_type="chat.suggest"), JobState.COMPLETED),
        (replace(VIDEO, epoch=1), JobState.COMPLETED),
    ],
    ids=["none", "running", "failed", "another creator's", "another kind", "another epoch"],
)
async def test_a_wrong_parent_takes_nothing(
    subject: Subject, parent: JobMessage | None, state: JobState | None
) -> None:
    """And nothing is promised, but the job itself has ended."""
    if parent:
        claim = await subject.claim(parent)
        if state:
            assert await subject.record(outcome_of(claim, state, result={"kept": True}))
    mine = await subject.claim(TRANSCRIPT)
    assert await subject.record(outcome_of(mine, enrichment=enrichment(a=1)))
    assert await subject.store.unsent_of("v.transcript") == []
    video = await subject.store.job("v")
    assert video is None or video.result in (None, {"kept": True})
    assert (await subject.claim(TRANSCRIPT)).verdict is Verdict.COMPLETED


async def test_two_enrichments_at_once_lose_nothing(subject: Subject) -> None:
    """The transcript and the compressed copy may end at the same moment."""
    await completed_video(subject)
    smaller = replace(TRANSCRIPT, job_id="v.compress", job_type="video.compress")
    claims = [await subject.claim(message) for message in (TRANSCRIPT, smaller)]
    added = [enrichment(transcript=1), enrichment(compressedCopy=2)]
    added[1] = replace(added[1], message=replace(added[1].message, message_id="v.compress:0:1:0"))
    outcomes = [outcome_of(claim, enrichment=fields) for claim, fields in zip(claims, added, strict=True)]
    assert await asyncio.gather(*map(subject.record, outcomes)) == [True, True]
    video = await subject.store.job("v")
    assert video
    assert video.result == {"summary": "A beach.", "transcript": 1, "compressedCopy": 2}


async def test_a_doubtful_call_is_paid_once(subject: Subject) -> None:
    """Whoever writes it, and however often, even without owning the job."""
    claim = await subject.claim(VIDEO)
    stale = outcome_of(replace(claim, fence=7), calls=[CALL], doubtful_calls={"k:0": CALL})
    assert not await subject.record(stale)
    assert await subject.record(outcome_of(claim, doubtful_calls={"k:0": CALL, "k:1": CALL}))
    assert await subject.spent() == 3 * 140


async def test_only_a_waiting_job_is_woken(subject: Subject) -> None:
    """It is due at the next sweep; one that runs or has ended goes its way."""
    await completed_video(subject)
    assert not await subject.store.wake("v")
    assert not await subject.store.wake("nobody")
    assert await subject.store.wake("v.transcript")
    await subject.wait(0.01)
    assert await subject.store.requeue_due(limit=10, grace_seconds=60) == 1
    assert (await subject.claim(TRANSCRIPT)).verdict is Verdict.CLAIMED
    assert not await subject.store.wake("v.transcript")
