"""What was wrong, and is: each alert once, however many look."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"

_STATEMENTS = """
CREATE TABLE huntaze_workers.alerts (
    event      text NOT NULL,
    subject    text NOT NULL,
    -- How often it was raised.
    episode    integer NOT NULL DEFAULT 1,
    -- The figures as they were last seen.
    fields     jsonb NOT NULL,
    raised_at  timestamptz NOT NULL DEFAULT now(),
    -- NULL: it stands.
    cleared_at timestamptz,
    PRIMARY KEY (event, subject)
);

CREATE INDEX job_history_of_ends ON huntaze_workers.job_history (at)
    WHERE state IN ('completed', 'failed', 'timeout');
"""


def upgrade() -> None:
    """Go forward; there is no way back."""
    op.execute(_STATEMENTS)
