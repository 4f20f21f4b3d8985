"""The SQL of rollups. Each statement runs alone: it is one transaction."""

from __future__ import annotations

# What an event does not carry comes from the rows of its job: when the creator began to wait, when the job
# ended by the database's clock, what models were paid in this epoch. Rows are written in one order, so that
# two batches never wait for each other.
COUNT = """
WITH seen AS (
    SELECT DISTINCT ON (message_id) *
    FROM json_to_recordset(%(events)s) AS e
        (message_id text, job_id text, epoch integer, job_type text, status text, at timestamptz,
         cached boolean, from_bank boolean, superseded boolean)
    WHERE at > now() - %(retention)s ORDER BY message_id
), fresh AS (
    INSERT INTO huntaze_workers.metric_events (message_id) SELECT message_id FROM seen ORDER BY message_id
    ON CONFLICT (message_id) DO NOTHING
    RETURNING message_id
), known AS (
    SELECT seen.*, coalesce(history.ended_at, seen.at) AS ended_at, job.result,
           CASE WHEN seen.status = 'enriched' OR job.job_id IS NULL THEN NULL
                WHEN coalesce(seen.epoch, 0) > 0 THEN history.began_at
                ELSE LEAST(job.created_at, job.asked_at,
                           CASE WHEN job.attempt = 0 AND job.epoch = 0
                                THEN job.deadline_at - job.deadline_ms * interval '1 millisecond' END)
           END AS began_at
    FROM seen JOIN fresh USING (message_id)
    LEFT JOIN huntaze_workers.jobs AS job ON job.job_id = seen.job_id
    LEFT JOIN LATERAL (
        SELECT min(at) AS began_at,
               max(at) FILTER (WHERE state IN ('completed', 'failed', 'timeout')) AS ended_at
        FROM huntaze_workers.job_history AS h
        WHERE h.job_id = seen.job_id AND h.epoch = coalesce(seen.epoch, 0)
    ) AS history ON true
), measured AS (
    SELECT date_trunc('minute', known.at) AS minute, known.job_type, known.status,
           CASE WHEN began_at IS NOT NULL  -- GREATEST passes over NULL
                THEN GREATEST(0, extract(epoch FROM ended_at - began_at) * 1000)::float8 END AS latency_ms,
           coalesce(known.cached, result->'cached' = 'true', false) AS cached,
           coalesce(known.from_bank, result->'fromBank' = 'true', false) AS from_bank,
           coalesce(known.superseded, result->'superseded' = 'true', false) AS superseded,
           paid.*
    FROM known LEFT JOIN LATERAL (
        SELECT count(*) AS model_calls, coalesce(sum(input_tokens), 0) AS input_tokens,
               coalesce(sum(output_tokens), 0) AS output_tokens,
               coalesce(sum(reasoning_tokens), 0) AS reasoning_tokens,
               coalesce(sum(cost_usd_micros), 0) AS cost_usd_micros
        FROM huntaze_workers.ai_calls AS call
        WHERE call.job_id = known.job_id AND call.epoch = coalesce(known.epoch, 0)
    ) AS paid ON true
), minutes AS (
    INSERT INTO huntaze_workers.metric_minutes AS m
        (minute, job_type, status, jobs, timed_jobs, latency_ms, model_calls, input_tokens, output_tokens,
         reasoning_tokens, cost_usd_micros, cached, from_bank, superseded)
    SELECT minute, job_type, status, count(*), count(latency_ms), coalesce(sum(latency_ms), 0)::bigint,
           sum(model_calls), sum(input_tokens), sum(output_tokens), sum(reasoning_tokens),
           sum(cost_usd_micros), count(*) FILTER (WHERE cached), count(*) FILTER (WHERE from_bank),
           count(*) FILTER (WHERE superseded)
    FROM measured GROUP BY minute, job_type, status ORDER BY minute, job_type, status
    ON CONFLICT (minute, job_type, status) DO UPDATE SET
        jobs = m.jobs + excluded.jobs, timed_jobs = m.timed_jobs + excluded.timed_jobs,
        latency_ms = m.latency_ms + excluded.latency_ms, model_calls = m.model_calls + excluded.model_calls,
        input_tokens = m.input_tokens + excluded.input_tokens,
        output_tokens = m.output_tokens + excluded.output_tokens,
        reasoning_tokens = m.reasoning_tokens + excluded.reasoning_tokens,
        cost_usd_micros = m.cost_usd_micros + excluded.cost_usd_micros, cached = m.cached + excluded.cached,
        from_bank = m.from_bank + excluded.from_bank, superseded = m.superseded + excluded.superseded
), latencies AS (
    INSERT INTO huntaze_workers.metric_latencies AS l (minute, job_type, status, bucket, jobs)
    SELECT minute, job_type, status, bucket, count(*)
    FROM measured, LATERAL (
        SELECT CASE WHEN latency_ms <= 1 THEN 0
               ELSE LEAST(%(last)s, ceil(%(per_octave)s * ln(latency_ms) / ln(2.0))) END::smallint AS bucket
    ) AS b
    WHERE latency_ms IS NOT NULL
    GROUP BY minute, job_type, status, bucket ORDER BY minute, job_type, status, bucket
    ON CONFLICT (minute, job_type, status, bucket) DO UPDATE SET jobs = l.jobs + excluded.jobs
)
SELECT job_type, status, latency_ms, cached, cost_usd_micros::bigint FROM measured
"""

