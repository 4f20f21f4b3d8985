"""Every SQL statement on operations; each is one transaction and may be run again."""

from __future__ import annotations

from shared.persistence.replay_statements import ASKED_COLUMNS, CORE

STANDINGS = """
SELECT a.sequence_number, job.state, job.epoch, job.job_type, job.payload_hash, job.error_code,
       job.error_message, parent.state AS parent_state, q.error_code AS refused_code,
       q.reason AS refused_reason, held.replay_id AS held_by
FROM json_to_recordset(%(asked)s) AS a (sequence_number bigint, job_id text, message_key text)
    LEFT JOIN huntaze_workers.jobs AS job USING (job_id)
    LEFT JOIN huntaze_workers.jobs AS parent
        ON a.job_id LIKE '%%.%%' AND parent.job_id = split_part(a.job_id, '.', 1)
    LEFT JOIN huntaze_workers.quarantine AS q ON q.message_key = decode(a.message_key, 'hex')
    LEFT JOIN huntaze_workers.replay_messages AS held
        ON held.place = %(place)s AND held.sequence_number = a.sequence_number AND held.holds
"""

_COLUMNS = """r.id, r.kind, r.topic, r.subscription, r.request, r.asked_by, r.phase, r.ending, r.why,
    r.next_sequence, r.bound_sequence, r.step, r.fence, r.start_at, r.deadline_at, r.created_at,
    r.updated_at, r.ended_at, now() AS now, r.lease_until > now() AS leased,
    coalesce(extract(epoch FROM r.paced_until - now()), 0)::float8 AS paced_seconds"""

# What an operation's messages came to, as of this statement's beginning.
_COUNTED = f"""
SELECT {_COLUMNS}, counted.counts, coalesce(counted.cleared, 0) AS cleared
FROM {{source}} AS r LEFT JOIN LATERAL (
    SELECT json_agg(json_build_array(state, reason, number)) AS counts, sum(away)::bigint AS cleared
    FROM (SELECT state, reason, count(*) AS number, count(cleared_at) AS away
          FROM huntaze_workers.replay_messages AS m WHERE m.replay_id = r.id GROUP BY state, reason) AS each
) AS counted ON true
"""  # noqa: S608 - composed of constants

OPERATION = _COUNTED.format(source="huntaze_workers.replays") + "WHERE r.id = %(id)s"

RECENT = (
    _COUNTED.format(source="huntaze_workers.replays")
    + """WHERE r.created_at < coalesce(%(before)s::timestamptz, 'infinity')
ORDER BY r.created_at DESC LIMIT %(limit)s"""
)

CREATE = """
INSERT INTO huntaze_workers.replays
    (id, kind, topic, subscription, request, asked_by, phase, ending, start_at, deadline_at)
VALUES (%(id)s, %(kind)s, %(topic)s, %(subscription)s, %(request)s, %(asked_by)s, 'planning', 'completed',
        now() + %(start_in)s, now() + %(start_in)s + %(within)s)
ON CONFLICT (id) DO NOTHING
RETURNING id
"""

# An edit's message is made from a payload that nobody keeps: only who asked can drive it on.
DUE = """
SELECT id FROM huntaze_workers.replays AS r
WHERE phase <> 'ended' AND start_at <= now() AND lease_until < now()
  AND NOT (kind = 'edit' AND deadline_at > now() AND (phase = 'planning' OR EXISTS (
      SELECT FROM huntaze_workers.replay_messages AS m WHERE m.replay_id = r.id AND m.state = 'planned')))
ORDER BY start_at LIMIT %(limit)s
"""

TAKE = """
UPDATE huntaze_workers.replays SET fence = fence + 1, lease_until = now() + %(lease)s, updated_at = now()
WHERE id = %(id)s AND phase <> 'ended' AND start_at <= now() AND lease_until < now()
RETURNING fence
"""

