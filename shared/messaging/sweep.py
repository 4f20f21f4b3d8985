"""The sweep: what makes a promise out of a hint.

Messages get lost, workers die, brokers go away. The store knows every job that is due and every message
that is unsent; this brings both back into circulation.
"""

from __future__ import annotations

import logging

from shared.messaging.outbox import Outbox
from shared.messaging.points import Point, Probe, unobserved
from shared.messaging.sender import Sender
from shared.persistence.checkpoints import Checkpoints
from shared.persistence.port import JobStore

logger = logging.getLogger(__name__)

#: A video that is uploaded again after that is paid for again.
CHECKPOINT_RETENTION_SECONDS = 30 * 86_400.0

_BATCH = 100
#: A sweep ends, whatever the backlog: the next one is seconds away.
_MAX_BATCHES = 50


class Sweep:
    """Sends again what is due; any number may run at the same time.

    Args:
        store: knows what is due.
        sender: takes it.
        requeue_grace_seconds: how long a requeued job's message may take to be delivered.
        sweep_after_seconds: how long others leave messages alone that this sweep is sending.
        checkpoints: where old steps are forgotten.
        probe: told of each named point.
    """

    def __init__(
        self,
        *,
        store: JobStore,
        sender: Sender,
        requeue_grace_seconds: float,
        sweep_after_seconds: float,
        checkpoints: Checkpoints | None = None,
        probe: Probe = unobserved,
    ) -> None:
        self._store = store
        self._outbox = Outbox(store, sender, probe=probe)
        self._grace_seconds = requeue_grace_seconds
        self._again_after_seconds = sweep_after_seconds
        self._checkpoints = checkpoints
        self._reached = probe

    async def run(self) -> None:
        """Give due jobs new messages, send what is unsent, forget some of what nobody has used for long.

        Raises:
            StoreUnavailableError: the store is away; the next sweep tries again.
        """
        requeued = await self._requeue()
        sent = await self._send_unsent()
        if self._checkpoints:
            await self._checkpoints.forget(unused_for_seconds=CHECKPOINT_RETENTION_SECONDS, limit=_BATCH)
        if requeued or sent:
            logger.info("Swept.", extra={"action": "swept", "requeued": requeued, "sent": sent})

    async def _requeue(self) -> int:
        total = 0
        for _ in range(_MAX_BATCHES):
            count = await self._store.requeue_due(limit=_BATCH, grace_seconds=self._grace_seconds)
            total += count
            if count:
                self._reached(Point.REQUEUED)
            if count < _BATCH:
                break
        return total

    async def _send_unsent(self) -> int:
        total = 0
        for _ in range(_MAX_BATCHES):
            messages = await self._store.take_unsent(
                limit=_BATCH, again_after_seconds=self._again_after_seconds
            )
            if messages:
                self._reached(Point.TAKEN)
            if not await self._outbox.publish(messages):
                break
            total += len(messages)
            if len(messages) < _BATCH:
                break
        return total