ROLLUPS = """
WITH minutes AS (
    SELECT date_bin(%(step)s, minute, 'epoch') AS start, * FROM huntaze_workers.metric_minutes
    WHERE minute >= %(start)s AND minute < %(end)s
), buckets AS (
    SELECT start, job_type, status, json_object_agg(bucket, jobs) AS latencies
    FROM (
        SELECT date_bin(%(step)s, minute, 'epoch') AS start, job_type, status, bucket, sum(jobs) AS jobs
        FROM huntaze_workers.metric_latencies WHERE minute >= %(start)s AND minute < %(end)s
        GROUP BY 1, 2, 3, 4
    ) AS each GROUP BY start, job_type, status
)
SELECT start, job_type, status, sum(jobs)::bigint AS jobs, sum(timed_jobs)::bigint AS timed_jobs,
       sum(latency_ms)::bigint AS latency_ms, sum(model_calls)::bigint AS model_calls,
       sum(input_tokens)::bigint AS input_tokens, sum(output_tokens)::bigint AS output_tokens,
       sum(reasoning_tokens)::bigint AS reasoning_tokens, sum(cost_usd_micros)::bigint AS cost_usd_micros,
       sum(cached)::bigint AS cached, sum(from_bank)::bigint AS from_bank,
       sum(superseded)::bigint AS superseded, (array_agg(latencies))[1] AS latencies
FROM minutes LEFT JOIN (SELECT start, job_type, status, latencies::jsonb FROM buckets) AS b
    USING (start, job_type, status)
GROUP BY start, job_type, status ORDER BY start, job_type, status
"""

FORGET = """
WITH events AS (
    DELETE FROM huntaze_workers.metric_events WHERE message_id IN (
        SELECT message_id FROM huntaze_workers.metric_events WHERE counted_at < now() - %(events)s
        LIMIT %(limit)s)
    RETURNING 1
), minutes AS (
    DELETE FROM huntaze_workers.metric_minutes WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM huntaze_workers.metric_minutes WHERE minute < now() - %(rollups)s LIMIT %(limit)s))
    RETURNING 1
), latencies AS (
    DELETE FROM huntaze_workers.metric_latencies WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM huntaze_workers.metric_latencies WHERE minute < now() - %(rollups)s LIMIT %(limit)s))
    RETURNING 1
)
SELECT (SELECT count(*) FROM events) + (SELECT count(*) FROM minutes) + (SELECT count(*) FROM latencies)
    AS forgotten
"""
