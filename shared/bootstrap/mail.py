"""Mail, composed: the way that the settings name, or none."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass

from shared.ai.budget import Budget
from shared.clock import Clock
from shared.errors import ConfigurationError
from shared.mail.budget_watch import BudgetWatch
from shared.mail.composing import LetterWriter
from shared.mail.contacts import Contacts
from shared.mail.letters import LetterStore
from shared.mail.links import FrontEnd, UnsubscribeLinks
from shared.mail.port import Mailer
from shared.mail.postgres_letters import PostgresContacts, PostgresLetterStore
from shared.mail.posting import PostOffice, Route
from shared.mail.sender import Sender
from shared.persistence.postgres import PostgresJobStore
from shared.settings import Settings

_MIN_SECRET_BYTES = 16


@dataclass(frozen=True, kw_only=True)
class MailDesk:
    """All that mail needs."""

    office: PostOffice
    letters: LetterStore
    contacts: Contacts
    writer: LetterWriter
    #: `None`: no mail is sent, so nobody has such a link.
    links: UnsubscribeLinks | None
    #: `None`: there is no budget, or no operator to tell of it.
    budget_watch: BudgetWatch | None


def mail_desk(settings: Settings, store: PostgresJobStore, clock: Clock, opened: AsyncExitStack) -> MailDesk:
    """Compose mail; it connects on first use. Without a sender nothing is kept and nothing sent.

    Args:
        settings: the app's.
        store: has the database, and the ledger.
        clock: the process' clock.
        opened: takes what is to be closed in the end.

    Raises:
        ConfigurationError: the settings do not fit together.
    """
    letters = PostgresLetterStore(store.database)
    route = _route(settings, clock, opened)
    links = UnsubscribeLinks(_secrets(settings, needed=route is not None), settings.functions_url)
    writer = LetterWriter(FrontEnd(root=settings.mail_front_end_url), links)
    office = PostOffice(store=letters, route=route, composer=writer)
    return MailDesk(
        office=office,
        letters=letters,
        contacts=PostgresContacts(store.database),
        writer=writer,
        links=links if route else None,
        budget_watch=_budget_watch(settings, store, office, clock) if route and route.operator else None,
    )


def _budget_watch(
    settings: Settings, store: PostgresJobStore, office: PostOffice, clock: Clock
) -> BudgetWatch | None:
    budget = Budget.from_settings(settings)
    if budget is None:
        return None
    return BudgetWatch(ledger=store, month_usd_micros=budget.month_usd_micros, office=office, clock=clock)


def _route(settings: Settings, clock: Clock, opened: AsyncExitStack) -> Route | None:
    if not settings.mail_sender:
        return None
    sender = Sender(
        address=settings.mail_sender, name=settings.mail_sender_name, reply_to=settings.mail_reply_to
    )
    mailer = _mailer(settings, sender, clock, opened)
    return Route(mailer=mailer, operator=settings.mail_operator or None)


def _mailer(settings: Settings, sender: Sender, clock: Clock, opened: AsyncExitStack) -> Mailer:
    if settings.acs_endpoint:
        from shared.mail.azure_email import AzureEmailMailer

        azure = AzureEmailMailer(
            endpoint=settings.acs_endpoint, key=settings.acs_key.get_secret_value(), sender=sender
        )
        opened.push_async_callback(azure.close)
        return azure
    if settings.smtp_host:
        from shared.mail.smtp import Relay, Security, SmtpMailer

        relay = Relay(
            host=settings.smtp_host,
            port=settings.smtp_port,
            security=Security(settings.smtp_security),
            username=settings.smtp_username,
            password=settings.smtp_password.get_secret_value(),
        )
        return SmtpMailer(relay, sender, clock)
    raise ConfigurationError(
        "MAIL_SENDER is set, but neither ACS_ENDPOINT nor SMTP_HOST says how mail leaves."
    )


def _secrets(settings: Settings, *, needed: bool) -> tuple[bytes, ...]:
    listed = settings.mail_unsubscribe_secrets.get_secret_value().split(",")
    secrets = tuple(secret.strip().encode() for secret in listed if secret.strip())
    if needed and (not secrets or min(map(len, secrets)) < _MIN_SECRET_BYTES):
        raise ConfigurationError(
            f"MAIL_UNSUBSCRIBE_SECRETS has to have a secret of {_MIN_SECRET_BYTES} characters or more:"
            " without it a creator could not unsubscribe."
        )
    return secrets