RELEASE = """
UPDATE huntaze_workers.replays SET lease_until = '-infinity' WHERE id = %(id)s AND fence = %(fence)s
RETURNING id
"""

_MINE = "WHERE id = %(id)s AND fence = %(fence)s"
_GOING = f"""going AS (
    UPDATE huntaze_workers.replays SET lease_until = now() + %(lease)s, updated_at = now() {{also}}
    {_MINE} AND phase {{phase}}
    RETURNING *
)"""  # noqa: S608 - composed of constants

EXTEND = f"""
WITH {_GOING.format(phase="<> 'ended'", also="")} SELECT id FROM going
"""  # noqa: S608 - composed of constants

_PLANNING = _GOING.format(
    phase="= 'planning'",
    also=""", next_sequence = %(next_sequence)s, bound_sequence = %(bound)s,
        phase = CASE WHEN %(bound)s::bigint IS NULL THEN 'planning' ELSE 'forwarding' END""",
)

PLAN = f"""
WITH {_PLANNING}, found AS (
    SELECT a.* FROM going, json_to_recordset(%(chosen)s) AS a
        (sequence_number bigint, message_id text, job_id text, job_type text)
), chosen AS (
    INSERT INTO huntaze_workers.replay_messages
        (replay_id, sequence_number, place, message_id, job_id, job_type, state, holds)
    SELECT %(id)s, sequence_number, %(place)s, message_id, job_id, job_type, 'planned', true FROM found
    ON CONFLICT DO NOTHING
    RETURNING sequence_number
), held AS (
    INSERT INTO huntaze_workers.replay_messages
        (replay_id, sequence_number, place, message_id, job_id, job_type, state, reason, holds)
    SELECT %(id)s, sequence_number, %(place)s, message_id, job_id, job_type, 'skipped', 'held_elsewhere',
           false
    FROM found WHERE NOT EXISTS (SELECT FROM chosen WHERE chosen.sequence_number = found.sequence_number)
    ON CONFLICT DO NOTHING
)
SELECT id FROM going
"""  # noqa: S608 - composed of constants

PLANNED = """
SELECT sequence_number, message_id FROM huntaze_workers.replay_messages
WHERE replay_id = %(id)s AND state = 'planned' ORDER BY sequence_number LIMIT %(limit)s
"""

DECIDE = f"""
WITH {_GOING.format(phase="= 'forwarding'", also="")}, decided AS (
    UPDATE huntaze_workers.replay_messages AS m
    SET state = d.outcome, reason = d.reason, holds = d.holds, at = now()
    FROM going, json_to_recordset(%(decisions)s) AS d
        (sequence_number bigint, outcome text, reason text, holds boolean)
    WHERE m.replay_id = going.id AND m.sequence_number = d.sequence_number AND m.state = 'planned'
)
SELECT id FROM going
"""  # noqa: S608 - composed of constants

_PACED = _GOING.format(
    phase="= 'forwarding'",
    also=""", step = %(step)s, step_at = now(),
        paced_until = greatest(coalesce(paced_until, now()), now() - %(burst)s) + %(cost)s""",
)

