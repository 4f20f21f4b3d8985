"""Finished steps in PostgreSQL."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from shared.persistence import checkpoint_statements as statements
from shared.persistence import rows
from shared.persistence.checkpoints import Checkpoint, Payment
from shared.persistence.database import Database


class PostgresCheckpoints:
    """Steps in the schema `huntaze_workers`: a `Checkpoints`.

    Args:
        database: shared with the store of jobs.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def recall(self, creator_id: str, step: str, key: str) -> Any | None:
        """See `Checkpoints.recall`."""
        parameters = {"creator_id": creator_id, "step": step, "key": key}
        found = await self._database.fetch(statements.RECALL, parameters)
        return found[0]["content"] if found else None

    async def keep(self, checkpoint: Checkpoint, payment: Payment) -> None:
        """See `Checkpoints.keep`."""
        await self._database.fetch(statements.KEEP, rows.checkpoint_columns(checkpoint, payment))

    async def forget(self, *, unused_for_seconds: float, limit: int) -> int:
        """See `Checkpoints.forget`."""
        parameters = {"unused_for": timedelta(seconds=unused_for_seconds), "limit": limit}
        return int((await self._database.fetch(statements.FORGET, parameters))[0]["count"])
