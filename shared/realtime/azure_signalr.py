"""Azure SignalR Service, as far as nobody has to ask it: its connection string, and the tokens it believes.

The service knows a user by the token that the client brings, and believes every token that is signed with its
access key and meant for the very URL that is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

import jwt
from pydantic import SecretStr

from shared.clock import Clock
from shared.errors import ConfigurationError
from shared.realtime.port import HUB, ConnectionInfo

#: The name of the setting, as the Functions binding of SignalR expects it by default.
SETTING = "AzureSignalRConnectionString"

#: How long a client has to connect; a connection that stands is not ended when its token ends.
CLIENT_SECONDS = 3_600
#: How long one call to the service may take, generously.
CALL_SECONDS = 300
_ALGORITHM = "HS256"
#: What the algorithm needs to be safe, and what the service generates.
_MIN_KEY_BYTES = 32


@dataclass(frozen=True, kw_only=True)
class SignalRAccess:
    """One SignalR service: where it is, and the key to it."""

    #: Where servers call, such as `https://huntaze.service.signalr.net`; no slash at the end.
    endpoint: str
    #: Where clients connect: the same, unless something stands before the service.
    client_endpoint: str
    access_key: SecretStr

    @classmethod
    def parse(cls, connection_string: str) -> SignalRAccess:
        """Read `Endpoint=https://…;AccessKey=…;Version=1.0;`, and `Port` and `ClientEndpoint` if there.

        Raises:
            ConfigurationError: it is no such text; the message never quotes it.
        """
        parts = dict(_parts(connection_string))
        endpoint, key = parts.get("endpoint", "").rstrip("/"), parts.get("accesskey", "")
        if not endpoint.startswith(("https://", "http://")) or len(key.encode()) < _MIN_KEY_BYTES:
            raise ConfigurationError(f"{SETTING} must have an Endpoint and an AccessKey.")
        if port := parts.get("port"):
            endpoint = f"{endpoint}:{port}"
        client_endpoint = parts.get("clientendpoint", "").rstrip("/") or endpoint
        return cls(endpoint=endpoint, client_endpoint=client_endpoint, access_key=SecretStr(key))

    def token(self, audience: str, clock: Clock, *, seconds: int, user_id: str | None = None) -> str:
        """Sign a token for one URL, and for one user if it is a client's."""
        now = int(clock.now().timestamp())
        claims: dict[str, object] = {"aud": audience, "iat": now, "exp": now + seconds}
        if user_id is not None:
            claims["nameid"] = user_id
        return jwt.encode(claims, self.access_key.get_secret_value(), algorithm=_ALGORITHM)


class SignalRHub:
    """Lets clients in to the hub: a `Hub`.

    Args:
        access: the service.
        clock: tells when tokens begin and end.
    """

    def __init__(self, access: SignalRAccess, clock: Clock) -> None:
        self._access = access
        self._clock = clock
        self._url = f"{access.client_endpoint}/client/?hub={quote(HUB)}"

    def connection_for(self, creator_id: str) -> ConnectionInfo:
        """See `Hub.connection_for`."""
        token = self._access.token(self._url, self._clock, seconds=CLIENT_SECONDS, user_id=creator_id)
        return ConnectionInfo(url=self._url, access_token=token)


def _parts(connection_string: str) -> list[tuple[str, str]]:
    pairs = (part.partition("=") for part in connection_string.split(";"))
    return [(name.strip().casefold(), value.strip()) for name, _, value in pairs if value.strip()]