# Jobs go through the store's own replay; events, which have no row, are promised as they are. One that was
# promised before under the same id is the same message once more.
FORWARD = f"""
WITH {_PACED}, asked AS (
    SELECT a.* FROM going, json_to_recordset(%(asked)s) AS a {ASKED_COLUMNS}
        JOIN huntaze_workers.replay_messages AS m
            ON m.replay_id = %(id)s AND m.sequence_number = a.sequence_number AND m.state = 'planned'
), {CORE}, event_promised AS (
    INSERT INTO huntaze_workers.outbox (message_id, job_id, topic, body, properties, due_at)
    SELECT message_id, coalesce(job_id, ''), topic, decode(body, 'base64'), properties,
           now() + sweep_after_seconds * interval '1 second'
    FROM asked WHERE job_type IS NULL
    ON CONFLICT (message_id) DO NOTHING
    RETURNING message_id
), all_verdicts AS (
    SELECT sequence_number, job_id, verdict, epoch, sent_as FROM verdicts
    UNION ALL
    SELECT sequence_number, NULL, CASE WHEN p.message_id IS NULL THEN 'superseded' ELSE 'queued' END, NULL,
           p.message_id
    FROM asked LEFT JOIN event_promised AS p USING (message_id) WHERE job_type IS NULL
), told AS (
    UPDATE huntaze_workers.replay_messages AS m
    SET state = CASE WHEN verdict = 'queued' THEN 'sending'
                     WHEN verdict IN ('conflict', 'unknown') THEN 'refused' ELSE 'skipped' END,
        reason = CASE verdict WHEN 'queued' THEN NULL WHEN 'completed' THEN 'already_completed'
                     WHEN 'superseded' THEN 'duplicate' WHEN 'unknown' THEN 'orphan' ELSE verdict END,
        job_id = coalesce(v.job_id, m.job_id), sent_as = v.sent_as, epoch = v.epoch, step = %(step)s,
        holds = verdict NOT IN ('conflict', 'unknown'),
        at = now()
    FROM all_verdicts AS v
    WHERE m.replay_id = %(id)s AND m.sequence_number = v.sequence_number
)
SELECT going.id, v.* FROM going LEFT JOIN all_verdicts AS v ON true
"""  # noqa: S608 - composed of constants

ARCHIVE = f"""
WITH {_GOING.format(phase="= 'forwarding'", also="")}, letters AS (
    SELECT a.* FROM going, json_to_recordset(%(letters)s) AS a
        (sequence_number bigint, message_id text, body text, properties jsonb, dead_letter_reason text,
         dead_letter_description text, enqueued_at timestamptz)
        JOIN huntaze_workers.replay_messages AS m
            ON m.replay_id = %(id)s AND m.sequence_number = a.sequence_number AND m.state = 'planned'
), kept AS (
    INSERT INTO huntaze_workers.archived_letters
        (replay_id, topic, subscription, sequence_number, message_id, body, properties, dead_letter_reason,
         dead_letter_description, enqueued_at, archived_by, expires_at)
    SELECT going.id, going.topic, going.subscription, letters.sequence_number, message_id,
           decode(body, 'base64'), properties, dead_letter_reason, dead_letter_description, enqueued_at,
           going.asked_by, now() + %(keep)s
    FROM letters, going
    ON CONFLICT (replay_id, sequence_number) DO NOTHING
), told AS (
    UPDATE huntaze_workers.replay_messages AS m SET state = 'archived', at = now()
    FROM letters WHERE m.replay_id = %(id)s AND m.sequence_number = letters.sequence_number
)
SELECT id FROM going
"""  # noqa: S608 - composed of constants

MARK_SENT = f"""
WITH {_GOING.format(phase="<> 'ended'", also="")}, told AS (
    UPDATE huntaze_workers.replay_messages AS m SET state = 'sent', at = now()
    FROM going, huntaze_workers.outbox AS o
    WHERE m.replay_id = going.id AND m.state = 'sending' AND o.message_id = m.sent_as
      AND o.sent_at IS NOT NULL
)
SELECT id FROM going
"""  # noqa: S608 - composed of constants

# A job that is in a later epoch than it was sent in ended in between.
STEP = """
SELECT count(*) AS total,
       count(*) FILTER (WHERE job.state = 'completed' AND job.epoch = m.epoch) AS completed,
       count(*) FILTER (WHERE job.state IN ('failed', 'timeout') OR job.epoch > m.epoch) AS failed,
       coalesce(extract(epoch FROM now() - max(m.at)), 0)::float8 AS waited_seconds
FROM huntaze_workers.replay_messages AS m LEFT JOIN huntaze_workers.jobs AS job
    ON job.job_id = m.job_id AND m.epoch IS NOT NULL
WHERE m.replay_id = %(id)s AND m.step = %(step)s AND m.state IN ('sending', 'sent')
"""

