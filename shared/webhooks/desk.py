"""What webhooks need, together."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from shared.errors import HuntazeError
from shared.observability.failures import whereabouts
from shared.realtime.port import Identities
from shared.webhooks.courier import Courier
from shared.webhooks.port import Announces, Disabled, WebhookTable
from shared.webhooks.register import Register

logger = logging.getLogger(__name__)

#: How long one caller of the timer has to tell a creator.
_ANNOUNCED_WITHIN_SECONDS = 60.0
_BATCH = 20


@dataclass(frozen=True, kw_only=True)
class WebhookDesk:
    """Who asks, what is kept, and who delivers."""

    #: Made when first asked for; raises `ConfigurationError`.
    identities: Callable[[], Identities]
    register: Register
    table: WebhookTable
    courier: Courier
    announces: Announces

    async def announce(self) -> None:
        """Tell creators whose endpoints were disabled; whoever can't be told now is told later.

        Raises:
            StoreUnavailableError: the store is away; the next run tries again.
        """
        waiting = await self.table.to_announce(limit=_BATCH, again_after_seconds=_ANNOUNCED_WITHIN_SECONDS)
        for disabled in waiting:
            try:
                await self.announces.endpoint_disabled(disabled)
            except HuntazeError as error:
                logger.warning(
                    "A creator does not know yet that an endpoint was disabled.",
                    extra={"action": "announce_deferred", "cause": whereabouts(error)},
                )
            else:
                await self.table.announced(disabled)


class LoggedAnnouncements:
    """Tells the operator, where nothing can tell creators: `Announces`."""

    async def endpoint_disabled(self, disabled: Disabled) -> None:
        """See `Announces.endpoint_disabled`."""
        logger.warning(
            "A creator's webhook was disabled.",
            extra={
                "action": "webhook_disabled",
                "creatorId": disabled.creator_id,
                "endpoint": disabled.name,
                "reason": disabled.reason,
            },
        )
