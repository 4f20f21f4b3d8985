"""Rollups in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from psycopg.types.json import Json

from shared.messaging.sanitising import storable
from shared.metrics import statements
from shared.metrics.histogram import LAST, PER_OCTAVE
from shared.metrics.port import (
    EVENT_RETENTION_DAYS,
    ROLLUP_RETENTION_DAYS,
    Counted,
    Rollup,
    SeenEvent,
)
from shared.persistence.database import Database

#: The rows that came before are remembered for longer than an event is counted.
_REMEMBERED = timedelta(days=EVENT_RETENTION_DAYS + 2)


class PostgresMetrics:
    """Rollups in the schema `huntaze_workers`: a `Metrics`.

    Args:
        database: shared with the store of jobs.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self, events: Sequence[SeenEvent]) -> Sequence[Counted]:
        """See `Metrics.count`."""
        rows = await self._database.fetch(
            statements.COUNT,
            {
                "events": Json(storable([{**asdict(event), "at": event.at.isoformat()} for event in events])),
                "retention": timedelta(days=EVENT_RETENTION_DAYS),
                "last": LAST,
                "per_octave": PER_OCTAVE,
            },
        )
        return [Counted(**row) for row in rows]

    async def rollups(self, start: datetime, end: datetime, *, step_seconds: int = 60) -> Sequence[Rollup]:
        """See `Metrics.rollups`."""
        rows = await self._database.fetch(
            statements.ROLLUPS, {"start": start, "end": end, "step": timedelta(seconds=step_seconds)}
        )
        return [
            Rollup(**{**row, "latencies": {int(b): int(n) for b, n in (row["latencies"] or {}).items()}})
            for row in rows
        ]

    async def forget(self, *, limit: int) -> int:
        """See `Metrics.forget`."""
        rows = await self._database.fetch(
            statements.FORGET,
            {"events": _REMEMBERED, "rollups": timedelta(days=ROLLUP_RETENTION_DAYS), "limit": limit},
        )
        return int(rows[0]["forgotten"])
