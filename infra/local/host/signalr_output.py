"""The `signalR` output binding: what the Functions extension does with what a function has written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import aiohttp

from infra.local.host.errors import HostError
from infra.local.host.indexing import Binding
from shared.clock import SystemClock
from shared.errors import ConfigurationError
from shared.realtime.azure_signalr import CALL_SECONDS, SETTING, SignalRAccess

_TIMEOUT = aiohttp.ClientTimeout(total=10)


class SignalROutput:
    """Sends through the REST API of the service that the binding's setting names: an `OutputBinding`."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self._settings = settings

    def check(self, binding: Binding) -> None:
        """See whether the binding names a service.

        Raises:
            HostError: it does not, and its function can't run.
        """
        self._access(binding)

    async def send(self, binding: Binding, value: Any) -> None:
        """Send one message, or each of a list; an exception fails the invocation."""
        found = json.loads(value) if isinstance(value, str | bytes) else value
        access = self._access(binding)
        async with aiohttp.ClientSession(timeout=_TIMEOUT, raise_for_status=True) as session:
            for message in found if isinstance(found, list) else [found]:
                await _send(session, access, binding.properties["hubName"], message)

    def _access(self, binding: Binding) -> SignalRAccess:
        name = str(binding.properties.get("connectionStringSetting") or SETTING)
        try:
            return SignalRAccess.parse(self._settings.get(name, ""))
        except ConfigurationError:
            raise HostError(f"the setting {name} is no connection string of a SignalR service") from None


async def _send(
    session: aiohttp.ClientSession, access: SignalRAccess, hub: str, message: Mapping[str, Any]
) -> None:
    if "groupName" in message or "connectionId" in message:
        raise HostError("groups and single connections are not served here")
    user = message.get("userId")
    whom = f"/users/{quote(user, safe='')}" if user else ""
    url = f"{access.endpoint}/api/v1/hubs/{quote(hub)}{whom}"
    headers = {"Authorization": f"Bearer {access.token(url, SystemClock(), seconds=CALL_SECONDS)}"}
    said = {"target": message["target"], "arguments": message["arguments"]}
    async with session.post(_as_is(url), json=said, headers=headers):
        """Nothing to read: the status says all."""


def _as_is(url: str) -> Any:
    from yarl import URL

    return URL(url, encoded=True)
