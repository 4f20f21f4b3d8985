"""Forward-only migrations of the schema `huntaze_workers`, run with Alembic.

The schema lives beside the front end's tables in the same database and touches none of them. A migration
only expands (a new column, a new table, an index); what it replaces is dropped by a later one, when no
running version reads it any more. There is no way down: a mistake is mended by the next migration.
Alembic is an operator's tool: the function app neither installs nor imports it.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

SCHEMA = "huntaze_workers"


def upgrade(database_url: str, revision: str = "head") -> None:
    """Bring a database to a revision; safe to run again, and by several at once.

    Args:
        database_url: a `postgresql://` URL of a role that may create the schema.
        revision: how far to go; the newest unless told otherwise.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["database_url"] = database_url
    command.upgrade(config, revision)
