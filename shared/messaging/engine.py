"""The life of a job: decode, claim, handle, record, publish, settle.

The broker delivers at least once and the process may die at any line; still no job is lost, none ends
twice, and every end is announced. The store's row is the truth, a delivery only a hint: whatever happens
here, a job that is not terminal has a due time in the store, and the sweep finds it.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from shared.clock import Clock, iso_milliseconds
from shared.contracts import JobStatus, JobType, Topic
from shared.errors import InvalidPayloadError, JobFailedError, StoreUnavailableError
from shared.messaging.attempts import Attempts
from shared.messaging.decoding import Job, announceable, decode, sendable_properties
from shared.messaging.delivery import Delivery
from shared.messaging.events import Stamp, failed_event
from shared.messaging.outbox import Outbox
from shared.messaging.points import Point, Probe, unobserved
from shared.messaging.sanitising import storable_text
from shared.messaging.sender import Sender
from shared.messaging.versions import end_version
from shared.messaging.worker import P, R, Worker
from shared.persistence.checkpoints import Checkpoints
from shared.persistence.port import Claim, JobState, JobStore, OutboxMessage, Outcome, Rejection, Verdict

logger = logging.getLogger(__name__)

#: How long a message is put aside while the store is away.
PARKED_SECONDS = 60.0


_REFUSALS = {
    Verdict.CONFLICT: "jobId: the same id was used before with another payload.",
    Verdict.UNKNOWN: "jobId: no job has asked for this follow-up.",
}


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How patient the engine is; `Settings` says what each means."""

    lease_seconds: float = 30.0
    max_claims: int = 4
    sweep_after_seconds: float = 10.0
    requeue_grace_seconds: float = 300.0


