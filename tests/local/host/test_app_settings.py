"""What the host does with app settings."""

import json
from pathlib import Path

import pytest

from infra.local.host import app_settings
from infra.local.host.errors import HostError


def test_placeholders_are_expanded_inside_values() -> None:
    """A value may hold several; what is not a text stays as it is."""
    settings = {"TOPIC": "huntaze-jobs", "ENVIRONMENT": "dev"}
    assert app_settings.expanded("%TOPIC%", settings) == "huntaze-jobs"
    assert app_settings.expanded("%ENVIRONMENT%-%TOPIC%", settings) == "dev-huntaze-jobs"
    assert app_settings.expanded("100 % sure", settings) == "100 % sure"
    assert app_settings.expanded(["%TOPIC%"], settings) == ["%TOPIC%"]


def test_a_missing_setting_is_named() -> None:
    """The reason says which one."""
    with pytest.raises(HostError, match="NOWHERE"):
        app_settings.expanded("%NOWHERE%", {})


def test_connections() -> None:
    """A setting, the old prefix, or an identity's namespace; a connection string comes first."""
    string = {"SERVICEBUS_CONNECTION": "Endpoint=sb://x"}
    namespace = {"SERVICEBUS_CONNECTION__fullyQualifiedNamespace": "x.servicebus.windows.net"}
    find = app_settings.connection
    assert find("SERVICEBUS_CONNECTION", string).connection_string == "Endpoint=sb://x"
    assert find("X", {"AzureWebJobsX": "Endpoint=sb://y"}).connection_string == "Endpoint=sb://y"
    assert find("SERVICEBUS_CONNECTION", namespace).fully_qualified_namespace == "x.servicebus.windows.net"
    assert find("SERVICEBUS_CONNECTION", {**namespace, **string}).connection_string == "Endpoint=sb://x"
    with pytest.raises(HostError, match="SERVICEBUS_CONNECTION"):
        find("SERVICEBUS_CONNECTION", {"SERVICEBUS_CONNECTION": ""})


@pytest.mark.parametrize(
    ("settings", "disabled"),
    [
        ({"AzureWebJobs.chat.Disabled": "true"}, True),
        ({"AzureWebJobs.chat.Disabled": "1"}, True),
        ({"AzureWebJobs_chat_Disabled": "True"}, True),
        ({"AzureWebJobs.chat.Disabled": "false"}, False),
        ({"AzureWebJobs.chat.Disabled": "0"}, False),
        ({"AzureWebJobs.video.Disabled": "true"}, False),
        ({}, False),
    ],
)
def test_disabled_functions(settings: dict[str, str], disabled: bool) -> None:  # noqa: FBT001 - the expectation
    """Both spellings, for one function."""
    assert app_settings.is_disabled("chat", settings) is disabled


def test_local_settings(tmp_path: Path) -> None:
    """Values are texts; a missing file is no error; an encrypted one is."""
    assert app_settings.local_values(tmp_path) == {}
    path = tmp_path / "local.settings.json"
    path.write_text(json.dumps({"IsEncrypted": False, "Values": {"A": "1"}}))
    assert app_settings.local_values(tmp_path) == {"A": "1"}


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"Values": {"A": 1}}', '{"Values": []}', '{"IsEncrypted": true, "Values": {"A": "x"}}'],
)
def test_local_settings_that_core_tools_would_refuse(tmp_path: Path, text: str) -> None:
    """The message names the file."""
    (tmp_path / "local.settings.json").write_text(text)
    with pytest.raises(HostError, match=r"local\.settings\.json"):
        app_settings.local_values(tmp_path)
