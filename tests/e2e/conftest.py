"""One running app for all end-to-end tests: starting it takes longer than most of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from infra.local.model_simulator import Endpoint
from tests.e2e.app import App, running
from tests.e2e.model import Model

_DATABASE = "end_to_end"


@pytest.fixture(scope="session")
def app_database_url(postgres_url: str, migrated_template: str) -> str:
    """A migrated database that outlives a test."""
    database, template = sql.Identifier(_DATABASE), sql.Identifier(migrated_template)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(database, template))
    return f"{postgres_url.rpartition('/')[0]}/{_DATABASE}"


@pytest.fixture(scope="session")
def app(
    tmp_path_factory: pytest.TempPathFactory, app_database_url: str, redis_url: str, model_endpoint: Endpoint
) -> Iterator[App]:
    """The function app on the host, with a broker and a database of its own."""
    directory: Path = tmp_path_factory.mktemp("app")
    with running(directory, database_url=app_database_url, redis_url=redis_url, model=model_endpoint) as app:
        yield app


@pytest.fixture
def model(model_endpoint: Endpoint) -> Iterator[Model]:
    """The model's operator; no fault outlives a test."""
    model = Model(model_endpoint)
    yield model
    model.forgive()
