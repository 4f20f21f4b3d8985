"""Replays of dead letters: operations, what became of each message, and the archive."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"

_STATEMENTS = """
-- One row per operation on dead letters: asked for once, driven by whoever holds its lease.
CREATE TABLE huntaze_workers.replays (
    id             text PRIMARY KEY,
    kind           text NOT NULL CHECK (kind IN ('replay', 'archive', 'restore', 'edit')),
    topic          text NOT NULL,
    subscription   text NOT NULL,
    -- What was asked for, as JSON in canonical form: the same id with another request is refused.
    request        jsonb NOT NULL,
    asked_by       text NOT NULL,
    phase          text NOT NULL CHECK (phase IN ('planning', 'forwarding', 'clearing', 'ended')),
    -- How it ends once everything is cleared away.
    ending         text NOT NULL CHECK (ending IN ('completed', 'cancelled', 'halted', 'expired')),
    why            text,
    -- The next sequence number to look at while planning; nothing above the bound is ever touched.
    next_sequence  bigint NOT NULL DEFAULT 0,
    bound_sequence bigint,
    -- How many steps of the ladder are behind, and when the last one was taken.
    step           integer NOT NULL DEFAULT 0,
    step_at        timestamptz,
    -- Until when what was sent uses up the rate.
    paced_until    timestamptz,
    start_at       timestamptz NOT NULL,
    deadline_at    timestamptz NOT NULL,
    -- Raised by each new driver: who writes with an older fence writes nothing.
    fence          bigint NOT NULL DEFAULT 0,
    lease_until    timestamptz NOT NULL DEFAULT '-infinity',
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    ended_at       timestamptz
);
CREATE INDEX replays_going_on ON huntaze_workers.replays (start_at) WHERE phase <> 'ended';
CREATE INDEX replays_by_time ON huntaze_workers.replays (created_at);

-- What an operation does, or did, with each message that it chose.
CREATE TABLE huntaze_workers.replay_messages (
    replay_id       text NOT NULL REFERENCES huntaze_workers.replays ON DELETE CASCADE,
    sequence_number bigint NOT NULL,
    -- Where the message lies: sequence numbers are unique there.
    place           text NOT NULL,
    message_id      text,
    job_id          text,
    job_type        text,
    state           text NOT NULL CHECK (state IN ('planned', 'sending', 'sent', 'archived', 'skipped',
                                                     'refused', 'failed', 'not_tried')),
    -- Why, in a word; a fixed list.
    reason          text,
    -- The new message's id, and the epoch of its job.
    sent_as         text,
    epoch           integer,
    step            integer,
    -- Whether no other operation may touch the message: until it is decided and cleared away.
    holds           boolean NOT NULL,
    at              timestamptz NOT NULL DEFAULT now(),
    -- When the dead letter was taken away; NULL for good where it stays.
    cleared_at      timestamptz,
    PRIMARY KEY (replay_id, sequence_number)
);
CREATE UNIQUE INDEX one_operation_holds_a_message
    ON huntaze_workers.replay_messages (place, sequence_number) WHERE holds;
CREATE INDEX replay_messages_by_job ON huntaze_workers.replay_messages (job_id) WHERE job_id IS NOT NULL;

-- Dead letters that were put away, whole, for a while.
CREATE TABLE huntaze_workers.archived_letters (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    replay_id       text NOT NULL,
    topic           text NOT NULL,
    subscription    text NOT NULL,
    sequence_number bigint NOT NULL,
    message_id      text,
    body            bytea NOT NULL,
    properties      jsonb NOT NULL,
    dead_letter_reason      text,
    dead_letter_description text,
    enqueued_at     timestamptz,
    archived_by     text NOT NULL,
    archived_at     timestamptz NOT NULL DEFAULT now(),
    -- When it is deleted for good, with the fan's words in it.
    expires_at      timestamptz NOT NULL,
    restored_at     timestamptz,
    UNIQUE (replay_id, sequence_number)
);
CREATE INDEX archived_letters_by_place ON huntaze_workers.archived_letters (topic, subscription, id)
    WHERE restored_at IS NULL;
CREATE INDEX archived_letters_by_expiry ON huntaze_workers.archived_letters (expires_at);
"""


def upgrade() -> None:
    """Go forward; there is no way back."""
    op.execute(_STATEMENTS)
