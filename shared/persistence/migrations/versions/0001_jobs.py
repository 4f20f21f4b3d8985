"""Jobs, their history, the outbox, the ledger of model calls, and the quarantine."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None

_STATEMENTS = """
-- One row per job: the truth that broker messages only hint at.
CREATE TABLE huntaze_workers.jobs (
    job_id        text PRIMARY KEY,
    job_type      text NOT NULL,
    creator_id    text NOT NULL,
    -- The message that asks for the current attempt, so that it can be sent again.
    body          bytea NOT NULL,
    properties    jsonb NOT NULL,
    payload_hash  bytea NOT NULL,
    state         text NOT NULL CHECK (state IN
                      ('queued', 'running', 'retry_wait', 'completed', 'failed', 'timeout')),
    -- Raised by each replay: a job ends once per epoch.
    epoch         integer NOT NULL,
    attempt       integer NOT NULL,
    -- Raised by each change of owner: who writes with an older fence writes nothing.
    fence         bigint NOT NULL,
    -- How often the current attempt was started; a crash counts.
    claims        integer NOT NULL,
    claim_id      uuid,
    -- When the sweep looks at the job again: the lease's end while it runs.
    due_at        timestamptz,
    deadline_ms   integer NOT NULL,
    deadline_at   timestamptz NOT NULL,
    result        jsonb,
    error_code    text,
    error_message text,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT a_job_that_is_not_terminal_is_due
        CHECK ((state IN ('completed', 'failed', 'timeout')) = (due_at IS NULL))
) WITH (fillfactor = 80);  -- every job's row is rewritten: leave room for it on its page

CREATE INDEX jobs_due ON huntaze_workers.jobs (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX jobs_by_creator ON huntaze_workers.jobs (creator_id, created_at DESC);

CREATE TABLE huntaze_workers.job_history (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job_id     text NOT NULL,
    epoch      integer NOT NULL,
    attempt    integer NOT NULL,
    fence      bigint NOT NULL,
    state      text NOT NULL,
    error_code text,
    at         timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX job_history_by_job ON huntaze_workers.job_history (job_id, id);
-- The promise itself: whatever the code does, a job ends once per epoch.
CREATE UNIQUE INDEX one_terminal_state_per_epoch ON huntaze_workers.job_history (job_id, epoch)
    WHERE state IN ('completed', 'failed', 'timeout');

CREATE TABLE huntaze_workers.outbox (
    message_id text PRIMARY KEY,
    job_id     text NOT NULL,
    topic      text NOT NULL CHECK (topic IN ('huntaze-jobs', 'huntaze-events')),
    body       bytea NOT NULL,
    properties jsonb NOT NULL,
    -- When the broker is to deliver it; at once if NULL.
    send_at    timestamptz,
    -- When the sweep takes it over from whoever wrote it.
    due_at     timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    sent_at    timestamptz,
    CONSTRAINT a_message_is_due_or_sent CHECK ((sent_at IS NULL) = (due_at IS NOT NULL))
) WITH (fillfactor = 80);
CREATE INDEX outbox_due ON huntaze_workers.outbox (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX outbox_by_job ON huntaze_workers.outbox (job_id);

-- What models cost, in micro-dollars: the truth behind every counter.
CREATE TABLE huntaze_workers.ai_calls (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job_id           text NOT NULL,
    epoch            integer NOT NULL,
    attempt          integer NOT NULL,
    creator_id       text NOT NULL,
    task             text NOT NULL,
    role             text NOT NULL,
    deployment       text NOT NULL,
    input_tokens     integer NOT NULL,
    output_tokens    integer NOT NULL,
    reasoning_tokens integer NOT NULL,
    cost_usd_micros  bigint NOT NULL CHECK (cost_usd_micros >= 0),
    at               timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ai_calls_by_job ON huntaze_workers.ai_calls (job_id);
CREATE INDEX ai_calls_by_creator ON huntaze_workers.ai_calls (creator_id, at);

-- Messages that are no jobs, kept as they came.
CREATE TABLE huntaze_workers.quarantine (
    message_key  bytea PRIMARY KEY,
    subscription text NOT NULL,
    message_id   text,
    job_id       text,
    body         bytea NOT NULL,
    error_code   text NOT NULL,
    reason       text NOT NULL,
    deliveries   integer NOT NULL,
    first_at     timestamptz NOT NULL DEFAULT now(),
    last_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX quarantine_by_time ON huntaze_workers.quarantine (first_at);
"""


def upgrade() -> None:
    """Create the tables."""
    op.execute(_STATEMENTS)
