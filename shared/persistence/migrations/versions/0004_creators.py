"""What creators told the front end about themselves, brought here by its operator."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"

_STATEMENTS = """
-- How a creator sounds, what they never say and where they publish; who is missing is served all the same.
CREATE TABLE huntaze_workers.creators (
    creator_id    text PRIMARY KEY,
    name          text,
    persona_style text,
    limits        text[] NOT NULL DEFAULT '{}',
    language      text,
    platforms     text[] NOT NULL DEFAULT '{}',
    preferences   jsonb NOT NULL DEFAULT '{}',
    updated_at    timestamptz NOT NULL DEFAULT now()
);
"""


def upgrade() -> None:
    """Create the table."""
    op.execute(_STATEMENTS)
