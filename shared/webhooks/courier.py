"""Delivering webhooks: at once if the endpoint has room, otherwise and again by the timer.

The database holds every delivery with the time at which it is due; who claims one has it until the end of a
lease and sends it once. A worker that dies leaves an attempt that is `uncertain`, and a delivery that is due
again: the receiver recognises it by its `webhook-id`.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence

from shared.clock import Clock
from shared.errors import ConfigurationError, StoreUnavailableError
from shared.observability.failures import whereabouts
from shared.webhooks.bodies import ping_body
from shared.webhooks.port import Claimed, DeliveryRecord, NewDelivery, Poster, WebhookTable
from shared.webhooks.schedule import (
    ATTEMPT_SECONDS,
    KEPT_SECONDS,
    LEASE_SECONDS,
    Answer,
    Outcome,
    hold_seconds,
    next_delay_seconds,
)
from shared.webhooks.sealing import Seal
from shared.webhooks.signing import signature_headers

logger = logging.getLogger(__name__)

#: How many deliveries one process sends at once.
_AT_ONCE = 32
#: An attempt that has not begun in this part of its lease might outlast it.
_STARTS_WITHIN = 1 - ATTEMPT_SECONDS / LEASE_SECONDS
#: How often a run looks for what has become due while it waits for receivers.
_LOOKS_EVERY_SECONDS = 1.0
#: How often an endpoint is pinged at most.
PING_EVERY_SECONDS = 5
_BATCH = 500


class Courier:
    """Delivers; any number may work at the same time.

    Args:
        table: knows what is due.
        poster: sends.
        seal: opens secrets.
        clock: stamps attempts, and measures leases.
        chance: a random number from 0 to 1 for the schedule's jitter.
        reached: told by name how far an attempt is; tests kill there.
        lease_seconds: how long a delivery is its holder's.
    """

    def __init__(
        self,
        *,
        table: WebhookTable,
        poster: Poster,
        seal: Seal,
        clock: Clock,
        chance: Callable[[], float] = random.random,
        reached: Callable[[str], None] = lambda _point: None,
        lease_seconds: float = LEASE_SECONDS,
    ) -> None:
        self._table = table
        self._poster = poster
        self._seal = seal
        self._clock = clock
        self._chance = chance
        self._reached = reached
        self._lease_seconds = lease_seconds

    async def notify(self, delivery: NewDelivery) -> None:
        """Promise what is to be told, and try it once where there is room; the timer does the rest.

        Raises:
            StoreUnavailableError: nothing is promised, or it is not known: the event has to come again.
        """
        promised = await self._table.promise(delivery)
        self._reached("promised")
        if promised and self._seal.ready:
            await self._deliver(await self._claim(len(promised), only=promised))

    async def run(self, *, seconds: float) -> int:
        """Send what is due until nothing is, or the time is up; return how many attempts were made.

        Raises:
            StoreUnavailableError: the store is away; the next run tries again.
        """
        if not self._seal.ready:
            return 0
        ends, made = self._clock.monotonic() + seconds, 0
        sending: set[asyncio.Task[None]] = set()
        try:
            while self._clock.monotonic() < ends:
                claimed = await self._claim(_AT_ONCE - len(sending)) if len(sending) < _AT_ONCE else []
                sending |= {asyncio.create_task(self._attempt(each)) for each in claimed}
                made += len(claimed)
                if not sending:
                    break
                done, sending = await asyncio.wait(
                    sending, timeout=_LOOKS_EVERY_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
                for task in done:
                    task.result()
        finally:
            if sending:
                await asyncio.wait(sending)
        return made

    async def tidy(self) -> None:
        """Give up what waits for disabled endpoints, and forget what has been over for long."""
        await self._table.close_hopeless(limit=_BATCH)
        await self._table.forget(over_for_seconds=KEPT_SECONDS, limit=_BATCH)

    async def ping(self, creator_id: str, name: str) -> DeliveryRecord | None:
        """Send an endpoint a signed ping, and return what it came to; `None`: it was pinged just now.

        Raises:
            ConfigurationError: there is no key to open the endpoint's secret with.
            StoreUnavailableError: nothing is known.
        """
        self._seal.check()
        now = self._clock.now()
        moment = int(now.timestamp()) // PING_EVERY_SECONDS
        promised = await self._table.ping(
            creator_id, name, message_key=f"ping:{moment}", body=ping_body(name, now)
        )
        if promised is None:
            return None
        await self._deliver(await self._claim(1, only=[promised], forced=True))
        return await self._table.find(creator_id, promised)

    def _claim(
        self, limit: int, *, only: Sequence[str] | None = None, forced: bool = False
    ) -> Awaitable[Sequence[Claimed]]:
        return self._table.claim(limit=limit, lease_seconds=self._lease_seconds, only=only, forced=forced)

    async def _deliver(self, claimed: Sequence[Claimed]) -> None:
        async with asyncio.TaskGroup() as attempts:
            for each in claimed:
                attempts.create_task(self._attempt(each))

    async def _attempt(self, claimed: Claimed) -> None:
        """Send a delivery once, and write down what it came to; without that it is due after its lease."""
        ends = self._clock.monotonic() + self._lease_seconds * _STARTS_WITHIN
        self._reached("claimed")
        try:
            headers = self._headers(claimed)
            if self._clock.monotonic() > ends:
                return  # the process stood still: somebody else may have the delivery by now
            answer = await self._poster.post(claimed.url, headers=headers, body=claimed.body)
            self._reached("posted")
            await self._record(claimed, answer)
            self._reached("recorded")
        except (ConfigurationError, StoreUnavailableError) as error:
            logger.warning(
                "An attempt at a webhook was not written down.",
                extra={"action": "webhook_uncertain", "cause": whereabouts(error)},
            )

    def _headers(self, claimed: Claimed) -> dict[str, str]:
        signatures = signature_headers(
            [self._seal.opened(secret) for secret in claimed.sealed_secrets],
            webhook_id=claimed.delivery_id,
            timestamp=int(self._clock.now().timestamp()),
            body=claimed.body,
        )
        told = {
            "Content-Type": "application/json",
            "User-Agent": "Huntaze-Webhooks/1.0",
            "X-Huntaze-Event": claimed.event_type,
        }
        if claimed.job_id:
            told["X-Huntaze-Job-Id"] = claimed.job_id
        return {**told, **signatures}

    async def _record(self, claimed: Claimed, answer: Answer) -> None:
        retry_in = next_delay_seconds(claimed.attempt, answer, chance=self._chance())
        written = await self._table.record(
            claimed,
            answer,
            retry_in_seconds=retry_in,
            hold_seconds=hold_seconds(claimed.failures + 1, answer),
        )
        logger.log(
            logging.INFO if answer.outcome is Outcome.DELIVERED else logging.WARNING,
            "A webhook was attempted.",
            extra={
                "action": "webhook_attempted",
                "webhook_id": claimed.delivery_id,
                "endpoint_id": claimed.endpoint_id,
                "outcome": answer.outcome,
                "status": answer.status,
                "attempt": claimed.attempt,
                "last": retry_in is None,
                "written": written,
            },
        )