UNCLEARED = """
SELECT sequence_number, message_id FROM huntaze_workers.replay_messages
WHERE replay_id = %(id)s AND holds AND state IN ('sent', 'archived', 'skipped')
ORDER BY sequence_number LIMIT %(limit)s
"""

CLEARED = f"""
WITH {_GOING.format(phase="<> 'ended'", also="")}, told AS (
    UPDATE huntaze_workers.replay_messages AS m SET holds = false, cleared_at = now()
    FROM going
    WHERE m.replay_id = going.id AND m.sequence_number = ANY(%(numbers)s) AND m.holds
      AND m.state IN ('sent', 'archived', 'skipped')
)
SELECT id FROM going
"""  # noqa: S608 - composed of constants

_NOT_TRIED = """untried AS (
    UPDATE huntaze_workers.replay_messages AS m
    SET state = 'not_tried', reason = %(ending)s, holds = false, at = now()
    FROM going WHERE m.replay_id = going.id AND m.state = 'planned'
)"""

_WINDING = _GOING.format(
    phase="IN ('planning', 'forwarding')", also=", phase = 'clearing', ending = %(ending)s, why = %(why)s"
)
WIND_UP = f"WITH {_WINDING}, {_NOT_TRIED} SELECT id FROM going"  # noqa: S608 - composed of constants

END = f"""
UPDATE huntaze_workers.replays AS r
SET phase = 'ended', ended_at = now(), updated_at = now(), lease_until = '-infinity'
{_MINE} AND phase = 'clearing'
  AND NOT EXISTS (SELECT FROM huntaze_workers.replay_messages AS m WHERE m.replay_id = r.id AND m.holds)
RETURNING id
"""  # noqa: S608 - composed of constants

CANCEL = f"""
WITH going AS (
    UPDATE huntaze_workers.replays SET phase = 'clearing', ending = 'cancelled', why = %(why)s,
        updated_at = now()
    WHERE id = %(id)s AND phase IN ('planning', 'forwarding')
    RETURNING *
), {_NOT_TRIED}
SELECT id FROM going
"""  # noqa: S608 - composed of constants

MESSAGES = """
SELECT m.sequence_number, m.message_id, m.job_id, m.job_type, m.state AS outcome, m.reason, m.sent_as,
       m.epoch, m.step, m.at, m.cleared_at, job.state AS job_state
FROM huntaze_workers.replay_messages AS m LEFT JOIN huntaze_workers.jobs AS job
    ON job.job_id = m.job_id AND m.epoch IS NOT NULL
WHERE m.replay_id = %(id)s AND m.sequence_number > %(after)s
ORDER BY m.sequence_number LIMIT %(limit)s
"""

ARCHIVED = """
SELECT id, replay_id, topic, subscription, message_id, body, properties, dead_letter_reason,
       dead_letter_description, enqueued_at, archived_by, archived_at, expires_at, restored_at
FROM huntaze_workers.archived_letters
WHERE topic = %(topic)s AND subscription = %(subscription)s AND id >= %(from_number)s
  AND (restored_at IS NULL OR %(restored)s)
ORDER BY id LIMIT %(limit)s
"""

RESTORED = """
UPDATE huntaze_workers.archived_letters SET restored_at = now(), body = '', properties = '{}'
WHERE id = ANY(%(numbers)s) AND restored_at IS NULL
RETURNING id
"""

PURGE = """
WITH operations AS (
    DELETE FROM huntaze_workers.replays WHERE phase = 'ended' AND ended_at < now() - %(keep)s
), letters AS (
    DELETE FROM huntaze_workers.archived_letters WHERE expires_at < now() RETURNING id
)
SELECT count(*) FROM letters
"""
