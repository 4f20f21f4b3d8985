"""The SQL of notices, letters and contacts. Each statement runs alone: it is one transaction."""

from __future__ import annotations

# A notice is due after a while, and not before its recipient may get the next letter. The box is made here,
# so that whoever gathers has a row to lock.
NOTE = """
WITH kept AS (
    INSERT INTO huntaze_workers.mail_notices (notice_id, recipient, kind, body, happened_at, due_at)
    SELECT told.notice_id, told.recipient, told.kind, told.body, told.happened_at,
           GREATEST(now() + CASE WHEN contact.daily THEN %(daily)s ELSE %(gather)s END, box.next_at)
    FROM (SELECT %(notice_id)s::text AS notice_id, %(recipient)s::text AS recipient, %(kind)s::text AS kind,
                 %(body)s::jsonb AS body, %(happened_at)s::timestamptz AS happened_at) AS told
    LEFT JOIN huntaze_workers.contacts AS contact ON contact.creator_id = told.recipient
    LEFT JOIN huntaze_workers.mail_boxes AS box ON box.recipient = told.recipient
    WHERE told.recipient = %(operator)s
       OR contact.email IS NOT NULL AND contact.unsubscribed_at IS NULL
          AND CASE told.kind WHEN 'job.completed' THEN contact.completed
                             WHEN 'job.failed' THEN contact.failed ELSE true END
    ON CONFLICT (notice_id) DO NOTHING
    RETURNING recipient, due_at
), box AS (
    INSERT INTO huntaze_workers.mail_boxes (recipient) SELECT recipient FROM kept
    ON CONFLICT (recipient) DO NOTHING
)
SELECT due_at <= now() AS due FROM kept
"""

# The box's lock decides who gathers: whoever waited for it, or skipped it, finds that the next letter is not
# due. A notice that is kept meanwhile has a due time of its own, and waits for the letter after.
GATHER = """
WITH due AS (
    SELECT DISTINCT recipient FROM huntaze_workers.mail_notices
    WHERE letter_id IS NULL AND due_at <= now() AND recipient = coalesce(%(recipient)s::text, recipient)
), opened AS (
    SELECT recipient FROM huntaze_workers.mail_boxes AS box
    WHERE next_at <= now() AND recipient IN (SELECT recipient FROM due)
    ORDER BY recipient LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), named AS (
    SELECT recipient, md5('letter:' || min(notice_id))::uuid AS letter_id
    FROM huntaze_workers.mail_notices JOIN opened USING (recipient)
    WHERE letter_id IS NULL GROUP BY recipient
), taken AS (
    UPDATE huntaze_workers.mail_notices AS notice SET letter_id = named.letter_id
    FROM named WHERE notice.recipient = named.recipient AND notice.letter_id IS NULL
), closed AS (
    UPDATE huntaze_workers.mail_boxes AS box
    SET next_at = now() + CASE WHEN contact.daily THEN %(daily)s ELSE %(quiet)s END
    FROM named LEFT JOIN huntaze_workers.contacts AS contact ON contact.creator_id = named.recipient
    WHERE box.recipient = named.recipient
)
INSERT INTO huntaze_workers.letters (letter_id, recipient, state, due_at)
SELECT letter_id, recipient, 'waiting', now() FROM named
ON CONFLICT (letter_id) DO NOTHING
RETURNING letter_id
"""

# A letter that was begun on a way that recognises it still is taken again; any other that was begun and never
# ended is uncertain from now on. Where it goes stays where it went.
CLAIM = """
WITH due AS (
    SELECT letter_id FROM huntaze_workers.letters
    WHERE due_at <= now() AND recipient = coalesce(%(recipient)s::text, recipient)
    ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), doubted AS (
    UPDATE huntaze_workers.letters AS letter
    SET state = 'uncertain', due_at = NULL, updated_at = now(),
        error = coalesce(error, 'Whoever sent it ended before the answer came.')
    FROM due WHERE letter.letter_id = due.letter_id
      AND NOT (mailer IS NULL OR mailer = %(mailer)s AND repeatable_until > now())
), claimed AS (
    UPDATE huntaze_workers.letters AS letter
    SET state = 'claimed', fence = fence + 1, attempt = attempt + 1, due_at = now() + %(lease)s,
        updated_at = now()
    FROM due WHERE letter.letter_id = due.letter_id
      AND (mailer IS NULL OR mailer = %(mailer)s AND repeatable_until > now())
    RETURNING letter.*
)
SELECT letter_id, fence, attempt, recipient, mailer IS NOT NULL AS again,
       coalesce(claimed.address, CASE WHEN recipient = %(operator)s THEN %(operator_address)s::text
                                      WHEN contact.unsubscribed_at IS NULL THEN contact.email END) AS address,
       coalesce(contact.language, creator.language) AS language, creator.name,
       (SELECT json_agg(json_build_object('kind', kind, 'body', body, 'happened_at', happened_at)
                        ORDER BY happened_at, notice_id)
        FROM huntaze_workers.mail_notices AS notice WHERE notice.letter_id = claimed.letter_id) AS notices
FROM claimed
LEFT JOIN huntaze_workers.contacts AS contact ON contact.creator_id = recipient
LEFT JOIN huntaze_workers.creators AS creator ON creator.creator_id = recipient
ORDER BY letter_id
"""

