"""Webhooks, composed: where they are kept, and the only way out to the servers of creators."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from urllib.parse import urlsplit

from shared.bootstrap.mail import MailDesk
from shared.bootstrap.realtime import front_end_tokens
from shared.clock import Clock
from shared.fetching.transport import GuardedTransport
from shared.fetching.urls import AnyPublicHost
from shared.mail.notices import Notice
from shared.persistence.database import Database
from shared.realtime.port import Identities
from shared.settings import Settings
from shared.webhooks.courier import Courier
from shared.webhooks.desk import MailedAnnouncements, WebhookDesk
from shared.webhooks.postgres import PostgresWebhooks
from shared.webhooks.posting import GuardedPoster
from shared.webhooks.register import Register
from shared.webhooks.sealing import Seal


def webhook_desk(
    settings: Settings, database: Database, clock: Clock, mail: Callable[[], MailDesk]
) -> WebhookDesk:
    """Compose what webhooks need; nothing is connected.

    Raises:
        ConfigurationError: a setting of webhooks is not usable.
    """
    hosts = AnyPublicHost(
        local_origins=settings.webhook_local_origins,
        own_hosts=filter(None, [urlsplit(settings.functions_url).hostname]),
    )
    table = PostgresWebhooks(database)
    poster = GuardedPoster(hosts, GuardedTransport(), clock=clock)
    seal = Seal([key.get_secret_value() for key in settings.webhook_secrets_keys])

    async def tell(notice: Notice) -> None:
        await mail().office.tell(notice)

    @cache
    def identities() -> Identities:
        return front_end_tokens(settings)

    return WebhookDesk(
        identities=identities,
        register=Register(endpoints=table, poster=poster, seal=seal),
        table=table,
        courier=Courier(table=table, poster=poster, seal=seal, clock=clock),
        announces=MailedAnnouncements(tell),
    )
