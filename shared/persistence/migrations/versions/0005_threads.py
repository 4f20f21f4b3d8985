"""Which jobs belong together, such as those of one conversation, and in which order they were asked for."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"

_STATEMENTS = """
-- NULL, all three, for a job that belongs to nothing.
ALTER TABLE huntaze_workers.jobs
    ADD COLUMN thread   text,
    -- When the creator began to wait.
    ADD COLUMN asked_at timestamptz,
    -- How many jobs of the thread were known before.
    ADD COLUMN turn     integer;

-- Each job of a thread looks for the newest one before it.
CREATE INDEX jobs_by_thread ON huntaze_workers.jobs (creator_id, thread, asked_at, job_id)
    WHERE thread IS NOT NULL;
"""


def upgrade() -> None:
    """Go forward; there is no way back."""
    op.execute(_STATEMENTS)
