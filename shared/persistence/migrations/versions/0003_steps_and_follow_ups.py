"""Steps that are paid for once, what an attempt used up, and calls that reach the ledger once."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"

_STATEMENTS = """
-- What a step made, under a key that names its input: nobody pays for the same input again.
CREATE TABLE huntaze_workers.checkpoints (
    creator_id   text NOT NULL,
    step         text NOT NULL,
    key          text NOT NULL,
    content      jsonb NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (creator_id, step, key)
);
CREATE INDEX checkpoints_by_use ON huntaze_workers.checkpoints (last_used_at);

-- Seconds of audio, bytes, seconds of CPU …, by name; of the attempt that the row ends.
ALTER TABLE huntaze_workers.job_history ADD COLUMN usage jsonb;

-- Names a call that may be written again, since nobody knows whether it was written.
ALTER TABLE huntaze_workers.ai_calls ADD COLUMN ledger_key text;
CREATE UNIQUE INDEX ai_calls_once ON huntaze_workers.ai_calls (ledger_key) WHERE ledger_key IS NOT NULL;
"""


def upgrade() -> None:
    """Create the table and add the columns."""
    op.execute(_STATEMENTS)
