"""The services that tests lean on: real ones, started when the first test asks, gone with the session."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql

from infra.local import model_simulator, speech_simulator
from infra.local.process import ROOT
from tests.sharing import pytest_xdist_make_scheduler

__all__ = ["pytest_xdist_make_scheduler"]

_TEMPLATE = "migrated"

# Machines are small and busy: how long an example takes says nothing about the code.
settings.register_profile(
    "any machine", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def stack_directory() -> Iterator[Path]:
    """Where the session's services keep their data and logs; PostgreSQL's own user may enter it."""
    with tempfile.TemporaryDirectory(prefix="huntaze-tests-") as name:
        directory = Path(name)
        directory.chmod(0o711)
        yield directory


@pytest.fixture(scope="session")
def postgres_url(stack_directory: Path) -> Iterator[str]:
    """A PostgreSQL server; its databases are the tests' own."""
    from infra.local import postgres

    with postgres.running(stack_directory, durable=False) as url:
        yield url


@pytest.fixture(scope="session")
def redis_url(stack_directory: Path) -> Iterator[str]:
    """A redis-server that all tests share: each uses keys of its own."""
    from infra.local import redis

    with redis.running(stack_directory) as url:
        yield url


@pytest.fixture(scope="session")
def broker_connection(stack_directory: Path) -> Iterator[str]:
    """A Service Bus namespace with production's topology; `SERVICEBUS_CONNECTION` chooses another one."""
    if chosen := os.environ.get("SERVICEBUS_CONNECTION"):
        yield chosen
        return
    from infra.local import broker

    with broker.running(stack_directory, topology=ROOT / "infra" / "topology.json") as connection:
        yield connection


@pytest.fixture(scope="session")
def model_endpoint(stack_directory: Path) -> Iterator[model_simulator.Endpoint]:
    """The model simulator's address and key; it answers at once."""
    with model_simulator.running(stack_directory, latency_ms=0) as endpoint:
        yield endpoint


@pytest.fixture(scope="session")
def speech_endpoint(stack_directory: Path) -> Iterator[speech_simulator.Endpoint]:
    """The speech simulator's address and key; its batches take 50 ms."""
    with speech_simulator.running(stack_directory) as endpoint:
        yield endpoint


@pytest.fixture(scope="session")
def azurite_connection(stack_directory: Path) -> Iterator[str]:
    """A blob service that all tests share: each uses names of its own."""
    from infra.local import azurite

    with azurite.running(stack_directory) as connection:
        yield connection


@pytest.fixture(scope="session")
def migrated_template(postgres_url: str) -> str:
    """The name of a database at the newest revision, to be cloned."""
    from shared.persistence.migrations import upgrade

    with _administering(postgres_url) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(_TEMPLATE)))
    upgrade(_url_of(postgres_url, _TEMPLATE))
    return _TEMPLATE


@pytest.fixture(scope="session")
def database_names() -> Iterator[str]:
    """Names that no test has used."""
    return (f"test_{number}" for number in count(1))


@pytest.fixture
def database_url(postgres_url: str, migrated_template: str, database_names: Iterator[str]) -> Iterator[str]:
    """A fresh database at the newest revision."""
    name = next(database_names)
    database, template = sql.Identifier(name), sql.Identifier(migrated_template)
    with _administering(postgres_url) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(database, template)
        )
    yield _url_of(postgres_url, name)
    with _administering(postgres_url) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(database))


@contextmanager
def _administering(server_url: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Connect so that databases can be created."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        yield connection


def _url_of(server_url: str, database: str) -> str:
    return f"{server_url.rpartition('/')[0]}/{database}"
