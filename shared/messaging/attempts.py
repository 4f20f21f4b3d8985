"""One attempt at a claimed job: what its handler is given, and what is to be recorded of how it ended."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from pydantic import BaseModel

from shared.clock import Clock
from shared.contracts import JobType
from shared.errors import (
    InternalError,
    InvalidPayloadError,
    JobError,
    JobTimeoutError,
    LeaseLostError,
    PoisonError,
    TranscriptPendingError,
)
from shared.messaging import outcomes
from shared.messaging.decoding import Job
from shared.messaging.ledger import UnwrittenCalls
from shared.messaging.outcomes import MAX_ENRICHMENT_BYTES, Ending, Enriching, enrichment_bytes
from shared.messaging.points import Point, Probe
from shared.messaging.policy import POLICIES, as_job_error
from shared.messaging.progress import Lease, Progress
from shared.messaging.sanitising import storable
from shared.messaging.sender import Sender
from shared.messaging.steps import Steps
from shared.messaging.supervision import supervise
from shared.messaging.worker import JobContext, P, R, Worker
from shared.observability.failures import whereabouts
from shared.persistence.checkpoints import Checkpoints, Payment
from shared.persistence.port import Claim, JobState, JobStore, Outcome

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Attempts:
    """Runs handlers; whatever they do, there is an outcome."""

    store: JobStore
    #: Where steps are kept; without it every step is done again.
    checkpoints: Checkpoints | None
    sender: Sender
    clock: Clock
    functions_url: str
    lease_seconds: float
    #: A job may stop its worker this often before it is poison.
    max_claims: int
    requeue_grace_seconds: float
    reached: Probe

    async def run(self, job: Job[P], claim: Claim, worker: Worker[P, R]) -> Outcome:
        """Take a claimed job to the end of this attempt."""
        seconds = _seconds_left(claim, worker.job_type)
        lease = Lease(until=self.clock.monotonic() + self.lease_seconds)
        context, unwritten = self._context(job, claim, worker, lease, seconds)
        ending = self._ending(job, claim, worker, context, unwritten)
        if claim.claims > self.max_claims:
            return outcomes.ended(ending, JobState.FAILED, PoisonError())
        if seconds <= 0:
            late = JobTimeoutError("The job waited longer than its deadline and was not started.")
            return outcomes.ended(ending, JobState.TIMEOUT, late)
        try:
            result = await self._handle(worker, context, job.payload, claim, lease, seconds)
            return _completed(replace(ending, now=self.clock.now()), result)
        except Exception as error:  # noqa: BLE001 - whatever a handler raises is a job's failure, not ours
            failure = _failure(error, context)
            told_percent = context.progress.told_percent if context.progress else -1
            return outcomes.failed(replace(ending, now=self.clock.now()), failure, told_percent=told_percent)

    def _context(
        self, job: Job[P], claim: Claim, worker: Worker[P, R], lease: Lease, seconds: float
    ) -> tuple[JobContext, UnwrittenCalls]:
        context = JobContext(
            job_id=claim.job_id,
            job_type=worker.job_type,
            creator_id=job.message.creator_id,
            attempt=claim.attempt,
            epoch=claim.epoch,
            deadline=self.clock.monotonic() + seconds,
            turn=claim.turn,
            superseded=claim.superseded,
        )
        unwritten = UnwrittenCalls(context.calls, f"{claim.job_id}:{claim.epoch}:{claim.fence}")
        progress = Progress(
            sender=self.sender,
            clock=self.clock,
            message=job.message,
            claim=claim,
            lease=lease,
            told_percent=job.told_percent,
        )
        steps = self._steps(job, claim, unwritten)
        return replace(context, progress=None if worker.enriches else progress, steps=steps), unwritten

    def _steps(self, job: Job[P], claim: Claim, unwritten: UnwrittenCalls) -> Steps | None:
        if self.checkpoints is None:
            return None
        payer = Payment(
            job_id=claim.job_id,
            epoch=claim.epoch,
            attempt=claim.attempt,
            creator_id=job.message.creator_id,
        )
        return Steps(checkpoints=self.checkpoints, unwritten=unwritten, payer=payer, reached=self.reached)

    def _ending(
        self,
        job: Job[P],
        claim: Claim,
        worker: Worker[P, R],
        context: JobContext,
        unwritten: UnwrittenCalls,
    ) -> Ending:
        return Ending(
            message=job.message,
            claim=claim,
            now=self.clock.now(),
            functions_url=self.functions_url,
            grace_seconds=self.requeue_grace_seconds,
            unwritten=unwritten,
            usage=context.usage,
            follow_ups=context.follow_ups,
            enriching=_enriching(worker, job),
        )

    async def _handle(
        self,
        worker: Worker[P, R],
        context: JobContext,
        payload: P,
        claim: Claim,
        lease: Lease,
        seconds: float,
    ) -> R:
        async def extend() -> bool:
            asked_at = self.clock.monotonic()
            owned = await self.store.extend(claim.job_id, claim.fence, lease_seconds=self.lease_seconds)
            if owned:
                lease.until = asked_at + self.lease_seconds
            self.reached(Point.EXTENDED)
            return owned

        async def work() -> R:
            self.reached(Point.HANDLING)
            return await worker.handle(context, payload)

        try:
            return await supervise(work(), seconds=seconds, lease_seconds=self.lease_seconds, extend=extend)
        finally:
            if context.progress:
                context.progress.close()


def _seconds_left(claim: Claim, job_type: JobType) -> float:
    """Return the time until the attempt's deadline; a job that nobody waits for has all of it."""
    policy = POLICIES[job_type]
    return policy.deadline_ms / 1000 if policy.in_background else claim.remaining_seconds


