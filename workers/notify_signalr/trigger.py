"""The trigger of the SignalR notifier."""

from __future__ import annotations

import asyncio

import azure.functions as func

from shared import bootstrap
from shared.messaging.invocation import answered

blueprint = func.Blueprint()


@blueprint.function_name("notify_signalr")
@blueprint.service_bus_topic_trigger(
    arg_name="message",
    connection="SERVICEBUS_CONNECTION",
    topic_name="huntaze-events",
    subscription_name="notify-signalr",
    data_type=func.DataType.BINARY,
)
@blueprint.generic_output_binding(
    arg_name="signalr",
    type="signalR",
    hubName="huntaze",
    connectionStringSetting="AzureSignalRConnectionString",
)
@blueprint.generic_output_binding(
    arg_name="operators",
    type="signalR",
    hubName="huntaze",
    connectionStringSetting="AzureSignalRConnectionString",
)
@answered
async def notify_signalr(
    message: func.ServiceBusMessage, signalr: func.Out[str], operators: func.Out[str]
) -> None:
    """Tell an event's creator's pages, and operators'; the host sends once the function has succeeded."""
    from workers.notify_signalr.handler import operators_update, pause_seconds, update

    container, body = await bootstrap.container(), message.get_body()
    told = update(body, functions_url=container.functions_url)
    await asyncio.sleep(pause_seconds(message.delivery_count or 1))
    if told is not None:
        signalr.set(told)
    operators.set(operators_update(body))
