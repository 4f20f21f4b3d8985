"""Dead letters, composed: where they lie, where operations on them are kept, and how these are driven."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass

from shared.bootstrap.broker import servicebus_clients
from shared.clock import Clock
from shared.dead_letters.archived_letters import ArchivedLetters
from shared.dead_letters.copies import PayloadCheck
from shared.dead_letters.desk import Desk, Patience
from shared.dead_letters.driving import Driver
from shared.dead_letters.judging import ReplayLimits
from shared.dead_letters.postgres_replays import PostgresReplays
from shared.dead_letters.servicebus_letters import ServiceBusLetters
from shared.messaging.outbox import Outbox
from shared.messaging.sender import Sender
from shared.persistence.postgres import PostgresJobStore
from shared.settings import Settings

_DAY_SECONDS = 86_400.0


@dataclass(frozen=True, kw_only=True)
class DeadLetterDesk:
    """All that gets at dead letters."""

    desk: Desk
    #: Whether payloads may be edited.
    may_edit: bool

    def driver(self, check: PayloadCheck) -> Driver:
        """Return what drives operations, given what knows payloads."""
        return Driver(self.desk, check)


def dead_letter_desk(
    settings: Settings, store: PostgresJobStore, sender: Sender, clock: Clock, opened: AsyncExitStack
) -> DeadLetterDesk:
    """Compose what dead letters need; it connects on first use."""
    letters = ServiceBusLetters(servicebus_clients(settings, opened), clock)
    opened.push_async_callback(letters.close)
    replays = PostgresReplays(store.database, sweep_after_seconds=settings.sweep_after_seconds)
    limits = ReplayLimits(
        max_replays=settings.dead_letter_max_replays,
        max_age_seconds=settings.dead_letter_max_age_days * _DAY_SECONDS,
    )
    patience = Patience(
        grace_seconds=settings.requeue_grace_seconds,
        archive_seconds=settings.dead_letter_archive_days * _DAY_SECONDS,
    )
    desk = Desk(
        letters=letters,
        archive=ArchivedLetters(replays),
        replays=replays,
        outbox=Outbox(store, sender),
        clock=clock,
        limits=limits,
        patience=patience,
    )
    return DeadLetterDesk(desk=desk, may_edit=settings.dead_letter_edit_enabled)
