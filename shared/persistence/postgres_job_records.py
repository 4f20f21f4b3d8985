"""Pages of jobs, and the story of one, from PostgreSQL: each in one statement."""

from __future__ import annotations

from collections.abc import Sequence

from shared.persistence import rows
from shared.persistence.database import Database
from shared.persistence.job_records import JobsAsked, JobStory
from shared.persistence.port import JobRecord

_PAGE = """
SELECT job_id, job_type, creator_id, state, epoch, attempt, created_at, updated_at, error_code, error_message,
       fence
FROM huntaze_workers.jobs
WHERE (%(creator_id)s::text IS NULL OR creator_id = %(creator_id)s)
  AND (%(job_type)s::text IS NULL OR job_type = %(job_type)s)
  AND (%(error_code)s::text IS NULL OR error_code = %(error_code)s)
  AND (cardinality(%(states)s::text[]) = 0 OR state = ANY (%(states)s))
  AND (%(before)s::timestamptz IS NULL OR (created_at, job_id) < (%(before)s, %(before_id)s))
ORDER BY created_at DESC, job_id DESC LIMIT %(limit)s
"""

# Rows as JSON, in the order in which they happened; moments as PostgreSQL writes them.
_STORY = """
SELECT job_id, job_type, creator_id, state, epoch, attempt, created_at, updated_at, error_code, error_message,
       fence,
       (SELECT coalesce(json_agg(h ORDER BY h.id), '[]') FROM (
            SELECT id, epoch, attempt, fence, state, error_code, usage, at
            FROM huntaze_workers.job_history WHERE job_id = job.job_id) AS h) AS history,
       (SELECT coalesce(json_agg(c ORDER BY c.id), '[]') FROM (
            SELECT id, epoch, attempt, task, role, deployment, input_tokens, output_tokens, reasoning_tokens,
                   cost_usd_micros, at
            FROM huntaze_workers.ai_calls WHERE job_id = job.job_id) AS c) AS calls,
       (SELECT coalesce(json_agg(m ORDER BY m.created_at, m.message_id), '[]') FROM (
            SELECT message_id, topic, properties ->> 'eventType' AS event_type, created_at, send_at, sent_at
            FROM huntaze_workers.outbox WHERE job_id = job.job_id) AS m) AS messages,
       (SELECT coalesce(json_agg(l ORDER BY l.noted_at, l.notice_id), '[]') FROM (
            SELECT notice_id, kind, noted_at, notice.due_at, letter.state, letter.attempt, letter.mailer,
                   letter.error, letter.updated_at AS state_at
            FROM huntaze_workers.mail_notices AS notice LEFT JOIN huntaze_workers.letters AS letter
                USING (letter_id)
            WHERE notice.recipient = job.creator_id AND notice.body ->> 'jobId' = job.job_id) AS l
       ) AS letters,
       (SELECT coalesce(json_agg(w ORDER BY w.created_at, w.delivery_id, w.fence), '[]') FROM (
            SELECT delivery_id, endpoint_id, event_type, delivery.state, due_at, delivery.created_at,
                   attempt.fence, started_at, status, took_ms, outcome
            FROM huntaze_workers.webhook_deliveries AS delivery
                LEFT JOIN huntaze_workers.webhook_attempts AS attempt USING (delivery_id)
            WHERE delivery.endpoint_id IN (SELECT endpoint_id FROM huntaze_workers.webhook_endpoints
                                           WHERE creator_id = job.creator_id)
              AND delivery.job_id = job.job_id) AS w) AS webhooks,
       (SELECT coalesce(json_agg(r ORDER BY r.at), '[]') FROM (
            SELECT replay_id, kind, state, reason, sent_as, message.epoch, at
            FROM huntaze_workers.replay_messages AS message
                JOIN huntaze_workers.replays AS replay ON replay.id = message.replay_id
            WHERE message.job_id = job.job_id) AS r) AS replays,
       (SELECT coalesce(json_agg(f ORDER BY f.created_at), '[]') FROM (
            SELECT job_id, job_type, state, epoch, attempt, error_code, created_at, updated_at
            FROM huntaze_workers.jobs
            WHERE job_id LIKE replace(replace(replace(job.job_id, '\\', '\\\\'), '_', '\\_'), '%%', '\\%%')
                              || '.%%') AS f) AS follow_ups
FROM huntaze_workers.jobs AS job WHERE job_id = %(job_id)s
"""

_LISTS = ("history", "calls", "messages", "letters", "webhooks", "replays", "follow_ups")


class PostgresJobRecords:
    """Reads the workers' own tables: a `JobRecords`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, asked: JobsAsked) -> Sequence[JobRecord]:
        """See `JobRecords.page`."""
        before, before_id = asked.after or (None, None)
        parameters = {
            "creator_id": asked.creator_id,
            "job_type": asked.job_type,
            "error_code": asked.error_code,
            "states": [state.value for state in asked.states],
            "before": before,
            "before_id": before_id,
            "limit": asked.limit,
        }
        return [rows.job_record(row) for row in await self._database.fetch(_PAGE, parameters)]

    async def story(self, job_id: str) -> JobStory | None:
        """See `JobRecords.story`."""
        found = await self._database.fetch(_STORY, {"job_id": job_id})
        if not found:
            return None
        row = dict(found[0])
        lists = {name: row.pop(name) for name in _LISTS}
        return JobStory(job=rows.job_record(row), **lists)