class Engine:
    """Turns deliveries into recorded, announced outcomes."""

    def __init__(
        self,
        *,
        store: JobStore,
        sender: Sender,
        clock: Clock,
        functions_url: str,
        checkpoints: Checkpoints | None = None,
        limits: Limits | None = None,
        probe: Probe = unobserved,
    ) -> None:
        self._store = store
        self._sender = sender
        self._outbox = Outbox(store, sender, probe=probe)
        self._clock = clock
        self._limits = limits or Limits()
        self._reached = probe
        self._attempts = Attempts(
            store=store,
            checkpoints=checkpoints,
            sender=sender,
            clock=clock,
            functions_url=functions_url,
            lease_seconds=self._limits.lease_seconds,
            max_claims=self._limits.max_claims,
            requeue_grace_seconds=self._limits.requeue_grace_seconds,
            reached=probe,
        )

    async def deliver(self, delivery: Delivery, worker: Worker[P, R]) -> None:
        """Do with a delivery whatever is to be done; returning completes its message.

        Raises:
            JobFailedError: the job is recorded as failed; its message belongs in the dead-letter queue.
            StoreUnavailableError: the store went away in between; the broker is to deliver again.
        """
        self._reached(Point.RECEIVED)
        try:
            job = decode(delivery, worker)
        except InvalidPayloadError as error:
            return await self._refuse(delivery, worker, error)
        self._reached(Point.DECODED)
        try:
            claim = await self._store.claim(
                job.message, claim_id=uuid4(), lease_seconds=self._limits.lease_seconds
            )
        except StoreUnavailableError:
            return await self._park(delivery)
        if claim.verdict in _REFUSALS:
            return await self._refuse(delivery, worker, InvalidPayloadError(_REFUSALS[claim.verdict]))
        if claim.verdict is Verdict.CLAIMED:
            self._reached(Point.CLAIMED)
            return await self._finish(job, claim, worker)
        return await self._pass_by(claim)

    async def _finish(self, job: Job[P], claim: Claim, worker: Worker[P, R]) -> None:
        """Take a claimed job to the end of this attempt."""
        outcome = await self._attempts.run(job, claim, worker)
        self._reached(Point.HANDLED)
        owned = await self._store.record(outcome, sweep_after_seconds=self._limits.sweep_after_seconds)
        _log(outcome, owned=owned)
        if not owned:
            return
        self._reached(Point.RECORDED)
        if outcome.self_contained:
            await self._outbox.publish(outcome.messages)
        else:
            await self._publish_promised(outcome)
        self._reached(Point.SETTLING)
        if outcome.state in {JobState.FAILED, JobState.TIMEOUT}:
            raise JobFailedError(f"{outcome.error_code}: {outcome.error_message}")

    async def _publish_promised(self, outcome: Outcome) -> None:
        """Send what was promised: that depended on other jobs' rows, so only the store knows it."""
        promised = await self._outbox.publish_of(outcome.job_id)
        if promised is None or outcome.enrichment is None:
            return
        if outcome.enrichment.message.message_id not in promised:
            logger.warning(
                "There was no completed job to enrich.",
                extra={
                    "action": "not_enriched",
                    "jobId": outcome.job_id,
                    "parentId": outcome.enrichment.parent_id,
                },
            )

    async def _pass_by(self, claim: Claim) -> None:
        """Leave a job alone that is done, or in other hands; what it still has to announce is sent."""
        if claim.unsent and claim.verdict is not Verdict.BUSY:
            await self._outbox.publish(await self._store.unsent_of(claim.job_id))
        logger.info(
            "A duplicate was passed by.",
            extra={"action": "duplicate", "jobId": claim.job_id, "verdict": claim.verdict.value},
        )
        if claim.verdict is Verdict.FAILED:
            raise JobFailedError

    async def _refuse(self, delivery: Delivery, worker: Worker[Any, Any], error: InvalidPayloadError) -> None:
        """Keep a message that is no job, announce it if it has an id, and let it dead-letter."""
        self._reached(Point.REFUSING)
        rejection = self._rejection(delivery, worker.job_type, error)
        try:
            recorded = await self._store.reject(
                rejection, sweep_after_seconds=self._limits.sweep_after_seconds
            )
        except StoreUnavailableError:
            return await self._park(delivery)
        self._reached(Point.REFUSED)
        if recorded:
            await self._outbox.publish(rejection.messages)
        logger.warning(
            "A message was refused.",
            extra={
                "action": "refused",
                "subscription": delivery.subscription,
                "jobId": rejection.job.job_id if rejection.job else None,
                "code": error.code,
                "reason": error.message,
            },
        )
        raise JobFailedError(f"{error.code}: {error.message}")

    def _rejection(self, delivery: Delivery, job_type: JobType, error: InvalidPayloadError) -> Rejection:
        job = announceable(delivery, job_type)
        identity = [delivery.subscription, delivery.message_id or ""]
        key = hashlib.sha256("\0".join(identity).encode("utf-8", "replace") + b"\0" + delivery.body)
        event = job and failed_event(
            job,
            stamp=Stamp(
                message_id=f"{job.job_id}:{job.epoch}:1:0",
                version=end_version(job.epoch, 1),
                at=self._clock.now(),
            ),
            status=JobStatus.FAILED,
            error=error,
        )
        return Rejection(
            message_key=key.digest(),
            subscription=delivery.subscription,
            message_id=delivery.message_id and storable_text(delivery.message_id),
            body=delivery.body,
            error_code=error.code,
            reason=error.message,
            job=job,
            messages=[event] if event else [],
        )

    async def _park(self, delivery: Delivery) -> None:
        """Put a message aside while the store is away: its few deliveries are kept for crashes.

        Raises:
            BrokerUnavailableError: the broker is away as well; the delivery is given back to it.
        """
        first = delivery.properties.get("firstEnqueuedAt") or iso_milliseconds(
            delivery.enqueued_at or self._clock.now()
        )
        again = OutboxMessage(
            message_id=f"parked:{uuid4()}",
            topic=Topic.JOBS,
            body=delivery.body,
            properties={**sendable_properties(delivery), "firstEnqueuedAt": str(first)},
            delay_seconds=PARKED_SECONDS,
        )
        await self._sender.send([again])
        logger.error(
            "The database is away; a message was put aside.",
            extra={"action": "parked", "subscription": delivery.subscription},
        )


def _log(outcome: Outcome, *, owned: bool) -> None:
    logger.log(
        logging.INFO if owned else logging.WARNING,
        "A job was recorded." if owned else "A job had passed into other hands; nothing was written.",
        extra={
            "action": "recorded" if owned else "lease_lost",
            "jobId": outcome.job_id,
            "attempt": outcome.attempt,
            "state": outcome.state.value,
            "code": outcome.error_code,
            "usd_micros": sum(call.cost_usd_micros for call in outcome.calls),
        },
    )
