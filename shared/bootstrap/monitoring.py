"""The monitor, composed."""

from __future__ import annotations

from shared.ai.budget import Budget
from shared.clock import Clock
from shared.dead_letters.port import Letters
from shared.mail.posting import PostOffice
from shared.monitoring.monitor import Monitor
from shared.monitoring.postgres import PostgresAlerts, PostgresGauges
from shared.persistence.database import Database
from shared.settings import Settings


def monitor(
    settings: Settings, database: Database, letters: Letters, office: PostOffice | None, clock: Clock
) -> Monitor:
    """Compose it on connections that are there."""
    budget = Budget.from_settings(settings)
    return Monitor(
        gauges=PostgresGauges(database),
        letters=letters,
        alerts=PostgresAlerts(database),
        office=office,
        clock=clock,
        budget_usd_micros=budget.month_usd_micros if budget else None,
    )
