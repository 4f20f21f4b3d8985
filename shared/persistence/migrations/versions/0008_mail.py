"""E-mail: whom it reaches, what is to be told, and each letter with what became of it."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"

_STATEMENTS = """
-- Where a creator is reached, brought here with the rest of what is known; no address, no mail.
CREATE TABLE huntaze_workers.contacts (
    creator_id      text PRIMARY KEY,
    email           text,
    language        text,
    -- What the creator wants to hear of.
    completed       boolean NOT NULL DEFAULT true,
    failed          boolean NOT NULL DEFAULT true,
    -- One letter a day instead of one a quarter of an hour.
    daily           boolean NOT NULL DEFAULT false,
    -- Set by the creator alone; no import of the front end's table clears it by accident.
    unsubscribed_at timestamptz,
    updated_at      timestamptz NOT NULL DEFAULT now()
);

-- When a recipient may get the next letter.
CREATE TABLE huntaze_workers.mail_boxes (
    recipient text PRIMARY KEY,
    next_at   timestamptz NOT NULL DEFAULT '-infinity'
);

-- What is to be told, once each: under an id that a redelivery, or a replay of the job, has again.
CREATE TABLE huntaze_workers.mail_notices (
    notice_id   text PRIMARY KEY,
    recipient   text NOT NULL,
    kind        text NOT NULL,
    body        jsonb NOT NULL,
    happened_at timestamptz NOT NULL,
    noted_at    timestamptz NOT NULL DEFAULT now(),
    -- When it is told at the latest, unless the recipient got a letter a moment before.
    due_at      timestamptz NOT NULL,
    letter_id   uuid
);
CREATE INDEX mail_notices_due ON huntaze_workers.mail_notices (due_at) WHERE letter_id IS NULL;
CREATE INDEX mail_notices_waiting ON huntaze_workers.mail_notices (recipient) WHERE letter_id IS NULL;
CREATE INDEX mail_notices_by_letter ON huntaze_workers.mail_notices (letter_id);
CREATE INDEX mail_notices_by_time ON huntaze_workers.mail_notices (noted_at);

CREATE TABLE huntaze_workers.letters (
    letter_id        uuid PRIMARY KEY,
    recipient        text NOT NULL,
    state            text NOT NULL CHECK (state IN
                         ('waiting', 'claimed', 'sent', 'uncertain', 'refused', 'given_up', 'dropped')),
    -- Raised by each change of owner: who writes with an older fence writes nothing.
    fence            bigint NOT NULL DEFAULT 0,
    attempt          integer NOT NULL DEFAULT 0,
    -- When the next one looks at it: the lease's end while somebody has it.
    due_at           timestamptz,
    -- The intent: the way on which it was begun to be sent. Until it is known to have failed, no other way
    -- is tried, and this one only while it recognises a repetition.
    mailer           text,
    repeatable_until timestamptz,
    address          text,
    subject          text,
    reference        text,
    error            text,
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT a_letter_that_is_not_done_is_due
        CHECK ((state IN ('waiting', 'claimed')) = (due_at IS NOT NULL))
);
CREATE INDEX letters_due ON huntaze_workers.letters (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX letters_by_recipient ON huntaze_workers.letters (recipient, created_at DESC);
CREATE INDEX letters_by_time ON huntaze_workers.letters (updated_at);

-- For the operator: nobody knows whether these arrived, and they are not sent again.
CREATE VIEW huntaze_workers.uncertain_letters AS
SELECT letter_id, recipient, address, subject, mailer, error, attempt, created_at, updated_at
FROM huntaze_workers.letters WHERE state = 'uncertain';
"""


def upgrade() -> None:
    """Create the tables."""
    op.execute(_STATEMENTS)
