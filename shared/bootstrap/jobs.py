"""What people ask about jobs and do to them, composed."""

from __future__ import annotations

from dataclasses import dataclass

from shared.ai.budget import Budget
from shared.clock import Clock
from shared.messaging.cancelling import Canceller
from shared.messaging.sender import Sender
from shared.persistence.job_records import JobRecords
from shared.persistence.postgres import PostgresJobStore
from shared.persistence.postgres_job_records import PostgresJobRecords
from shared.persistence.postgres_spending_report import PostgresSpendingReports
from shared.persistence.spending_report import SpendingReports
from shared.settings import Settings


@dataclass(frozen=True, kw_only=True)
class JobDesk:
    """Reads what is known of jobs and of their cost, and calls them off."""

    records: JobRecords
    canceller: Canceller
    spending: SpendingReports
    #: What a month's models may cost; `None`: nobody has said.
    budget_usd_micros: int | None
    clock: Clock


def job_desk(settings: Settings, store: PostgresJobStore, sender: Sender, clock: Clock) -> JobDesk:
    """Compose it on the store's own connections."""
    budget = Budget.from_settings(settings)
    return JobDesk(
        records=PostgresJobRecords(store.database),
        canceller=Canceller(
            store=store, sender=sender, clock=clock, sweep_after_seconds=settings.sweep_after_seconds
        ),
        spending=PostgresSpendingReports(store.database),
        budget_usd_micros=budget.month_usd_micros if budget else None,
        clock=clock,
    )
