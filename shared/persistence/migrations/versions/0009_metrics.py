"""What happened in each minute: jobs, how long they took, what they used and what they cost."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"

_STATEMENTS = """
-- Events that have been counted, so that one that is delivered again is not.
CREATE TABLE huntaze_workers.metric_events (
    message_id text PRIMARY KEY,
    counted_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX metric_events_by_time ON huntaze_workers.metric_events (counted_at);

CREATE TABLE huntaze_workers.metric_minutes (
    minute           timestamptz NOT NULL,
    job_type         text NOT NULL,
    status           text NOT NULL,
    jobs             bigint NOT NULL,
    -- Of those whose beginning is known.
    timed_jobs       bigint NOT NULL,
    latency_ms       bigint NOT NULL,
    model_calls      bigint NOT NULL,
    input_tokens     bigint NOT NULL,
    output_tokens    bigint NOT NULL,
    reasoning_tokens bigint NOT NULL,
    cost_usd_micros  bigint NOT NULL,
    -- Answers served without a model: again, from a creator's bank of lines, or because they were obsolete.
    cached           bigint NOT NULL,
    from_bank        bigint NOT NULL,
    superseded       bigint NOT NULL,
    PRIMARY KEY (minute, job_type, status)
);

-- A histogram for each row above: fixed buckets, so that any two can be added.
CREATE TABLE huntaze_workers.metric_latencies (
    minute   timestamptz NOT NULL,
    job_type text NOT NULL,
    status   text NOT NULL,
    bucket   smallint NOT NULL,
    jobs     bigint NOT NULL,
    PRIMARY KEY (minute, job_type, status, bucket)
);
"""


def upgrade() -> None:
    """Create the tables."""
    op.execute(_STATEMENTS)
