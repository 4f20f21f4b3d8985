"""Every SQL statement of the store, named and explained.

Each runs alone, in autocommit: one statement is one transaction and one round trip. Those that every job
needs take any number of jobs, as rows of one JSON parameter.
"""

from __future__ import annotations

# For each job asked for: insert it, unless it follows up another, or take it over if its message may.
# Answers with its row either way, or with none if it is a follow-up that is not there, or if another delivery
# inserted it between this statement's snapshot and its insert: then it is asked again. A state read here may
# be stale by a moment, which only ever turns a claim into `busy`: the UPDATE itself is re-checked against the
# row's newest version. A claim asked for again, since its answer was lost, gets a new fence but is no further
# claim: the job's worker has not died.
# A job of a thread takes the turn after its newest job's; those of the same claim, one after another. Whether
# a newer one is known is asked of that same row and of those that this statement inserts.
CLAIM = """
WITH asked AS (
    SELECT job_id, job_type, creator_id, decode(body, 'base64') AS body, properties,
           decode(payload_hash, 'hex') AS payload_hash, epoch, attempt, claim_id, deadline_ms,
           LEAST(asked_at, now()) AS asked_at, lease_seconds * interval '1 second' AS lease, follows_up,
           thread
    FROM json_to_recordset(%(asked)s) AS a
        (job_id text, job_type text, creator_id text, body text, properties jsonb, payload_hash text,
         epoch integer, attempt integer, claim_id uuid, deadline_ms integer, asked_at timestamptz,
         lease_seconds float8, follows_up boolean, thread text)
), threaded AS (
    SELECT asked.job_id, newest.job_id AS newest_id, newest.asked_at AS newest_at,
           coalesce(newest.turn, -1) + row_number() OVER (
               PARTITION BY creator_id, job_type, thread ORDER BY asked.asked_at, asked.job_id) AS turn
    FROM asked LEFT JOIN LATERAL (
        SELECT job_id, asked_at, turn FROM huntaze_workers.jobs AS job
        WHERE job.creator_id = asked.creator_id AND job.thread = asked.thread
          AND job.job_type = asked.job_type AND job.job_id <> asked.job_id
        ORDER BY job.asked_at DESC, job.job_id DESC LIMIT 1
    ) AS newest ON true
    WHERE thread IS NOT NULL
), fresh AS (
    INSERT INTO huntaze_workers.jobs
        (job_id, job_type, creator_id, body, properties, payload_hash, state, epoch, attempt, fence, claims,
         claim_id, due_at, deadline_ms, deadline_at, thread, asked_at, turn)
    SELECT job_id, job_type, creator_id, body, properties, payload_hash, 'running', epoch, attempt, 1, 1,
           claim_id, now() + lease, deadline_ms, asked_at + deadline_ms * interval '1 millisecond',
           thread, CASE WHEN thread IS NOT NULL THEN asked_at END, turn
    FROM asked LEFT JOIN threaded USING (job_id) WHERE NOT follows_up
    ON CONFLICT (job_id) DO NOTHING
    RETURNING *
), taken AS (
    UPDATE huntaze_workers.jobs AS job
    SET state = 'running',
        claims = CASE WHEN job.state = 'running' AND job.claim_id = asked.claim_id THEN claims
                      WHEN (job.epoch, job.attempt) = (asked.epoch, asked.attempt) THEN claims + 1
                      ELSE 1 END,
        epoch = asked.epoch, attempt = asked.attempt, body = asked.body,
        fence = fence + 1, claim_id = asked.claim_id, due_at = now() + lease, updated_at = now()
    FROM asked
    WHERE job.job_id = asked.job_id
      AND job.payload_hash = asked.payload_hash
      AND (job.epoch, job.attempt) <= (asked.epoch, asked.attempt)
      AND (job.state IN ('queued', 'retry_wait')
           OR job.state = 'running' AND (job.due_at < now() OR job.claim_id = asked.claim_id))
      AND NOT EXISTS (SELECT FROM fresh WHERE fresh.job_id = job.job_id)
    RETURNING job.*
), owned AS (
    SELECT * FROM fresh UNION ALL SELECT * FROM taken
), noted AS (
    INSERT INTO huntaze_workers.job_history (job_id, epoch, attempt, fence, state)
    SELECT job_id, epoch, attempt, fence, state FROM owned
)
SELECT claim_id, true AS claimed, true AS same_payload, state, epoch, attempt, fence, claims,
       extract(epoch FROM deadline_at - now())::float8 AS remaining_seconds, false AS unsent, owned.turn,
       NULL AS error_code,
       owned.thread IS NOT NULL AND (claims, epoch, attempt) = (1, 0, 0) AND (
           coalesce((newest_at, newest_id) > (owned.asked_at, owned.job_id), false)
           OR EXISTS (SELECT FROM fresh AS other
                      WHERE other.creator_id = owned.creator_id AND other.job_type = owned.job_type
                        AND other.thread = owned.thread
                        AND (other.asked_at, other.job_id) > (owned.asked_at, owned.job_id))
       ) AS superseded
FROM owned LEFT JOIN threaded USING (job_id)
UNION ALL
SELECT asked.claim_id, false, job.payload_hash = asked.payload_hash, state, job.epoch, job.attempt, fence,
       claims, extract(epoch FROM deadline_at - now())::float8,
       EXISTS (SELECT FROM huntaze_workers.outbox o WHERE o.job_id = job.job_id AND o.sent_at IS NULL),
       job.turn, job.error_code, false
FROM asked JOIN huntaze_workers.jobs AS job USING (job_id)
WHERE NOT EXISTS (SELECT FROM owned WHERE owned.job_id = job.job_id)
"""

