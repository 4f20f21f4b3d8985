"""The workers' own account in PostgreSQL: enough rights, and no more."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, unquote, urlsplit

import psycopg
import pytest
from psycopg import sql

from infra.deploying.database import ROLE, make_role, master_url, migrate
from infra.deploying.stopping import StopError


@pytest.fixture
def signed_in(database_url: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A connection of the workers' own account; the account is gone afterwards."""
    made = urlsplit(make_role(database_url, "db.example"))
    assert made.username == ROLE
    with psycopg.connect(database_url, user=ROLE, password=unquote(made.password or "")) as connection:
        yield connection
    with psycopg.connect(database_url, autocommit=True) as master:
        role = sql.Identifier(ROLE)
        master.execute(sql.SQL("DROP OWNED BY {}").format(role))
        master.execute(sql.SQL("DROP ROLE {}").format(role))


def test_the_workers_may_use_their_tables_and_make_none(
    signed_in: psycopg.Connection[tuple[object, ...]],
) -> None:
    signed_in.execute("SELECT count(*) FROM huntaze_workers.jobs")
    signed_in.execute("DELETE FROM huntaze_workers.jobs")
    for statement in ("CREATE TABLE huntaze_workers.mine (a int)", "DROP TABLE huntaze_workers.jobs"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), signed_in.transaction():
            signed_in.execute(sql.SQL(statement))


@pytest.mark.usefixtures("signed_in")
def test_postgresql_is_sent_a_verifier(database_url: str) -> None:
    """And a second deployment that makes the account again gives it another password."""
    with psycopg.connect(database_url) as master:
        before = master.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", [ROLE]).fetchone()
        make_role(database_url, "db.example")
        after = master.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", [ROLE]).fetchone()
    assert before is not None
    assert str(before[0]).startswith("SCRAM-SHA-256$")
    assert before != after


def test_urls_verify_whom_they_reach() -> None:
    url = urlsplit(master_url("db.example", {"username": "u", "password": "p@/:?"}, None))
    assert unquote(url.password or "") == "p@/:?"
    assert parse_qs(url.query) == {"sslmode": ["verify-full"], "sslrootcert": ["system"]}


def test_a_database_that_is_away_is_told_of_without_its_password() -> None:
    with pytest.raises(StopError) as stopped:
        migrate("postgresql://user:canary@127.0.0.1:1/none")
    assert "canary" not in str(stopped.value)
