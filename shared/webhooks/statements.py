"""Every SQL statement of webhooks, named and explained; each is one transaction and one round trip."""

from __future__ import annotations

_ENDPOINT = """
endpoint_id, creator_id, name, url, events, enabled, disabled_reason, disabled_at, failing_since, failures,
CASE WHEN previous_until > now() THEN previous_until END AS previous_until, created_at
"""

ENDPOINTS_OF = f"""
SELECT {_ENDPOINT} FROM huntaze_workers.webhook_endpoints WHERE creator_id = %(creator_id)s ORDER BY name
"""  # noqa: S608 - columns of ours

# Told again, an endpoint begins anew: what failed before is forgiven. A secret that was sealed for this very
# call says that the endpoint is new, also when the answer to a first run was lost.
PUT_ENDPOINT = f"""
WITH others AS (
    SELECT count(*) AS many FROM huntaze_workers.webhook_endpoints
    WHERE creator_id = %(creator_id)s AND endpoint_id <> %(endpoint_id)s
)
INSERT INTO huntaze_workers.webhook_endpoints AS known
    (endpoint_id, creator_id, name, url, events, enabled, disabled_reason, disabled_at, secret)
SELECT %(endpoint_id)s, %(creator_id)s, %(name)s, %(url)s, %(events)s, %(enabled)s,
       CASE WHEN NOT %(enabled)s THEN 'creator' END, CASE WHEN NOT %(enabled)s THEN now() END, %(secret)s
FROM others WHERE many < %(limit)s
ON CONFLICT (endpoint_id) DO UPDATE SET
    url = excluded.url, events = excluded.events, enabled = excluded.enabled,
    disabled_reason = CASE WHEN excluded.enabled OR known.enabled THEN excluded.disabled_reason
                           ELSE known.disabled_reason END,
    disabled_at = CASE WHEN excluded.enabled OR known.enabled THEN excluded.disabled_at
                       ELSE known.disabled_at END,
    announce_at = CASE WHEN NOT excluded.enabled THEN known.announce_at END,
    failing_since = NULL, failures = 0, held_until = '-infinity', updated_at = now()
RETURNING {_ENDPOINT}, secret = %(secret)s AS fresh
"""  # noqa: S608 - columns of ours

ROTATE = """
UPDATE huntaze_workers.webhook_endpoints
SET previous_secret = CASE WHEN secret = %(secret)s THEN previous_secret ELSE secret END,
    previous_until = CASE WHEN secret = %(secret)s THEN previous_until ELSE now() + %(overlap)s END,
    secret = %(secret)s, updated_at = now()
WHERE endpoint_id = %(endpoint_id)s
RETURNING endpoint_id
"""

REMOVE = """
DELETE FROM huntaze_workers.webhook_endpoints WHERE endpoint_id = %(endpoint_id)s RETURNING endpoint_id
"""

TO_ANNOUNCE = """
UPDATE huntaze_workers.webhook_endpoints AS e SET announce_at = now() + %(again_after)s
FROM (
    SELECT endpoint_id FROM huntaze_workers.webhook_endpoints
    WHERE announce_at <= now() ORDER BY announce_at LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED
) AS taken
WHERE e.endpoint_id = taken.endpoint_id
RETURNING e.endpoint_id, creator_id, name, url, disabled_reason AS reason, disabled_at
"""

ANNOUNCED = """
UPDATE huntaze_workers.webhook_endpoints SET announce_at = NULL
WHERE endpoint_id = %(endpoint_id)s AND disabled_at = %(disabled_at)s
RETURNING endpoint_id
"""

# The id is that of `delivery_id_of`.
_DELIVERY_ID = r"""
'msg_' || left(encode(sha256(convert_to(%(message_key)s, 'UTF8') || '\x00'::bytea
                             || convert_to(endpoint_id, 'UTF8')), 'hex'), 32)
"""

PROMISE = f"""
WITH wanted AS (
    SELECT endpoint_id, {_DELIVERY_ID} AS delivery_id FROM huntaze_workers.webhook_endpoints
    WHERE creator_id = %(creator_id)s AND enabled AND %(event_type)s = ANY(events)
), fresh AS (
    INSERT INTO huntaze_workers.webhook_deliveries
        (delivery_id, endpoint_id, event_type, job_id, body, state, due_at)
    SELECT delivery_id, endpoint_id, %(event_type)s, %(job_id)s, %(body)s, 'waiting', now() FROM wanted
    ON CONFLICT (delivery_id) DO NOTHING
    RETURNING delivery_id
)
SELECT delivery_id FROM fresh
UNION
SELECT delivery_id FROM wanted JOIN huntaze_workers.webhook_deliveries USING (delivery_id)
WHERE state IN ('waiting', 'sending')
"""  # noqa: S608 - an expression of ours

