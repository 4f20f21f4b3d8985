"""One running app for all end-to-end tests: starting it takes longer than most of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from cryptography.fernet import Fernet
from psycopg import sql

from infra.local import inbox, mailing, signalr
from infra.local.model_simulator import Endpoint
from tests.e2e import operators
from tests.e2e.app import App, running
from tests.e2e.creators import settings_of
from tests.e2e.model import Model
from tests.e2e.videos import VideoApp, running_with_videos
from tests.webhook_receiver import Receiver, receiving

_DATABASE, _VIDEOS_DATABASE = "end_to_end", "end_to_end_videos"


@pytest.fixture(scope="session")
def app_database_url(postgres_url: str, migrated_template: str) -> str:
    """A migrated database that outlives a test."""
    return _cloned(postgres_url, migrated_template, _DATABASE)


@pytest.fixture(scope="session")
def video_app(
    tmp_path_factory: pytest.TempPathFactory, postgres_url: str, migrated_template: str, redis_url: str
) -> Iterator[VideoApp]:
    """Another one, with storage, sound and simulators of its own."""
    directory: Path = tmp_path_factory.mktemp("videos")
    database_url = _cloned(postgres_url, migrated_template, _VIDEOS_DATABASE)
    with running_with_videos(directory, database_url=database_url, redis_url=redis_url) as app:
        yield app


def _cloned(server_url: str, template: str, name: str) -> str:
    with psycopg.connect(server_url, autocommit=True) as connection:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
    return f"{server_url.rpartition('/')[0]}/{name}"


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[signalr.Endpoint]:
    """A SignalR service, and the page on which a creator's jobs are seen."""
    with signalr.running(tmp_path_factory.mktemp("signalr")) as endpoint:
        yield endpoint


@pytest.fixture(scope="session")
def mailbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[inbox.Inbox]:
    """Where the app's mail arrives, whoever it is for."""
    with inbox.running(tmp_path_factory.mktemp("inbox")) as running_inbox:
        yield running_inbox


@pytest.fixture(scope="session")
def creators_server() -> Iterator[Receiver]:
    """Where creators want to be told."""
    with receiving() as receiver:
        yield receiver


@pytest.fixture(scope="session")
def app(
    tmp_path_factory: pytest.TempPathFactory,
    app_database_url: str,
    redis_url: str,
    model_endpoint: Endpoint,
    hub: signalr.Endpoint,
    creators_server: Receiver,
    mailbox: inbox.Inbox,
) -> Iterator[App]:
    """The function app on the host, with a broker and a database of its own."""
    directory: Path = tmp_path_factory.mktemp("app")
    with running(
        directory,
        database_url=app_database_url,
        redis_url=redis_url,
        model=model_endpoint,
        settings={
            **settings_of(hub),
            **mailing.SETTINGS,
            "SMTP_HOST": mailbox.host,
            "SMTP_PORT": str(mailbox.port),
            **operators.SETTINGS,
            "WEBHOOK_SECRETS_KEYS": Fernet.generate_key().decode(),
            "WEBHOOK_LOCAL_ORIGINS": creators_server.origin,
        },
    ) as app:
        yield app


@pytest.fixture
def model(model_endpoint: Endpoint) -> Iterator[Model]:
    """The model's operator; no fault outlives a test."""
    model = Model(model_endpoint)
    yield model
    model.forgive()
