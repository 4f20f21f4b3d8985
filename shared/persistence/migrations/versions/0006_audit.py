"""What operators did over HTTP."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"

_STATEMENTS = """
-- One row per call: who, what, when, and how it ended. Never a body, never a query.
CREATE TABLE huntaze_workers.audit (
    call_id  uuid PRIMARY KEY,
    -- NULL: the key was nobody's.
    operator text,
    role     text,
    -- Method and path.
    action   text NOT NULL,
    -- The answer's; NULL: the call was begun, and nobody knows how it ended.
    status   integer,
    code     text,
    at       timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz
);
CREATE INDEX audit_by_time ON huntaze_workers.audit (at);
CREATE INDEX audit_by_operator ON huntaze_workers.audit (operator, at);
"""


def upgrade() -> None:
    """Go forward; there is no way back."""
    op.execute(_STATEMENTS)
