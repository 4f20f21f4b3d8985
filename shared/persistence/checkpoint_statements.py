"""Every SQL statement on checkpoints."""

from __future__ import annotations

RECALL = """
UPDATE huntaze_workers.checkpoints SET last_used_at = now()
WHERE creator_id = %(creator_id)s AND step = %(step)s AND key = %(key)s
RETURNING content
"""

# What a step made and what it cost. Run again, it writes the same once more and no call twice.
KEEP = """
WITH kept AS (
    INSERT INTO huntaze_workers.checkpoints (creator_id, step, key, content)
    VALUES (%(creator_id)s, %(step)s, %(key)s, %(content)s)
    ON CONFLICT (creator_id, step, key) DO UPDATE SET content = excluded.content, last_used_at = now()
    RETURNING key
), paid AS (
    INSERT INTO huntaze_workers.ai_calls
        (job_id, epoch, attempt, creator_id, task, role, deployment, input_tokens, output_tokens,
         reasoning_tokens, cost_usd_micros, ledger_key)
    SELECT %(job_id)s, %(epoch)s, %(attempt)s, %(payer)s, c.*
    FROM json_to_recordset(%(calls)s) AS c
        (task text, role text, deployment text, input_tokens integer, output_tokens integer,
         reasoning_tokens integer, cost_usd_micros bigint, ledger_key text)
    ON CONFLICT (ledger_key) WHERE ledger_key IS NOT NULL DO NOTHING
)
SELECT key FROM kept
"""

FORGET = """
WITH old AS (
    SELECT creator_id, step, key FROM huntaze_workers.checkpoints
    WHERE last_used_at < now() - %(unused_for)s
    ORDER BY last_used_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), gone AS (
    DELETE FROM huntaze_workers.checkpoints AS c USING old
    WHERE (c.creator_id, c.step, c.key) = (old.creator_id, old.step, old.key)
    RETURNING c.key
)
SELECT count(*) FROM gone
"""
