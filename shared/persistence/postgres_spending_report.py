"""A month of the ledger, from PostgreSQL: one statement."""

from __future__ import annotations

from datetime import date

from psycopg.rows import DictRow

from shared.persistence.database import Database
from shared.persistence.spending_report import SpendingReport, Spent

# The months and days are UTC's, whatever the session's time zone is. What was spared comes from the rollups
# of events, which count each job once.
_MONTH = """
WITH month AS (
    SELECT %(first_day)s::timestamp AT TIME ZONE 'UTC' AS began,
           (%(first_day)s::timestamp + interval '1 month') AT TIME ZONE 'UTC' AS ended
), call AS (
    SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, deployment, ai_calls.creator_id,
           coalesce(job.job_type, split_part(task, '.', 1)) AS job_type, job_id, input_tokens, output_tokens,
           reasoning_tokens, cost_usd_micros
    FROM month, huntaze_workers.ai_calls LEFT JOIN huntaze_workers.jobs AS job USING (job_id)
    WHERE at >= began AND at < ended
), summed AS (
    SELECT CASE WHEN grouping(day) = 0 THEN 'day' WHEN grouping(deployment) = 0 THEN 'model'
                WHEN grouping(job_type) = 0 THEN 'job_type' ELSE 'creator' END AS kind,
           coalesce(day, deployment, job_type, creator_id) AS name, count(*) AS calls,
           count(DISTINCT job_id) AS jobs, sum(input_tokens)::bigint AS input_tokens,
           sum(output_tokens)::bigint AS output_tokens, sum(reasoning_tokens)::bigint AS reasoning_tokens,
           sum(cost_usd_micros)::bigint AS usd_micros
    FROM call GROUP BY GROUPING SETS ((day), (deployment), (job_type), (creator_id))
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY kind ORDER BY usd_micros DESC, name) AS place FROM summed
)
SELECT kind, name, calls, jobs, input_tokens, output_tokens, reasoning_tokens, usd_micros, place FROM ranked
WHERE kind <> 'creator' OR place <= %(most_creators)s
UNION ALL
SELECT 'spared', job_type, sum(cached + from_bank + superseded)::bigint, 0, 0, 0, 0, 0, 0
FROM month, huntaze_workers.metric_minutes WHERE minute >= began AND minute < ended GROUP BY job_type
ORDER BY kind, place, name
"""


class PostgresSpendingReports:
    """Reads the ledger: a `SpendingReports`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def month(self, first_day: date, *, most_creators: int) -> SpendingReport:
        """See `SpendingReports.month`."""
        parameters = {"first_day": first_day, "most_creators": most_creators}
        rows = await self._database.fetch(_MONTH, parameters)
        return SpendingReport(
            month=f"{first_day:%Y-%m}",
            days=sorted(_of(rows, "day"), key=lambda day: day.name),
            models=_of(rows, "model"),
            job_types=_of(rows, "job_type"),
            creators=_of(rows, "creator"),
            spared={row["name"]: int(row["calls"]) for row in rows if row["kind"] == "spared"},
        )


def _of(rows: list[DictRow], kind: str) -> list[Spent]:
    return [
        Spent(
            name=row["name"],
            calls=row["calls"],
            jobs=row["jobs"],
            input_tokens=row["input_tokens"],
            output_tokens=row["output_tokens"],
            reasoning_tokens=row["reasoning_tokens"],
            usd_micros=row["usd_micros"],
        )
        for row in rows
        if row["kind"] == kind
    ]
