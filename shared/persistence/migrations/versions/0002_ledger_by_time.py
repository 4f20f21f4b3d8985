"""The ledger's sums by time, from an index alone: the budget asks for a month's every few minutes."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Go forward; there is no way back."""
    op.execute("CREATE INDEX ai_calls_by_time ON huntaze_workers.ai_calls (at) INCLUDE (cost_usd_micros)")
