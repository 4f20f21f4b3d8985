"""What people ask about jobs and do to them, composed."""

from __future__ import annotations

from dataclasses import dataclass

from shared.clock import Clock
from shared.messaging.cancelling import Canceller
from shared.messaging.sender import Sender
from shared.persistence.job_records import JobRecords
from shared.persistence.postgres import PostgresJobStore
from shared.persistence.postgres_job_records import PostgresJobRecords


@dataclass(frozen=True, kw_only=True)
class JobDesk:
    """Reads what is known of jobs, and calls them off."""

    records: JobRecords
    canceller: Canceller


def job_desk(store: PostgresJobStore, sender: Sender, clock: Clock, *, sweep_after_seconds: float) -> JobDesk:
    """Compose it on the store's own connections."""
    return JobDesk(
        records=PostgresJobRecords(store.database),
        canceller=Canceller(store=store, sender=sender, clock=clock, sweep_after_seconds=sweep_after_seconds),
    )
