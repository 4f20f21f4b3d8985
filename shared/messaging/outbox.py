"""Publishing what a transaction promised to send."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from shared.errors import BrokerUnavailableError, StoreUnavailableError
from shared.messaging.points import Point, Probe, unobserved
from shared.messaging.sender import Sender
from shared.observability.failures import whereabouts
from shared.persistence.port import JobStore, OutboxMessage

logger = logging.getLogger(__name__)


class Outbox:
    """Sends promised messages, then marks them: a crash in between sends a message twice, under one id."""

    def __init__(self, store: JobStore, sender: Sender, *, probe: Probe = unobserved) -> None:
        self._store = store
        self._sender = sender
        self._reached = probe

    async def publish(self, messages: Sequence[OutboxMessage]) -> bool:
        """Send and mark; `False` when something is left to the sweep.

        Never raises for a broker or a store that is away: the outcome is recorded, and running the job
        again would not announce it any sooner.
        """
        if not messages:
            return True
        try:
            self._reached(Point.SENDING)
            await self._sender.send(messages)
            self._reached(Point.SENT)
            await self._store.mark_sent([message.message_id for message in messages])
            self._reached(Point.MARKED)
        except (BrokerUnavailableError, StoreUnavailableError) as error:
            logger.warning(
                "Messages are left to the sweep.",
                extra={"action": "publish_deferred", "messages": len(messages), "cause": whereabouts(error)},
            )
            return False
        return True

    async def publish_of(self, job_id: str) -> Sequence[str] | None:
        """Send and mark what is promised and unsent of one job; return the messages' ids.

        Never raises for a broker or a store that is away; `None` when it is not known what was promised.
        """
        try:
            messages = await self._store.unsent_of(job_id)
        except StoreUnavailableError:
            logger.warning("Messages are left to the sweep.", extra={"action": "publish_deferred"})
            return None
        await self.publish(messages)
        return [message.message_id for message in messages]
