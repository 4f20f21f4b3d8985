"""What webhooks need, together."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from shared.errors import HuntazeError
from shared.mail.notices import Notice, endpoint_disabled
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


class MailedAnnouncements:
    """Tells creators by mail, and the operator in the log: `Announces`.

    Args:
        tell: takes a notice; telling the same one again does no harm. `None`: there is no mail.
    """

    def __init__(self, tell: Callable[[Notice], Awaitable[None]] | None = None) -> None:
        self._tell = tell

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
        if self._tell is not None:
            await self._tell(
                endpoint_disabled(
                    endpoint_id=disabled.endpoint_id,
                    creator_id=disabled.creator_id,
                    host=urlsplit(disabled.url).hostname or disabled.name,
                    at=disabled.disabled_at,
                )
            )
