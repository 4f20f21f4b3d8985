"""Alembic's entry: connect, take the migration lock, run what is missing in one transaction."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, make_url, pool, text

from shared.persistence.migrations import SCHEMA

#: Any constant will do, as long as nothing else in the database locks on it.
_MIGRATION_LOCK = 0x48554E54


def _run() -> None:
    url = make_url(context.config.attributes["database_url"]).set(drivername="postgresql+psycopg")
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
        context.configure(connection=connection, version_table_schema=SCHEMA)
        context.run_migrations()


_run()