def _completed(ending: Ending, result: BaseModel) -> Outcome:
    content = _content(result)
    if ending.enriching and enrichment_bytes(content) > MAX_ENRICHMENT_BYTES:
        return outcomes.ended(ending, JobState.FAILED, InternalError("The result is too large."))
    try:
        return outcomes.completed(ending, content)
    except InvalidPayloadError as error:
        raise InternalError("The worker's result can't be stored.") from error


def _content(result: BaseModel) -> dict[str, Any]:
    return result.model_dump(mode="json", by_alias=True, exclude_none=True)


def _enriching(worker: Worker[P, R], job: Job[P]) -> Enriching | None:
    if worker.enriches is None:
        return None
    return Enriching(
        parent_type=worker.enriches.parent,
        message=worker.enriches.message,
        fallback=partial(_fallback, worker, job),
    )


def _fallback(worker: Worker[P, R], job: Job[P], error: JobError) -> Mapping[str, Any]:
    """Return what is added to the parent's result instead; nothing if the worker fails at that, too."""
    try:
        fields: Mapping[str, Any] = storable(
            _content(worker.enriches.fallback(job.payload, error)) if worker.enriches else {}
        )
    except Exception as failure:  # noqa: BLE001 - the job has ended, whatever its worker's bugs are
        logger.error(  # noqa: TRY400 - a traceback may quote the payload
            "A worker could not say what is missing.",
            extra={"action": "fallback_failed", "jobId": job.message.job_id, "cause": whereabouts(failure)},
        )
        return {}
    return fields


def _failure(error: Exception, context: JobContext) -> JobError:
    """Place a handler's error in the tree; only what is no `JobError` is worth a look at the code."""
    failure = InternalError() if isinstance(error, LeaseLostError) else as_job_error(error)
    unexpected = not isinstance(error, JobError)
    logger.log(
        logging.ERROR if unexpected else logging.INFO,
        "A result is awaited." if isinstance(error, TranscriptPendingError) else "A handler failed.",
        extra={
            "action": "handler_failed",
            "jobId": context.job_id,
            "attempt": context.attempt,
            "code": failure.code,
            "cause": whereabouts(error),
        },
    )
    return failure
