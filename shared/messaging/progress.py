"""Telling how far a job is: at once and at most once, past the outbox, which is for what must not be lost."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from shared.clock import Clock
from shared.errors import BrokerUnavailableError
from shared.messaging.events import Stamp, processing_event
from shared.messaging.sender import Sender
from shared.messaging.versions import progress_version
from shared.observability.failures import whereabouts
from shared.persistence.port import Claim, JobMessage

logger = logging.getLogger(__name__)

#: No job waits longer than that for a broker to hear how far it is …
_TIMEOUT_SECONDS = 1.0
#: … nor soon again, after a broker did not listen.
_PAUSE_SECONDS = 15.0
#: The hundredth part is the job's end, which is announced by its own event.
MAX_PERCENT = 99


@dataclass
class Lease:
    """What this process knows of its claim."""

    #: Monotonic seconds of the engine's clock; from then on the job may be another's.
    until: float


class Progress:
    """Tells the front end how far one claimed job is, further each time, until it is closed.

    Args:
        sender: takes the events.
        clock: tells whether the lease has ended.
        message: asks for the job.
        claim: makes it ours.
        lease: until when.
        told_percent: how far an earlier attempt has told that it was; -1 if it told nothing.
    """

    def __init__(
        self,
        *,
        sender: Sender,
        clock: Clock,
        message: JobMessage,
        claim: Claim,
        lease: Lease,
        told_percent: int = -1,
    ) -> None:
        self._sender = sender
        self._clock = clock
        self._message = message
        self._claim = claim
        self._lease = lease
        self._percent = told_percent
        self._silent_until = 0.0
        self._closed = False

    @property
    def told_percent(self) -> int:
        """How far the job was told to be at last; -1 before anything was told."""
        return self._percent

    async def report(self, percent: float, message: str) -> None:
        """Send an event, if it says more than the last one and the job is still ours; never raises."""
        percent = max(0, min(MAX_PERCENT, int(percent)))
        if percent <= self._percent or not self._may_speak():
            return
        self._percent = percent
        event = processing_event(
            self._message,
            stamp=Stamp(
                message_id=f"{self._claim.job_id}:{self._claim.epoch}:{self._claim.fence}:p{percent}",
                version=progress_version(self._claim.epoch, self._claim.fence, percent),
                at=self._clock.now(),
            ),
            percent=percent,
            text=message,
        )
        try:
            async with asyncio.timeout(_TIMEOUT_SECONDS):
                await self._sender.send([event])
        except (BrokerUnavailableError, TimeoutError) as error:
            self._silent_until = self._clock.monotonic() + _PAUSE_SECONDS
            logger.warning(
                "A job's progress was not told.",
                extra={
                    "action": "progress_lost",
                    "jobId": self._claim.job_id,
                    "percent": percent,
                    "cause": whereabouts(error),
                },
            )

    def close(self) -> None:
        """Say nothing more: the job has ended, or is another's."""
        self._closed = True

    def _may_speak(self) -> bool:
        now = self._clock.monotonic()
        return not self._closed and self._silent_until <= now < self._lease.until
