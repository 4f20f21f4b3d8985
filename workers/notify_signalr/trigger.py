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
@answered
async def notify_signalr(message: func.ServiceBusMessage, signalr: func.Out[str]) -> None:
    """Tell the pages of an event's creator; the host sends it once the function has succeeded."""
    from workers.notify_signalr.handler import pause_seconds, update

    container = await bootstrap.container()
    told = update(message.get_body(), functions_url=container.functions_url)
    if told is not None:
        await asyncio.sleep(pause_seconds(message.delivery_count or 1))
        signalr.set(told)