INTEND = """
UPDATE huntaze_workers.letters
SET mailer = %(mailer)s, repeatable_until = coalesce(repeatable_until, now() + %(repeatable)s),
    address = %(address)s, subject = %(subject)s, updated_at = now()
WHERE letter_id = %(letter_id)s AND fence = %(fence)s AND state = 'claimed'
RETURNING letter_id
"""

# Knowledge that comes late is better than none: an uncertain letter's own sender may still say what became
# of it, as long as nobody has taken it since.
RECORD = """
UPDATE huntaze_workers.letters
SET state = %(state)s, reference = coalesce(%(reference)s, reference), error = %(error)s, updated_at = now(),
    due_at = CASE WHEN %(state)s = 'waiting' THEN now() + %(due_in)s END,
    mailer = CASE WHEN %(unsent)s THEN NULL ELSE mailer END,
    repeatable_until = CASE WHEN %(unsent)s THEN NULL ELSE repeatable_until END,
    address = CASE WHEN %(unsent)s THEN NULL ELSE address END
WHERE letter_id = %(letter_id)s AND fence = %(fence)s AND state IN ('claimed', 'uncertain')
RETURNING letter_id
"""

UNCERTAIN = """
SELECT letter_id, recipient, state, attempt, address, subject, error, updated_at
FROM huntaze_workers.letters WHERE state = 'uncertain' ORDER BY updated_at DESC, letter_id LIMIT %(limit)s
"""

# A notice outlives its letter, whose id is made of the notice's: told again, it would find that letter.
FORGET = """
WITH letters AS (
    DELETE FROM huntaze_workers.letters WHERE letter_id IN (
        SELECT letter_id FROM huntaze_workers.letters
        WHERE updated_at < now() - %(age)s AND due_at IS NULL LIMIT %(limit)s)
    RETURNING letter_id
), notices AS (
    DELETE FROM huntaze_workers.mail_notices WHERE notice_id IN (
        SELECT notice_id FROM huntaze_workers.mail_notices AS notice
        WHERE noted_at < now() - %(age)s AND letter_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM huntaze_workers.letters AS letter WHERE letter.letter_id = notice.letter_id
              AND (letter.due_at IS NOT NULL OR letter.updated_at >= now() - %(age)s))
        LIMIT %(limit)s)
    RETURNING notice_id
)
SELECT (SELECT count(*) FROM letters) + (SELECT count(*) FROM notices) AS forgotten
"""

FIND_CONTACTS = """
SELECT creator_id, email, language, completed, failed, daily, unsubscribed_at
FROM huntaze_workers.contacts WHERE creator_id = ANY(%(creator_ids)s)
"""

KEEP_CONTACTS = """
INSERT INTO huntaze_workers.contacts AS known (creator_id, email, language, completed, failed, daily)
SELECT creator_id, email, language, completed, failed, daily
FROM json_to_recordset(%(contacts)s) AS told
    (creator_id text, email text, language text, completed boolean, failed boolean, daily boolean)
ORDER BY creator_id
ON CONFLICT (creator_id) DO UPDATE SET
    email = excluded.email, language = excluded.language, completed = excluded.completed,
    failed = excluded.failed, daily = excluded.daily, updated_at = now(),
    unsubscribed_at = CASE WHEN known.unsubscribed_at < (
        SELECT t.subscribed_at FROM json_to_recordset(%(contacts)s) AS t
            (creator_id text, subscribed_at timestamptz)
        WHERE t.creator_id = known.creator_id) THEN NULL ELSE known.unsubscribed_at END
RETURNING creator_id
"""

UNSUBSCRIBE = """
INSERT INTO huntaze_workers.contacts AS known (creator_id, unsubscribed_at) VALUES (%(creator_id)s, now())
ON CONFLICT (creator_id) DO UPDATE
SET unsubscribed_at = coalesce(known.unsubscribed_at, now()), updated_at = now()
RETURNING creator_id
"""
