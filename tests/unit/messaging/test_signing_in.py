"""How the app signs in to Service Bus: with a connection string, or as itself."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest

from shared.bootstrap.broker import servicebus_clients
from shared.errors import ConfigurationError
from shared.settings import Settings, load_settings

NAMESPACE = "huntaze-beta.servicebus.windows.net"
KEYED = f"Endpoint=sb://{NAMESPACE}/;SharedAccessKeyName=workers;SharedAccessKey=c2VjcmV0"


def _settings(**chosen: str) -> Settings:
    required = {"database_url": "postgresql://unused", "azure_ai_endpoint": "https://unused.example"}
    return Settings.model_validate({**required, **chosen})


@pytest.mark.parametrize(
    "chosen",
    [{"servicebus_connection": KEYED}, {"servicebus_connection__fullyqualifiednamespace": NAMESPACE}],
    ids=["by a key", "as itself"],
)
async def test_either_way_leads_to_the_namespace(chosen: dict[str, str]) -> None:
    """Clients come and go; what they sign in with is closed with the app."""
    async with AsyncExitStack() as opened:
        connect = servicebus_clients(_settings(**chosen), opened)
        async with connect() as first, connect() as second:
            assert first is not second
            assert {first.fully_qualified_namespace, second.fully_qualified_namespace} == {NAMESPACE}


def test_the_platforms_spelling_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The triggers read the same setting, which is documented in mixed case."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://unused")
    monkeypatch.setenv("AZURE_AI_ENDPOINT", "https://unused.example")
    monkeypatch.setenv("SERVICEBUS_CONNECTION__fullyQualifiedNamespace", NAMESPACE)
    assert load_settings().servicebus_connection__fullyqualifiednamespace == NAMESPACE


def test_without_either_the_app_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both are named, as either would do."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://unused")
    monkeypatch.setenv("AZURE_AI_ENDPOINT", "https://unused.example")
    monkeypatch.delenv("SERVICEBUS_CONNECTION", raising=False)
    with pytest.raises(ConfigurationError, match=r"FULLYQUALIFIEDNAMESPACE: .*SERVICEBUS_CONNECTION or this"):
        load_settings()
