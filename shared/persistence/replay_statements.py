"""Asking for ended jobs again, in SQL: alone, and within an operation on dead letters.

The parts are composed into single statements: what happens to a job and what an operation notes of it are
durable together.
"""

from __future__ import annotations

ASKED_COLUMNS = """(sequence_number bigint, job_id text, job_type text, creator_id text, body text,
         properties jsonb, payload_hash text, raw_hash text, epoch integer, deadline_ms integer,
         follows_up boolean, grace_seconds float8, sweep_after_seconds float8, message_id text, topic text)"""

# `asked` has one row per job. A job that ended badly in the message's own epoch is queued again in a higher
# one; a job that nobody knows is queued for the first time, unless it follows up another. The parent of a
# follow-up goes along into the new epoch, as what the follow-up adds is for that epoch only. `raw_hash` is
# under what a message is kept that was once refused. Answers in `verdicts`.
CORE = """
seen AS (
    SELECT asked.*, job.state AS seen_state, job.epoch AS seen_epoch,
           job.payload_hash IN (decode(asked.payload_hash, 'hex'), decode(asked.raw_hash, 'hex'))
               AND job.job_type = asked.job_type AS same,
           coalesce(parent.epoch, 0) AS parent_epoch,
           NOT follows_up OR coalesce(parent.state = 'completed', false) AS wanted
    FROM asked LEFT JOIN huntaze_workers.jobs AS job USING (job_id)
        LEFT JOIN huntaze_workers.jobs AS parent
            ON asked.follows_up AND parent.job_id = split_part(asked.job_id, '.', 1)
    WHERE asked.job_type IS NOT NULL
), fresh AS (
    INSERT INTO huntaze_workers.jobs
        (job_id, job_type, creator_id, body, properties, payload_hash, state, epoch, attempt, fence, claims,
         due_at, deadline_ms, deadline_at)
    SELECT job_id, job_type, creator_id, decode(body, 'base64'),
           properties || jsonb_build_object('epoch', epoch + 1), decode(payload_hash, 'hex'), 'queued',
           epoch + 1, 0, 0, 0, now() + grace_seconds * interval '1 second', deadline_ms,
           now() + deadline_ms * interval '1 millisecond'
    FROM seen WHERE seen_state IS NULL AND NOT follows_up
    ON CONFLICT (job_id) DO NOTHING
    RETURNING *
), again AS (
    UPDATE huntaze_workers.jobs AS job
    SET state = 'queued', epoch = greatest(job.epoch, parent_epoch) + 1, attempt = 0,
        fence = fence + 1, claims = 0, claim_id = NULL, body = decode(seen.body, 'base64'),
        properties = seen.properties
            || jsonb_build_object('epoch', greatest(job.epoch, parent_epoch) + 1),
        payload_hash = decode(seen.payload_hash, 'hex'),
        due_at = now() + grace_seconds * interval '1 second', deadline_ms = seen.deadline_ms,
        deadline_at = now() + seen.deadline_ms * interval '1 millisecond', result = NULL, error_code = NULL,
        error_message = NULL, updated_at = now()
    FROM seen
    WHERE job.job_id = seen.job_id AND job.job_type = seen.job_type AND seen.wanted
      AND job.payload_hash IN (decode(seen.payload_hash, 'hex'), decode(seen.raw_hash, 'hex'))
      AND job.state IN ('failed', 'timeout') AND job.epoch <= seen.epoch
    RETURNING job.*
), lifted AS (
    UPDATE huntaze_workers.jobs AS parent SET epoch = again.epoch, updated_at = now()
    FROM again
    WHERE again.job_id LIKE '%%.%%' AND parent.job_id = split_part(again.job_id, '.', 1)
      AND parent.state = 'completed' AND parent.epoch < again.epoch
), queued AS (
    SELECT * FROM fresh UNION ALL SELECT * FROM again
), requeue_noted AS (
    INSERT INTO huntaze_workers.job_history (job_id, epoch, attempt, fence, state)
    SELECT job_id, epoch, attempt, fence, state FROM queued
), requeue_promised AS (
    INSERT INTO huntaze_workers.outbox (message_id, job_id, topic, body, properties, due_at)
    SELECT queued.job_id || ':r' || queued.epoch, queued.job_id, 'huntaze-jobs', queued.body,
           queued.properties, now() + sweep_after_seconds * interval '1 second'
    FROM queued JOIN seen USING (job_id)
), verdicts AS (
    SELECT seen.sequence_number, seen.job_id, coalesce(queued.epoch, seen_epoch, seen.epoch) AS epoch,
           CASE WHEN queued.job_id IS NOT NULL THEN 'queued'
                WHEN seen_state IS NULL AND follows_up THEN 'unknown'
                WHEN seen_state IS NULL THEN 'under_way'
                WHEN NOT same THEN 'conflict'
                WHEN seen_epoch > seen.epoch THEN 'superseded'
                WHEN seen_state = 'completed' THEN 'completed'
                WHEN seen_state IN ('queued', 'running', 'retry_wait') OR wanted THEN 'under_way'
                ELSE 'unknown' END AS verdict,
           CASE WHEN queued.job_id IS NOT NULL THEN queued.job_id || ':r' || queued.epoch END AS sent_as
    FROM seen LEFT JOIN queued USING (job_id)
)"""

REPLAY = f"""
WITH asked AS (SELECT * FROM json_to_recordset(%(asked)s) AS a {ASKED_COLUMNS}), {CORE}
SELECT verdict, epoch, sent_as FROM verdicts
"""  # noqa: S608 - composed of constants
