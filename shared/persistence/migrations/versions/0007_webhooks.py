"""Where creators want to hear of their jobs, what is to be delivered there, and every attempt at it."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"

_STATEMENTS = """
CREATE TABLE huntaze_workers.webhook_endpoints (
    endpoint_id     text PRIMARY KEY,
    creator_id      text NOT NULL,
    -- The creator's own name for it.
    name            text NOT NULL,
    url             text NOT NULL,
    events          text[] NOT NULL,
    enabled         boolean NOT NULL,
    -- `creator`, `gone` or `failing`; NULL while enabled.
    disabled_reason text,
    disabled_at     timestamptz,
    -- Set while the creator has yet to be told that it was disabled.
    announce_at     timestamptz,
    -- Sealed, as the setting WEBHOOK_SECRETS_KEYS says.
    secret          text NOT NULL,
    -- Signed with as well until its end, after a rotation.
    previous_secret text,
    previous_until  timestamptz,
    -- The first failure since the last success, and how many there were.
    failing_since   timestamptz,
    failures        integer NOT NULL DEFAULT 0,
    -- Nothing is sent before: the receiver asked for it, or it fails.
    held_until      timestamptz NOT NULL DEFAULT '-infinity',
    -- Raised by each claim of its deliveries, so that two claims never count the same free places.
    claims          bigint NOT NULL DEFAULT 0,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    UNIQUE (creator_id, name)
);

CREATE INDEX webhook_endpoints_to_announce ON huntaze_workers.webhook_endpoints (announce_at)
    WHERE announce_at IS NOT NULL;

CREATE TABLE huntaze_workers.webhook_deliveries (
    -- The receiver deduplicates by it: made of the event's message and the endpoint, never of the attempt.
    delivery_id text PRIMARY KEY,
    endpoint_id text NOT NULL REFERENCES huntaze_workers.webhook_endpoints ON DELETE CASCADE,
    event_type  text NOT NULL,
    job_id      text,
    body        bytea NOT NULL,
    state       text NOT NULL CHECK (state IN ('waiting', 'sending', 'delivered', 'failed')),
    -- How many attempts of the schedule have begun; a replay begins again.
    attempt     integer NOT NULL DEFAULT 0,
    -- How many attempts have ever begun; who holds an older one may write nothing.
    fence       bigint NOT NULL DEFAULT 0,
    -- When it is sent next; while it is being sent, the end of the sender's lease.
    due_at      timestamptz NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX webhook_deliveries_due ON huntaze_workers.webhook_deliveries (endpoint_id, due_at)
    WHERE state IN ('waiting', 'sending');
CREATE INDEX webhook_deliveries_by_time ON huntaze_workers.webhook_deliveries (endpoint_id, created_at DESC);
CREATE INDEX webhook_deliveries_over ON huntaze_workers.webhook_deliveries (updated_at)
    WHERE state IN ('delivered', 'failed');

CREATE TABLE huntaze_workers.webhook_attempts (
    delivery_id text NOT NULL REFERENCES huntaze_workers.webhook_deliveries ON DELETE CASCADE,
    fence       bigint NOT NULL,
    started_at  timestamptz NOT NULL DEFAULT now(),
    -- Of the answer's head; NULL without one.
    status      integer,
    took_ms     integer,
    -- What it came to; `uncertain` until that is known, for ever if its worker died.
    outcome     text NOT NULL DEFAULT 'uncertain',
    PRIMARY KEY (delivery_id, fence)
);
"""


def upgrade() -> None:
    """Create the tables."""
    op.execute(_STATEMENTS)
