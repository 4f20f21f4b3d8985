"""Letting time pass for mail: nobody waits a quarter of an hour in a test."""

from __future__ import annotations

from datetime import timedelta

import psycopg

_OLDER = (
    "UPDATE huntaze_workers.mail_notices SET due_at = due_at - %(by)s, noted_at = noted_at - %(by)s",
    "UPDATE huntaze_workers.mail_boxes SET next_at = next_at - %(by)s WHERE next_at <> '-infinity'",
    """UPDATE huntaze_workers.letters SET due_at = due_at - %(by)s, updated_at = updated_at - %(by)s,
       repeatable_until = repeatable_until - %(by)s""",
)


async def pass_time(database_url: str, seconds: float) -> None:
    """Make all that is kept of mail so many seconds older."""
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        for statement in _OLDER:
            await connection.execute(statement, {"by": timedelta(seconds=seconds)})