# It has one attempt left, whatever the endpoint's events are, and is left to the caller for a while.
PING = f"""
INSERT INTO huntaze_workers.webhook_deliveries
    (delivery_id, endpoint_id, event_type, body, state, attempt, due_at)
SELECT {_DELIVERY_ID}, endpoint_id, %(event_type)s, %(body)s, 'waiting', %(attempt)s, now() + %(reserved)s
FROM huntaze_workers.webhook_endpoints WHERE endpoint_id = %(endpoint_id)s
ON CONFLICT (delivery_id) DO NOTHING
RETURNING delivery_id
"""  # noqa: S608 - an expression of ours

# Endpoints with something due are locked, unless somebody is at them; whoever has claimed of one since this
# statement's snapshot has raised its `claims`, which the lock makes this statement look at again, beside what
# it was in the snapshot: such an endpoint's free places are not known here, and it is left alone. Of the
# others' due deliveries as many are taken as there are free places. What is taken is an attempt whose outcome
# is uncertain until it is recorded.
CLAIM = """
WITH open AS (
    SELECT e.endpoint_id, e.failures
    FROM huntaze_workers.webhook_endpoints AS e
    JOIN huntaze_workers.webhook_endpoints AS seen USING (endpoint_id)
    WHERE e.claims = seen.claims AND (%(forced)s OR e.enabled AND e.held_until <= now())
      AND EXISTS (
          SELECT FROM huntaze_workers.webhook_deliveries AS d
          WHERE d.endpoint_id = e.endpoint_id AND d.state IN ('waiting', 'sending')
            AND (%(forced)s OR d.due_at <= now()) AND d.attempt < %(max_attempts)s
            AND (%(only)s::text[] IS NULL OR d.delivery_id = ANY(%(only)s)))
    ORDER BY random() LIMIT %(limit)s
    FOR NO KEY UPDATE OF e SKIP LOCKED
), room AS (
    SELECT endpoint_id,
           CASE WHEN %(forced)s THEN %(limit)s
                ELSE greatest(0, CASE WHEN failures >= %(breaks_after)s THEN 1 ELSE %(at_once)s END - (
                    SELECT count(*) FROM huntaze_workers.webhook_deliveries AS sending
                    WHERE sending.endpoint_id = open.endpoint_id AND sending.state = 'sending'
                      AND sending.due_at > now())) END AS places
    FROM open
), picked AS (
    SELECT taken.delivery_id FROM room, LATERAL (
        SELECT d.delivery_id FROM huntaze_workers.webhook_deliveries AS d
        WHERE d.endpoint_id = room.endpoint_id AND d.state IN ('waiting', 'sending')
          AND (%(forced)s OR d.due_at <= now()) AND d.attempt < %(max_attempts)s
          AND (%(only)s::text[] IS NULL OR d.delivery_id = ANY(%(only)s))
        ORDER BY d.due_at LIMIT room.places
        FOR NO KEY UPDATE SKIP LOCKED
    ) AS taken
    LIMIT %(limit)s
), claimed AS (
    UPDATE huntaze_workers.webhook_deliveries AS d
    SET state = 'sending', attempt = attempt + 1, fence = fence + 1, due_at = now() + %(lease)s,
        updated_at = now()
    FROM picked WHERE d.delivery_id = picked.delivery_id
    RETURNING d.*
), counted AS (
    UPDATE huntaze_workers.webhook_endpoints AS e SET claims = claims + 1
    FROM (SELECT DISTINCT endpoint_id FROM claimed) AS asked WHERE e.endpoint_id = asked.endpoint_id
), noted AS (
    INSERT INTO huntaze_workers.webhook_attempts (delivery_id, fence) SELECT delivery_id, fence FROM claimed
)
SELECT delivery_id, endpoint_id, url, secret, event_type, job_id, body, attempt, fence, failures,
       CASE WHEN previous_until > now() THEN previous_secret END AS previous_secret
FROM claimed JOIN huntaze_workers.webhook_endpoints USING (endpoint_id)
"""

