"""How the app signs in to Service Bus: with a connection string, or as itself by Microsoft Entra ID."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from azure.servicebus.aio import ServiceBusClient

    from shared.settings import Settings


def servicebus_clients(settings: Settings, opened: AsyncExitStack) -> Callable[[], ServiceBusClient]:
    """Return what makes a client of the namespace; the triggers of the app read the same two settings."""
    from azure.servicebus.aio import ServiceBusClient

    if connection := settings.servicebus_connection.get_secret_value():
        return lambda: ServiceBusClient.from_connection_string(connection)
    from azure.identity.aio import DefaultAzureCredential

    # The clients come and go, after errors and idle times; the credential keeps its token.
    credential = DefaultAzureCredential()
    opened.push_async_callback(credential.close)
    namespace = settings.servicebus_connection__fullyqualifiednamespace
    return lambda: ServiceBusClient(namespace, credential)
