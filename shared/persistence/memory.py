"""The in-memory twin of the store: same contract, same verdicts, a clock that tests may move."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from shared.ai.port import ModelCall
from shared.clock import Clock
from shared.contracts import Topic
from shared.persistence.memory_rows import (
    Promise,
    StoredJob,
    age,
    cancelled,
    is_superseded,
    may_be_enriched,
    may_be_restarted,
    next_turn,
    rejected,
    replay_message,
    requeued,
    same_payload,
    verdict_on_replay,
)
from shared.persistence.port import (
    Cancellation,
    Claim,
    Enrichment,
    FollowUp,
    JobMessage,
    JobRecord,
    JobState,
    OutboxMessage,
    Outcome,
    Rejection,
    Verdict,
    unknown,
    verdict_on,
)
from shared.persistence.replaying import JobReplay, Replayed, ReplayVerdict


class MemoryJobStore:
    """Jobs in this process: a `JobStore`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._jobs: dict[str, StoredJob] = {}
        self._outbox: dict[str, Promise] = {}
        self._spent: Counter[str] = Counter()
        self._ledger_keys: set[str] = set()
        #: What tests look at: the ledger, the quarantine, and each job's states in order.
        self.calls: list[ModelCall] = []
        self.rejections: dict[bytes, Rejection] = {}
        self.history: list[tuple[str, int, JobState]] = []
        #: Each recorded attempt's resources, by job.
        self.usage: dict[str, list[Mapping[str, float]]] = {}

    async def claim(self, message: JobMessage, *, claim_id: UUID, lease_seconds: float) -> Claim:
        """See `JobStore.claim`."""
        now = self._clock.now()
        lease_until = now + timedelta(seconds=lease_seconds)
        job = self._jobs.get(message.job_id)
        if job is None and message.follows_up:
            return unknown(message)
        if job is None:
            asked_at = min(message.asked_at or now, now)
            turn = next_turn(self._jobs.values(), message)
            job = self._jobs[message.job_id] = StoredJob(
                message=message,
                state=JobState.RUNNING,
                fence=1,
                claims=1,
                claim_id=claim_id,
                due_at=lease_until,
                deadline_at=asked_at + timedelta(milliseconds=message.deadline_ms),
                created_at=now,
                updated_at=now,
                asked_at=asked_at,
                turn=turn,
            )
        elif not self._may_take(job, message, claim_id):
            return self._claim(job, self._refusal(job, message))
        else:
            if job.state is not JobState.RUNNING or job.claim_id != claim_id:
                same_attempt = age(job.message) == age(message)
                job.claims = job.claims + 1 if same_attempt else 1
            job.message = replace(
                job.message, epoch=message.epoch, attempt=message.attempt, body=message.body
            )
            job.state, job.fence, job.claim_id = JobState.RUNNING, job.fence + 1, claim_id
            job.due_at, job.updated_at = lease_until, now
        self._note(job)
        return self._claim(job, Verdict.CLAIMED)

    async def month_usd_micros(self, month: str) -> int:
        """See `Ledger.month_usd_micros`."""
        return self._spent[month]

    async def extend(self, job_id: str, fence: int, *, lease_seconds: float) -> bool:
        """See `JobStore.extend`."""
        job = self._owned(job_id, fence)
        if job:
            job.due_at = self._clock.now() + timedelta(seconds=lease_seconds)
        return job is not None

    async def record(self, outcome: Outcome, *, sweep_after_seconds: float) -> bool:
        """See `JobStore.record`."""
        self._pay(outcome.calls)
        self.pay_once(outcome.doubtful_calls)
        job = self._owned(outcome.job_id, outcome.fence)
        if job is None:
            return False
        now = self._clock.now()
        job.state, job.outcome, job.updated_at, job.due_at = outcome.state, outcome, now, None
        self._note(job)
        self.usage.setdefault(outcome.job_id, []).append(outcome.usage)
        if following := outcome.next_attempt:
            send_at = now + timedelta(seconds=following.delay_seconds)
            job.message = replace(job.message, attempt=following.attempt, body=following.body)
            job.claims = 0
            job.due_at = send_at + timedelta(seconds=following.grace_seconds)
            job.deadline_at = send_at + timedelta(milliseconds=job.message.deadline_ms)
        self._promise(job.message.job_id, outcome.messages, sweep_after_seconds)
        for follow_up in outcome.follow_ups:
            self._follow_up(outcome.job_id, follow_up, sweep_after_seconds)
        if outcome.enrichment and self._enrich(outcome, outcome.enrichment):
            self._promise(job.message.job_id, [outcome.enrichment.message], sweep_after_seconds)
        return True

    def pay_once(self, calls: Mapping[str, ModelCall]) -> None:
        """Write calls to the ledger unless it has them under their keys."""
        self._pay([call for key, call in calls.items() if key not in self._ledger_keys])
        self._ledger_keys.update(calls)

    async def reject(self, rejection: Rejection, *, sweep_after_seconds: float) -> bool:
        """See `JobStore.reject`."""
        self.rejections[rejection.message_key] = rejection
        message, now = rejection.job, self._clock.now()
        if message is None or message.job_id in self._jobs:
            return False
        job = self._jobs[message.job_id] = StoredJob(
            message=message,
            state=JobState.FAILED,
            fence=1,
            claims=0,
            claim_id=None,
            due_at=None,
            deadline_at=now,
            created_at=now,
            updated_at=now,
            outcome=rejected(message, rejection),
        )
        self._note(job)
        self._promise(message.job_id, rejection.messages, sweep_after_seconds)
        return True

    async def replay(self, replay: JobReplay, *, sweep_after_seconds: float) -> Replayed:
        """See `JobStore.replay`."""
        job = self._jobs.get(replay.job.job_id)
        parent = self._jobs.get(replay.job.job_id.partition(".")[0]) if replay.job.follows_up else None
        verdict = verdict_on_replay(job, replay, parent)
        if verdict is not ReplayVerdict.QUEUED:
            return Replayed(verdict=verdict, epoch=job.message.epoch if job else replay.job.epoch)
        queued = requeued(job, replay, parent, now=self._clock.now())
        self._jobs[replay.job.job_id] = queued
        if parent and parent.message.epoch < queued.message.epoch:
            parent.message = replace(parent.message, epoch=queued.message.epoch)
        self._note(queued)
        message = replay_message(queued)
        self._promise(replay.job.job_id, [message], sweep_after_seconds)
        return Replayed(verdict=verdict, epoch=queued.message.epoch, sent_as=message.message_id)

    async def cancel(self, cancellation: Cancellation, *, sweep_after_seconds: float) -> bool:
        """See `JobStore.cancel`."""
        job = self._jobs.get(cancellation.job_id)
        if job is None or job.state.terminal or job.fence != cancellation.fence:
            return False
        job.state, job.fence, job.due_at = JobState.FAILED, job.fence + 1, None
        job.outcome, job.updated_at = cancelled(job, cancellation), self._clock.now()
        self._note(job)
        self._promise(cancellation.job_id, cancellation.messages, sweep_after_seconds)
        return True

    async def mark_sent(self, message_ids: Sequence[str]) -> None:
        """See `JobStore.mark_sent`."""
        for message_id in message_ids:
            if promise := self._outbox.get(message_id):
                promise.due_at = None

    async def unsent_of(self, job_id: str) -> Sequence[OutboxMessage]:
        """See `JobStore.unsent_of`."""
        return [self._due(promise) for promise in self._unsent() if promise.job_id == job_id]

    async def requeue_due(self, *, limit: int, grace_seconds: float) -> int:
        """See `JobStore.requeue_due`."""
        now = self._clock.now()
        due = [job for job in self._jobs.values() if job.due_at and job.due_at < now][:limit]
        for job in due:
            job.state, job.fence, job.updated_at = JobState.QUEUED, job.fence + 1, now
            job.due_at = now + timedelta(seconds=grace_seconds)
            self._note(job)
            again = OutboxMessage(
                message_id=f"{job.message.job_id}:{job.message.epoch}:{job.fence}:0",
                topic=Topic.JOBS,
                body=job.message.body,
                properties=job.message.properties,
            )
            self._promise(job.message.job_id, [again], 0)
        return len(due)

    async def take_unsent(self, *, limit: int, again_after_seconds: float) -> Sequence[OutboxMessage]:
        """See `JobStore.take_unsent`."""
        now = self._clock.now()
        due = [promise for promise in self._unsent() if promise.due_at and promise.due_at <= now][:limit]
        for promise in due:
            promise.due_at = now + timedelta(seconds=again_after_seconds)
        return [self._due(promise) for promise in due]

    async def wake(self, job_id: str) -> bool:
        """See `JobStore.wake`."""
        job = self._jobs.get(job_id)
        if job is None or job.state not in {JobState.QUEUED, JobState.RETRY_WAIT}:
            return False
        job.due_at = self._clock.now() - timedelta(microseconds=1)
        return True

    async def job(self, job_id: str) -> JobRecord | None:
        """See `JobStore.job`."""
        job = self._jobs.get(job_id)
        if job is None:
            return None
        outcome = job.outcome
        return JobRecord(
            job_id=job_id,
            job_type=job.message.job_type,
            creator_id=job.message.creator_id,
            state=job.state,
            epoch=job.message.epoch,
            attempt=job.message.attempt,
            created_at=job.created_at,
            updated_at=job.updated_at,
            result=outcome.result if outcome else None,
            error_code=outcome.error_code if outcome else None,
            error_message=outcome.error_message if outcome else None,
            fence=job.fence,
        )

    def _pay(self, calls: Sequence[ModelCall]) -> None:
        self.calls.extend(calls)
        self._spent[f"{self._clock.now():%Y-%m}"] += sum(call.cost_usd_micros for call in calls)

    def _follow_up(self, asked_by: str, follow_up: FollowUp, sweep_after_seconds: float) -> None:
        message, now = follow_up.job, self._clock.now()
        older = self._jobs.get(message.job_id)
        if older and not may_be_restarted(older, message):
            return
        send_at = now + timedelta(seconds=follow_up.message.delay_seconds)
        self._jobs[message.job_id] = job = StoredJob(
            message=message,
            state=JobState.QUEUED,
            fence=older.fence + 1 if older else 0,
            claims=0,
            claim_id=None,
            due_at=send_at + timedelta(seconds=follow_up.grace_seconds),
            deadline_at=send_at + timedelta(milliseconds=message.deadline_ms),
            created_at=older.created_at if older else now,
            updated_at=now,
        )
        self._note(job)
        self._promise(asked_by, [follow_up.message], sweep_after_seconds)

    def _enrich(self, outcome: Outcome, enrichment: Enrichment) -> bool:
        parent = self._jobs.get(enrichment.parent_id)
        if parent is None or parent.outcome is None or not may_be_enriched(parent, outcome, enrichment):
            return False
        result = {**(parent.outcome.result or {}), **enrichment.fields}
        parent.outcome, parent.updated_at = replace(parent.outcome, result=result), self._clock.now()
        return True

    def _may_take(self, job: StoredJob, message: JobMessage, claim_id: UUID) -> bool:
        expired = job.due_at is not None and job.due_at < self._clock.now()
        free = job.state in {JobState.QUEUED, JobState.RETRY_WAIT}
        abandoned = job.state == JobState.RUNNING and (expired or job.claim_id == claim_id)
        return same_payload(job, message) and age(job.message) <= age(message) and (free or abandoned)

    def _refusal(self, job: StoredJob, message: JobMessage) -> Verdict:
        superseded = age(job.message) > age(message)
        return verdict_on(
            job.state,
            same_payload=same_payload(job, message),
            superseded=superseded,
            error_code=job.outcome.error_code if job.outcome else None,
        )

    def _claim(self, job: StoredJob, verdict: Verdict) -> Claim:
        job_id = job.message.job_id
        return Claim(
            verdict=verdict,
            job_id=job_id,
            epoch=job.message.epoch,
            attempt=job.message.attempt,
            fence=job.fence,
            claims=job.claims,
            remaining_seconds=(job.deadline_at - self._clock.now()).total_seconds(),
            unsent=any(promise.job_id == job_id for promise in self._unsent()),
            turn=job.turn,
            superseded=verdict is Verdict.CLAIMED and is_superseded(self._jobs.values(), job),
        )

    def _owned(self, job_id: str, fence: int) -> StoredJob | None:
        job = self._jobs.get(job_id)
        return job if job and job.fence == fence and job.state == JobState.RUNNING else None

    def _note(self, job: StoredJob) -> None:
        self.history.append((job.message.job_id, job.message.epoch, job.state))

    def _promise(self, job_id: str, messages: Sequence[OutboxMessage], due_in_seconds: float) -> None:
        now = self._clock.now()
        for message in messages:
            self._outbox[message.message_id] = Promise(
                job_id=job_id,
                message=message,
                send_at=now + timedelta(seconds=message.delay_seconds),
                due_at=now + timedelta(seconds=due_in_seconds),
            )

    def _unsent(self) -> list[Promise]:
        return [promise for promise in self._outbox.values() if promise.due_at is not None]

    def _due(self, promise: Promise) -> OutboxMessage:
        delay = (promise.send_at - self._clock.now()).total_seconds()
        return replace(promise.message, delay_seconds=max(0.0, delay))
