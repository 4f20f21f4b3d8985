"""From a Service Bus trigger to the SDK's receiver of its entity."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from azure.servicebus import ServiceBusSubQueue
from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver

from infra.local.host import app_settings
from infra.local.host.app_settings import Connection
from infra.local.host.errors import HostError
from infra.local.host.indexing import IndexedFunction

_DEAD_LETTER_SUFFIX = "/$deadletterqueue"
_ATTEMPT_SECONDS = 10.0
#: The host decides when to try again, and it reads its links by itself: the SDK keeps nothing alive for it.
_RECEIVER_OPTIONS: Mapping[str, Any] = {"prefetch_count": 1, "keep_alive": 0}


class Namespaces:
    """The clients of every namespace that the app's functions are connected to."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self._settings = settings
        self._clients: dict[Connection, ServiceBusClient] = {}

    def receiver(self, function: IndexedFunction) -> Callable[[], ServiceBusReceiver]:
        """Return what makes a new receiver for a function's entity.

        Raises:
            HostError: the trigger's connection or entity is wrong.
        """
        trigger = function.trigger.properties
        if trigger.get("isSessionsEnabled"):
            raise HostError("the development host serves no sessions")
        client = self._client(app_settings.connection(trigger.get("connection", ""), self._settings))
        if topic := trigger.get("topicName"):
            name, sub_queue = _entity(trigger.get("subscriptionName", ""))
            return lambda: client.get_subscription_receiver(
                topic, name, sub_queue=sub_queue, **_RECEIVER_OPTIONS
            )
        name, sub_queue = _entity(trigger.get("queueName", ""))
        return lambda: client.get_queue_receiver(name, sub_queue=sub_queue, **_RECEIVER_OPTIONS)

    async def close(self) -> None:
        """Close what the clients still hold."""
        for client in self._clients.values():
            await client.close()

    def _client(self, connection: Connection) -> ServiceBusClient:
        if connection not in self._clients:
            self._clients[connection] = _client(connection)
        return self._clients[connection]


def _entity(name: str) -> tuple[str, ServiceBusSubQueue | None]:
    """Split `name/$DeadLetterQueue`."""
    if not name:
        raise HostError("the trigger names no queue or subscription")
    if name.lower().endswith(_DEAD_LETTER_SUFFIX):
        return name[: -len(_DEAD_LETTER_SUFFIX)], ServiceBusSubQueue.DEAD_LETTER
    return name, None


def _client(connection: Connection) -> ServiceBusClient:
    options: dict[str, Any] = {"retry_total": 0, "try_timeout": _ATTEMPT_SECONDS}
    if connection.connection_string is not None:
        try:
            return ServiceBusClient.from_connection_string(connection.connection_string, **options)
        except ValueError:
            raise HostError("the connection string is not valid") from None
    try:
        from azure.identity.aio import (  # type: ignore[import-untyped,unused-ignore]  # optional
            DefaultAzureCredential,
        )
    except ImportError:
        raise HostError("an identity-based connection needs the package azure-identity") from None
    return ServiceBusClient(str(connection.fully_qualified_namespace), DefaultAzureCredential(), **options)
