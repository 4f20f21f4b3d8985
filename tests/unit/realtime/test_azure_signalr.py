"""The tokens that Azure SignalR Service believes, to the letter."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import jwt
import pytest

from shared.clock import ManualClock
from shared.errors import ConfigurationError
from shared.realtime.azure_signalr import SignalRAccess, SignalRHub

KEY = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="
CONNECTION = f"Endpoint=https://huntaze.service.signalr.net;AccessKey={KEY};Version=1.0;"
URL = "https://huntaze.service.signalr.net/client/?hub=huntaze"


def test_a_client_is_told_the_exact_address_and_token() -> None:
    """Signed with the key's text, for that very address, for one creator, for an hour."""
    clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
    connection = SignalRHub(SignalRAccess.parse(CONNECTION), clock).connection_for("123")
    assert connection.url == URL
    header, said, _signature = connection.access_token.split(".")
    assert json.loads(_bytes(header)) == {"alg": "HS256", "typ": "JWT"}
    assert json.loads(_bytes(said)) == {
        "aud": URL,
        "iat": 1_767_225_600,
        "exp": 1_767_229_200,
        "nameid": "123",
    }
    assert jwt.decode(
        connection.access_token, KEY, algorithms=["HS256"], audience=URL, options={"verify_exp": False}
    )
    assert connection.access_token not in repr(connection)


@pytest.mark.parametrize(
    ("connection", "endpoint", "client_endpoint"),
    [
        (CONNECTION, "https://huntaze.service.signalr.net", "https://huntaze.service.signalr.net"),
        (f"endpoint=http://localhost/ ;Port=8888;AccessKey={KEY}", *2 * ("http://localhost:8888",)),
        (
            f"{CONNECTION}ClientEndpoint=https://live.huntaze.com/",
            "https://huntaze.service.signalr.net",
            "https://live.huntaze.com",
        ),
    ],
)
def test_connection_strings_are_read_as_the_service_writes_them(
    connection: str, endpoint: str, client_endpoint: str
) -> None:
    """The key ends with an equals sign of its own; a proxy may stand before the clients' side."""
    access = SignalRAccess.parse(connection)
    assert (access.endpoint, access.client_endpoint) == (endpoint, client_endpoint)
    assert access.access_key.get_secret_value() == KEY


@pytest.mark.parametrize(
    "connection",
    [
        "",
        "nonsense",
        f"AccessKey={KEY}",
        "Endpoint=https://a.example;Version=1.0",
        f"Endpoint=a.example;AccessKey={KEY}",
        "Endpoint=https://a.example;AccessKey=short",
    ],
)
def test_what_is_no_connection_string_is_refused(connection: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        SignalRAccess.parse(connection)
    assert KEY not in raised.value.message


def _bytes(segment: str) -> bytes:
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