# What an attempt came to is true whoever has the delivery by now; all else is guarded by the fence. An
# endpoint is disabled when its receiver is gone, or with a failure after days without a success.
RECORD = """
WITH done AS (
    UPDATE huntaze_workers.webhook_deliveries
    SET state = CASE WHEN %(delivered)s THEN 'delivered' WHEN %(retry_in)s::interval IS NULL THEN 'failed'
                     ELSE 'waiting' END,
        due_at = now() + coalesce(%(retry_in)s::interval, interval '0'), updated_at = now()
    WHERE delivery_id = %(delivery_id)s AND fence = %(fence)s AND state = 'sending'
    RETURNING endpoint_id
), noted AS (
    UPDATE huntaze_workers.webhook_attempts
    SET status = %(status)s, took_ms = %(took_ms)s, outcome = %(outcome)s
    WHERE delivery_id = %(delivery_id)s AND fence = %(fence)s
), judged AS (
    SELECT e.endpoint_id, CASE
        WHEN NOT e.enabled THEN NULL
        WHEN %(gone)s THEN 'gone'
        WHEN NOT %(delivered)s AND now() - e.failing_since >= %(disabled_after)s THEN 'failing'
    END AS disabled
    FROM huntaze_workers.webhook_endpoints AS e JOIN done USING (endpoint_id)
    FOR NO KEY UPDATE OF e
), told AS (
    UPDATE huntaze_workers.webhook_endpoints AS e
    SET failures = CASE WHEN %(delivered)s THEN 0 ELSE failures + 1 END,
        failing_since = CASE WHEN NOT %(delivered)s THEN coalesce(failing_since, now()) END,
        held_until = CASE WHEN %(delivered)s THEN '-infinity' ELSE greatest(held_until, now() + %(hold)s) END,
        enabled = enabled AND judged.disabled IS NULL,
        disabled_reason = coalesce(judged.disabled, disabled_reason),
        disabled_at = CASE WHEN judged.disabled IS NULL THEN disabled_at ELSE now() END,
        announce_at = CASE WHEN judged.disabled IS NULL THEN announce_at ELSE now() END
    FROM judged WHERE e.endpoint_id = judged.endpoint_id
)
SELECT count(*) AS count FROM done
"""

CLOSE_HOPELESS = """
WITH hopeless AS (
    SELECT d.delivery_id FROM huntaze_workers.webhook_deliveries AS d
    JOIN huntaze_workers.webhook_endpoints AS e USING (endpoint_id)
    WHERE d.state IN ('waiting', 'sending') AND d.due_at <= now()
      AND (NOT e.enabled OR d.attempt >= %(max_attempts)s)
    LIMIT %(limit)s FOR NO KEY UPDATE OF d SKIP LOCKED
), closed AS (
    UPDATE huntaze_workers.webhook_deliveries AS d SET state = 'failed', updated_at = now()
    FROM hopeless WHERE d.delivery_id = hopeless.delivery_id
    RETURNING d.delivery_id
)
SELECT count(*) AS count FROM closed
"""

FORGET = """
WITH old AS (
    DELETE FROM huntaze_workers.webhook_deliveries WHERE delivery_id IN (
        SELECT delivery_id FROM huntaze_workers.webhook_deliveries
        WHERE state IN ('delivered', 'failed') AND updated_at < now() - %(over_for)s
        LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
    RETURNING delivery_id
)
SELECT count(*) AS count FROM old
"""

_RECORD_OF = """
SELECT d.delivery_id, e.name AS endpoint, d.event_type, d.job_id, d.state, d.created_at,
       CASE WHEN d.state = 'waiting' THEN greatest(d.due_at, e.held_until) END AS next_at,
       ARRAY(SELECT json_build_object('started_at', a.started_at, 'outcome', a.outcome, 'status', a.status,
                                      'took_ms', a.took_ms)
             FROM huntaze_workers.webhook_attempts AS a WHERE a.delivery_id = d.delivery_id
             ORDER BY a.fence) AS attempts
FROM huntaze_workers.webhook_deliveries AS d JOIN huntaze_workers.webhook_endpoints AS e USING (endpoint_id)
WHERE e.creator_id = %(creator_id)s
"""

LIST_OF = f"{_RECORD_OF} ORDER BY d.created_at DESC, d.delivery_id LIMIT %(limit)s"
FIND = f"{_RECORD_OF} AND d.delivery_id = %(delivery_id)s"

REPLAY = """
UPDATE huntaze_workers.webhook_deliveries AS d
SET state = 'waiting', attempt = 0, due_at = now(), updated_at = now()
FROM huntaze_workers.webhook_endpoints AS e
WHERE e.endpoint_id = d.endpoint_id AND e.creator_id = %(creator_id)s AND e.enabled
  AND d.delivery_id = %(delivery_id)s AND d.state <> 'sending'
RETURNING d.delivery_id
"""

UNCERTAIN = """
SELECT DISTINCT delivery_id FROM huntaze_workers.webhook_attempts AS a
JOIN huntaze_workers.webhook_deliveries AS d USING (delivery_id)
WHERE a.outcome = 'uncertain' AND (a.fence < d.fence OR d.state <> 'sending' OR d.due_at <= now())
ORDER BY delivery_id LIMIT %(limit)s
"""