EXTEND = """
UPDATE huntaze_workers.jobs SET due_at = now() + %(lease)s
WHERE job_id = %(job_id)s AND fence = %(fence)s AND state = 'running'
RETURNING job_id
"""

# The messages a statement promises to send; `{source}` has the row that makes the promise as `owner`.
_PROMISE = """
    INSERT INTO huntaze_workers.outbox (message_id, job_id, topic, body, properties, send_at, due_at)
    SELECT m.message_id, owner.job_id, m.topic, decode(m.body, 'base64'), m.properties,
           CASE WHEN m.delay_seconds > 0 THEN now() + m.delay_seconds * interval '1 second' END,
           now() + sweep_after_seconds * interval '1 second'
    FROM {source}, json_to_recordset(messages) AS m
        (message_id text, topic text, body text, properties jsonb, delay_seconds float8)
"""

_CALL_COLUMNS = "task, role, deployment, input_tokens, output_tokens, reasoning_tokens, cost_usd_micros"
_CALL = """(task text, role text, deployment text, input_tokens integer, output_tokens integer,
         reasoning_tokens integer, cost_usd_micros bigint"""

# For each outcome: result, state, history, cost and promised messages, guarded by the fence. Answers with the
# outcomes that were written. Costs are paid whoever owns the job by now, so they alone do not depend on it.
_RECORD = f"""
WITH outcome AS (
    SELECT * FROM json_to_recordset(%(outcomes)s) AS o
        (job_id text, creator_id text, epoch integer, attempt integer, fence bigint, state text, result jsonb,
         error_code text, error_message text, due_in_seconds float8, delay_seconds float8, usage jsonb,
         next_attempt integer, next_body text, calls json, messages json, sweep_after_seconds float8)
), done AS (
    UPDATE huntaze_workers.jobs AS job
    SET state = outcome.state, result = outcome.result, error_code = outcome.error_code,
        error_message = outcome.error_message, updated_at = now(),
        due_at = now() + due_in_seconds * interval '1 second',
        attempt = coalesce(next_attempt, job.attempt),
        body = coalesce(decode(next_body, 'base64'), body),
        claims = CASE WHEN next_attempt IS NULL THEN claims ELSE 0 END,
        deadline_at = CASE WHEN next_attempt IS NULL THEN deadline_at
                      ELSE now() + delay_seconds * interval '1 second'
                                 + deadline_ms * interval '1 millisecond' END
    FROM outcome
    WHERE job.job_id = outcome.job_id AND job.fence = outcome.fence AND job.state = 'running'
    RETURNING job.job_id, job.fence
), noted AS (
    INSERT INTO huntaze_workers.job_history (job_id, epoch, attempt, fence, state, error_code, usage)
    SELECT job_id, epoch, attempt, fence, state, error_code, usage
    FROM done JOIN outcome USING (job_id, fence)
), paid AS (
    INSERT INTO huntaze_workers.ai_calls (job_id, epoch, attempt, creator_id, {_CALL_COLUMNS})
    SELECT job_id, epoch, attempt, creator_id, c.* FROM outcome, json_to_recordset(calls) AS c {_CALL})
), promised AS ({_PROMISE.format(source="(done JOIN outcome USING (job_id, fence)) AS owner")})"""  # noqa: S608 - composed of constants

_DONE = """
SELECT job_id, fence FROM done
"""

RECORD = _RECORD + _DONE

_TOLD = """(SELECT job_id, tells AS messages, sweep_after_seconds
        FROM enriched JOIN linked USING (job_id)) AS owner"""

