"""Pages of all jobs by time, and what was told to a creator."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"

_STATEMENTS = """
CREATE INDEX jobs_by_time ON huntaze_workers.jobs (created_at DESC, job_id DESC);
CREATE INDEX jobs_by_state ON huntaze_workers.jobs (state, created_at DESC, job_id DESC);
CREATE INDEX mail_notices_by_recipient ON huntaze_workers.mail_notices (recipient, noted_at);
CREATE INDEX webhook_deliveries_by_job ON huntaze_workers.webhook_deliveries (job_id);
"""


def upgrade() -> None:
    """Go forward; there is no way back."""
    op.execute(_STATEMENTS)
