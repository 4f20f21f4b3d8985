"""Calling a job off before it ends."""

from __future__ import annotations

from shared.clock import Clock
from shared.contracts import JobStatus
from shared.errors import JobCancelledError
from shared.messaging.events import Stamp, failed_event
from shared.messaging.outbox import Outbox
from shared.messaging.sender import Sender
from shared.messaging.versions import end_version
from shared.persistence.port import Cancellation, JobRecord, JobStore

#: A job that changes hands between each look and the write after it does not go on doing so.
_LOOKS = 5


class Canceller:
    """Ends jobs that are not over as `failed`, with the code `CANCELLED`, and announces it.

    A worker that is at such a job learns of it at its next heartbeat; what it has paid for is paid. The job's
    message, when it comes, is completed: it does not become a dead letter.
    """

    def __init__(
        self, *, store: JobStore, sender: Sender, clock: Clock, sweep_after_seconds: float = 10.0
    ) -> None:
        self._store = store
        self._outbox = Outbox(store, sender)
        self._clock = clock
        self._sweep_after_seconds = sweep_after_seconds

    async def cancel(self, job: JobRecord) -> JobRecord:
        """Call a job off, and return it as it stands then: over, by this or by itself before.

        Raises:
            StoreUnavailableError: the store is away; whether it was done is not known.
        """
        for _ in range(_LOOKS):
            if job.state.terminal or await self._cancelled(job):
                break
            job = await self._store.job(job.job_id) or job
        return await self._store.job(job.job_id) or job

    async def _cancelled(self, job: JobRecord) -> bool:
        error, fence = JobCancelledError(), job.fence + 1
        event = failed_event(
            job,
            stamp=Stamp(
                message_id=f"{job.job_id}:{job.epoch}:{fence}:0",
                version=end_version(job.epoch, fence),
                at=self._clock.now(),
            ),
            status=JobStatus.FAILED,
            error=error,
        )
        cancellation = Cancellation(
            job_id=job.job_id,
            fence=job.fence,
            error_code=error.code,
            error_message=error.message,
            messages=[event],
        )
        done = await self._store.cancel(cancellation, sweep_after_seconds=self._sweep_after_seconds)
        if done:
            await self._outbox.publish([event])
        return done