# The same for one outcome that reaches beyond its job: calls that the ledger may have already, follow-ups
# with the messages that ask for them, and fields for the parent's result with the event that tells of them.
# A follow-up that exists is left alone unless a replay of its parent asks for it.
RECORD_LINKED = f"""{_RECORD}, linked AS (
    SELECT l.* FROM json_to_recordset(%(outcomes)s) AS l
        (job_id text, creator_id text, epoch integer, attempt integer, fence bigint, doubtful_calls json,
         follow_ups json, parent_id text, parent_type text, fields jsonb, tells json,
         sweep_after_seconds float8)
), paid_once AS (
    INSERT INTO huntaze_workers.ai_calls (job_id, epoch, attempt, creator_id, {_CALL_COLUMNS}, ledger_key)
    SELECT job_id, epoch, attempt, creator_id, c.*
    FROM linked, json_to_recordset(doubtful_calls) AS c {_CALL}, ledger_key text)
    ON CONFLICT (ledger_key) WHERE ledger_key IS NOT NULL DO NOTHING
), wanted AS (
    SELECT linked.job_id AS asked_by, sweep_after_seconds, f.*
    FROM done JOIN linked USING (job_id, fence), json_to_recordset(follow_ups) AS f
        (job_id text, job_type text, creator_id text, body text, properties jsonb, payload_hash text,
         epoch integer, deadline_ms integer, message_id text, delay_seconds float8, grace_seconds float8)
), followed AS (
    INSERT INTO huntaze_workers.jobs AS job
        (job_id, job_type, creator_id, body, properties, payload_hash, state, epoch, attempt, fence, claims,
         due_at, deadline_ms, deadline_at)
    SELECT job_id, job_type, creator_id, decode(body, 'base64'), properties, decode(payload_hash, 'hex'),
           'queued', epoch, 0, 0, 0, now() + (delay_seconds + grace_seconds) * interval '1 second',
           deadline_ms,
           now() + delay_seconds * interval '1 second' + deadline_ms * interval '1 millisecond'
    FROM wanted
    ON CONFLICT (job_id) DO UPDATE
    SET state = 'queued', epoch = excluded.epoch, attempt = 0, fence = job.fence + 1, claims = 0,
        claim_id = NULL, body = excluded.body, properties = excluded.properties,
        payload_hash = excluded.payload_hash, due_at = excluded.due_at, deadline_ms = excluded.deadline_ms,
        deadline_at = excluded.deadline_at, result = NULL, error_code = NULL, error_message = NULL,
        updated_at = now()
    WHERE job.epoch < excluded.epoch AND job.creator_id = excluded.creator_id
      AND job.job_type = excluded.job_type
    RETURNING job.*
), followed_noted AS (
    INSERT INTO huntaze_workers.job_history (job_id, epoch, attempt, fence, state)
    SELECT job_id, epoch, attempt, fence, state FROM followed
), asked AS (
    INSERT INTO huntaze_workers.outbox (message_id, job_id, topic, body, properties, send_at, due_at)
    SELECT message_id, asked_by, 'huntaze-jobs', followed.body, followed.properties,
           CASE WHEN delay_seconds > 0 THEN now() + delay_seconds * interval '1 second' END,
           now() + sweep_after_seconds * interval '1 second'
    FROM followed JOIN wanted USING (job_id)
), enriched AS (
    UPDATE huntaze_workers.jobs AS parent
    SET result = coalesce(parent.result, '{{}}') || child.fields, updated_at = now()
    FROM (done JOIN linked USING (job_id, fence)) AS child
    WHERE parent.job_id = child.parent_id AND parent.job_type = child.parent_type
      AND parent.creator_id = child.creator_id AND parent.epoch = child.epoch AND parent.state = 'completed'
    RETURNING child.job_id
), told AS ({_PROMISE.format(source=_TOLD)}){_DONE}"""  # noqa: S608 - composed of constants

# What became of an interrupted RECORD.
READ_BACK = "SELECT state, fence FROM huntaze_workers.jobs WHERE job_id = %(job_id)s"

_REJECTED = """failed AS owner, (SELECT %(messages)s::json AS messages, %(sweep_after_seconds)s::float8
        AS sweep_after_seconds) AS promise"""

REJECT = f"""
WITH kept AS (
    INSERT INTO huntaze_workers.quarantine AS q
        (message_key, subscription, message_id, job_id, body, error_code, reason, deliveries)
    VALUES (%(message_key)s, %(subscription)s, %(message_id)s, %(job_id)s, %(body)s, %(error_code)s,
            %(reason)s, 1)
    ON CONFLICT (message_key) DO UPDATE SET deliveries = q.deliveries + 1, last_at = now()
), failed AS (
    INSERT INTO huntaze_workers.jobs
        (job_id, job_type, creator_id, body, properties, payload_hash, state, epoch, attempt, fence, claims,
         deadline_ms, deadline_at, error_code, error_message)
    SELECT %(job_id)s, %(job_type)s, %(creator_id)s, %(body)s, %(properties)s, %(payload_hash)s, 'failed',
           %(epoch)s, %(attempt)s, 1, 0, %(deadline_ms)s, now(), %(error_code)s, %(reason)s
    WHERE %(job_type)s::text IS NOT NULL
    ON CONFLICT (job_id) DO NOTHING
    RETURNING *
), noted AS (
    INSERT INTO huntaze_workers.job_history (job_id, epoch, attempt, fence, state, error_code)
    SELECT job_id, epoch, attempt, fence, state, error_code FROM failed
), promised AS ({_PROMISE.format(source=_REJECTED)})
SELECT count(*) FROM failed
"""  # noqa: S608 - composed of constants

