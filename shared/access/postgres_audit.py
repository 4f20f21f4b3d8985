"""The record of what operators did, in PostgreSQL."""

from __future__ import annotations

from uuid import UUID

from shared.access.audit import DEEDS_DAYS, LOOKS_DAYS, AuditEntry
from shared.persistence.database import Database

_BEGIN = """
INSERT INTO huntaze_workers.audit (call_id, operator, role, action, status, code, ended_at)
VALUES (%(call_id)s, %(operator)s, %(role)s, %(action)s, %(status)s::integer, %(code)s,
        CASE WHEN %(status)s::integer IS NOT NULL THEN now() END)
ON CONFLICT (call_id) DO NOTHING
RETURNING call_id
"""

_END = """
UPDATE huntaze_workers.audit SET status = %(status)s, code = %(code)s, ended_at = now()
WHERE call_id = %(call_id)s
RETURNING call_id
"""


# An open console asks every few seconds: what only looked, and was answered, is soon of no interest.
_FORGET = f"""
DELETE FROM huntaze_workers.audit WHERE call_id IN (
    SELECT call_id FROM huntaze_workers.audit
    WHERE at < now() - interval '{DEEDS_DAYS} days'
       OR (at < now() - interval '{LOOKS_DAYS} days' AND action LIKE 'GET %%' AND status < 400)
    ORDER BY at LIMIT %(limit)s)
RETURNING call_id
"""  # noqa: S608 - composed of constants


class PostgresAuditTrail:
    """Rows in the schema `huntaze_workers`: an `AuditTrail`.

    Args:
        database: shared with the store of jobs.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, call_id: UUID, entry: AuditEntry) -> None:
        """See `AuditTrail.begin`."""
        operator = entry.operator
        parameters = {
            "call_id": call_id,
            "operator": operator and operator.name,
            "role": operator and operator.role,
            "action": entry.action,
            "status": entry.status,
            "code": entry.code,
        }
        await self._database.fetch(_BEGIN, parameters)

    async def end(self, call_id: UUID, *, status: int, code: str | None) -> None:
        """See `AuditTrail.end`."""
        await self._database.fetch(_END, {"call_id": call_id, "status": status, "code": code})

    async def forget(self, *, limit: int) -> int:
        """See `AuditTrail.forget`."""
        return len(await self._database.fetch(_FORGET, {"limit": limit}))
