"""The workers' own account in PostgreSQL.

RDS changes its master password every week, so the workers do not sign in with it: a deployment does, and
makes them an account with the rights to the workers' tables and no others. PostgreSQL is sent the verifier of
its password, not the password.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlencode

from infra.deploying.stopping import StopError

ROLE = "huntaze_workers_app"
_SCHEMA = "huntaze_workers"
#: Where the package keeps Amazon's certificates on an instance.
CA_IN_PACKAGE = "certificates/rds.pem"
_CA_ON_INSTANCE = f"/home/site/wwwroot/{CA_IN_PACKAGE}"
_PASSWORD_BYTES = 32
_DEFAULT = "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema}"


def master_url(address: str, secret: Mapping[str, str], certificates: Path | None) -> str:
    """Return the URL with which RDS's master signs in, from here."""
    return _url(secret["username"], secret["password"], address, str(certificates or "system"))


def migrate(url: str) -> None:
    """Bring the schema up to date.

    Raises:
        StopError: PostgreSQL can't be reached or refuses; the message quotes neither address nor password.
    """
    from alembic.util import CommandError
    from sqlalchemy.exc import SQLAlchemyError

    from shared.persistence.migrations import upgrade

    try:
        upgrade(url)
    except (CommandError, SQLAlchemyError) as error:
        raise StopError(
            f"The database can't be migrated ({type(error).__name__}). Does it let this machine in "
            "(--operator-address)? Otherwise run python -m shared.persistence.migrations from one that it "
            "does, and deploy with --skip-migrations."
        ) from None


def make_role(url: str, address: str) -> str:
    """Give the workers an account with a new password and return the `DATABASE_URL` that they sign in with.

    Raises:
        StopError: PostgreSQL can't be reached or refuses.
    """
    import psycopg

    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    try:
        with psycopg.connect(url) as connection:
            verifier = connection.pgconn.encrypt_password(
                password.encode(), ROLE.encode(), b"scram-sha-256"
            ).decode()
            _grant(connection, verifier)
    except psycopg.Error as error:
        raise StopError(f"The workers' account can't be made ({type(error).__name__}).") from None
    return _url(ROLE, password, address, _CA_ON_INSTANCE)


def _grant(connection: object, verifier: str) -> None:
    from psycopg import Connection, sql

    if not isinstance(connection, Connection):
        raise TypeError("No connection.")
    role, schema = sql.Identifier(ROLE), sql.Identifier(_SCHEMA)
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone()
    verb = sql.SQL("ALTER" if known else "CREATE")
    connection.execute(sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, role, sql.Literal(verifier)))
    for statement in (
        "GRANT USAGE ON SCHEMA {schema} TO {role}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
        "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} TO {role}",
        f"{_DEFAULT} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {{role}}",
        f"{_DEFAULT} GRANT USAGE, SELECT ON SEQUENCES TO {{role}}",
    ):
        connection.execute(sql.SQL(statement).format(schema=schema, role=role))


def _url(user: str, password: str, address: str, certificates: str) -> str:
    options = urlencode({"sslmode": "verify-full", "sslrootcert": certificates})
    return f"postgresql://{quote(user, safe='')}:{quote(password, safe='')}@{address}:5432/huntaze?{options}"
