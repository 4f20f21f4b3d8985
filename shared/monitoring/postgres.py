"""What the monitor reads and keeps, in PostgreSQL: each in one statement."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from psycopg.rows import DictRow

from shared.monitoring.alerts import Alert
from shared.monitoring.findings import Finding
from shared.monitoring.readings import Ended, Figures, Waiting
from shared.persistence.database import Database

# A job that is not over is stuck from its deadline, or from when somebody should have looked at it, whichever
# came first: a job whose message is lost again and again is due again and again, and never late by that.
# Jobs that were called off are nobody's failure.
_READ = """
WITH waiting AS (
    SELECT 'stuck' AS kind, job_type AS name, count(*) AS count,
           extract(epoch FROM now() - min(least(due_at, deadline_at)))::float8 AS value
    FROM huntaze_workers.jobs
    WHERE due_at IS NOT NULL AND least(due_at, deadline_at) < now() GROUP BY job_type
    UNION ALL
    SELECT 'unsent', topic, count(*), extract(epoch FROM now() - min(coalesce(send_at, created_at)))::float8
    FROM huntaze_workers.outbox
    WHERE due_at IS NOT NULL AND coalesce(send_at, created_at) < now() GROUP BY topic
    UNION ALL
    SELECT 'ended', job_type, count(*),
           count(*) FILTER (WHERE history.state IN ('failed', 'timeout'))::float8
    FROM huntaze_workers.job_history AS history JOIN huntaze_workers.jobs AS job USING (job_id)
    WHERE history.at > now() - interval '15 minutes'
      AND history.state IN ('completed', 'failed', 'timeout')
      AND history.error_code IS DISTINCT FROM 'CANCELLED'
    GROUP BY job_type
)
SELECT * FROM waiting
UNION ALL
SELECT 'spent', '', 0, coalesce(sum(cost_usd_micros), 0)::float8 FROM huntaze_workers.ai_calls
WHERE at >= date_trunc('month', now(), 'UTC')
"""

_COLUMNS = "event, subject, episode, fields, raised_at, cleared_at"

_RAISE = f"""
WITH asked AS (
    SELECT * FROM json_to_recordset(%(asked)s) AS a (event text, subject text, fields jsonb)
), raised AS (
    INSERT INTO huntaze_workers.alerts AS alert (event, subject, fields)
    SELECT event, subject, fields FROM asked ORDER BY event, subject
    ON CONFLICT (event, subject) DO UPDATE
    SET fields = excluded.fields,
        episode = alert.episode + (alert.cleared_at IS NOT NULL)::integer,
        raised_at = CASE WHEN alert.cleared_at IS NULL THEN alert.raised_at ELSE now() END,
        cleared_at = NULL
    RETURNING {_COLUMNS}
)
SELECT {_COLUMNS} FROM raised WHERE raised_at = now()
"""  # noqa: S608 - composed of constants

_CLEAR = f"""
UPDATE huntaze_workers.alerts SET cleared_at = now()
WHERE cleared_at IS NULL
  AND (event, subject) IN (
      SELECT event, subject FROM json_to_recordset(%(asked)s) AS a (event text, subject text))
RETURNING {_COLUMNS}
"""  # noqa: S608 - composed of constants

_LATELY = f"""
SELECT {_COLUMNS} FROM huntaze_workers.alerts
WHERE cleared_at IS NULL OR cleared_at > now() - %(days)s * interval '1 day'
ORDER BY cleared_at IS NOT NULL, raised_at DESC, event, subject
"""  # noqa: S608 - composed of constants


class PostgresGauges:
    """Reads the workers' own tables: a `Gauges`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self) -> Figures:
        """See `Gauges.read`."""
        rows = await self._database.fetch(_READ, {})
        return Figures(
            stuck=_waiting(rows, "stuck"),
            unsent=_waiting(rows, "unsent"),
            ended={
                row["name"]: Ended(failed=int(row["value"]), finished=row["count"])
                for row in rows
                if row["kind"] == "ended"
            },
            spent_usd_micros=next(int(row["value"]) for row in rows if row["kind"] == "spent"),
        )


class PostgresAlerts:
    """Alerts in the table `alerts`: an `Alerts`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def raise_all(self, found: Sequence[Finding]) -> Sequence[Alert]:
        """See `Alerts.raise_all`."""
        asked = [
            {"event": each.event, "subject": each.subject, "fields": dict(each.fields)} for each in found
        ]
        return await self._changed(_RAISE, asked)

    async def clear_all(self, keys: Sequence[tuple[str, str]]) -> Sequence[Alert]:
        """See `Alerts.clear_all`."""
        return await self._changed(_CLEAR, [{"event": event, "subject": subject} for event, subject in keys])

    async def lately(self, *, days: int) -> Sequence[Alert]:
        """See `Alerts.lately`."""
        return [_alert(row) for row in await self._database.fetch(_LATELY, {"days": days})]

    async def _changed(self, statement: str, asked: Sequence[dict[str, Any]]) -> Sequence[Alert]:
        if not asked:
            return []
        return [_alert(row) for row in await self._database.fetch(statement, {"asked": json.dumps(asked)})]


def _waiting(rows: Sequence[DictRow], kind: str) -> dict[str, Waiting]:
    return {
        row["name"]: Waiting(count=row["count"], oldest_seconds=row["value"])
        for row in rows
        if row["kind"] == kind
    }


def _alert(row: DictRow) -> Alert:
    return Alert(**row)