_CANCELLED = """(SELECT job_id, %(messages)s::json AS messages, %(sweep_after_seconds)s::float8
        AS sweep_after_seconds FROM done) AS owner"""

CANCEL = f"""
WITH done AS (
    UPDATE huntaze_workers.jobs
    SET state = 'failed', fence = fence + 1, due_at = NULL, result = NULL, error_code = %(error_code)s,
        error_message = %(error_message)s, updated_at = now()
    WHERE job_id = %(job_id)s AND fence = %(fence)s AND state IN ('queued', 'running', 'retry_wait')
    RETURNING *
), noted AS (
    INSERT INTO huntaze_workers.job_history (job_id, epoch, attempt, fence, state, error_code)
    SELECT job_id, epoch, attempt, fence, state, error_code FROM done
), promised AS ({_PROMISE.format(source=_CANCELLED)})
SELECT job_id FROM done
"""  # noqa: S608 - composed of constants

# The body has done its work: what stays is the fact that the message was sent.
MARK_SENT = """
UPDATE huntaze_workers.outbox SET sent_at = now(), due_at = NULL, body = ''
WHERE message_id = ANY(%(message_ids)s) AND sent_at IS NULL
RETURNING message_id
"""

_MESSAGE_COLUMNS = """message_id, topic, body, properties,
    greatest(0, coalesce(extract(epoch FROM send_at - now()), 0))::float8 AS delay_seconds"""

UNSENT_OF = f"""
SELECT {_MESSAGE_COLUMNS} FROM huntaze_workers.outbox
WHERE job_id = %(job_id)s AND sent_at IS NULL ORDER BY message_id
"""  # noqa: S608 - composed of constants

# A lease that ended, a retry whose message never came, a queued job nobody started: each gets a new
# message, due at once, that the same sweep sends.
REQUEUE_DUE = """
WITH due AS (
    SELECT job_id FROM huntaze_workers.jobs WHERE due_at < now()
    ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), again AS (
    UPDATE huntaze_workers.jobs AS job
    SET state = 'queued', fence = fence + 1, due_at = now() + %(grace)s, updated_at = now()
    FROM due WHERE job.job_id = due.job_id
    RETURNING job.*
), noted AS (
    INSERT INTO huntaze_workers.job_history (job_id, epoch, attempt, fence, state)
    SELECT job_id, epoch, attempt, fence, state FROM again
), promised AS (
    INSERT INTO huntaze_workers.outbox (message_id, job_id, topic, body, properties, due_at)
    SELECT job_id || ':' || epoch || ':' || fence || ':0', job_id, 'huntaze-jobs', body, properties, now()
    FROM again
)
SELECT count(*) FROM again
"""

TAKE_UNSENT = f"""
WITH due AS (
    SELECT message_id FROM huntaze_workers.outbox WHERE due_at <= now()
    ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), taken AS (
    UPDATE huntaze_workers.outbox AS o SET due_at = now() + %(again_after)s
    FROM due WHERE o.message_id = due.message_id
    RETURNING o.*
)
SELECT {_MESSAGE_COLUMNS} FROM taken
"""  # noqa: S608 - composed of constants

# The sweep looks at it next; what its message asks for when it comes after all is recognised as a duplicate.
WAKE = """
UPDATE huntaze_workers.jobs SET due_at = now()
WHERE job_id = %(job_id)s AND state IN ('queued', 'retry_wait')
RETURNING job_id
"""

JOB = """
SELECT job_id, job_type, creator_id, state, epoch, attempt, created_at, updated_at, result, error_code,
       error_message, fence
FROM huntaze_workers.jobs WHERE job_id = %(job_id)s
"""

# The months are UTC's, whatever the session's time zone is.
SPENT_IN_MONTH = """
SELECT coalesce(sum(cost_usd_micros), 0)::bigint AS usd_micros FROM huntaze_workers.ai_calls
WHERE at >= %(first_day)s::timestamp AT TIME ZONE 'UTC'
  AND at < (%(first_day)s::timestamp + interval '1 month') AT TIME ZONE 'UTC'
"""
