"""The triggers of webhooks: an event to be told, and the timer that tells again."""

from __future__ import annotations

import azure.functions as func

from shared import bootstrap
from shared.messaging.invocation import answered, delivery_of

blueprint = func.Blueprint()

_SUBSCRIPTION = "notify-webhook"
#: A run ends before the next ones pile up; an attempt that has begun then may take its 15 seconds.
_RUN_SECONDS = 20.0


@blueprint.function_name("notify_webhook")
@blueprint.service_bus_topic_trigger(
    arg_name="message",
    connection="SERVICEBUS_CONNECTION",
    topic_name="huntaze-events",
    subscription_name=_SUBSCRIPTION,
    data_type=func.DataType.BINARY,
)
@answered
async def notify_webhook(message: func.ServiceBusMessage) -> None:
    """Promise an event to the endpoints of its creator, and try each of them once."""
    from workers.notify_webhook.handler import told

    container = await bootstrap.container()
    delivery = told(delivery_of(message, _SUBSCRIPTION), functions_url=container.functions_url)
    if delivery is not None and container.webhooks is not None:
        await container.webhooks().courier.notify(delivery)


@blueprint.function_name("webhooks_due")
@blueprint.timer_trigger(arg_name="timer", schedule="*/5 * * * * *", use_monitor=False)
@answered
async def webhooks_due(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the platform passes it by this name
    """Try again what is due, give up what is hopeless, and tell creators of endpoints that were disabled."""
    container = await bootstrap.container()
    if container.webhooks is not None:
        desk = container.webhooks()
        await desk.courier.run(seconds=_RUN_SECONDS)
        await desk.courier.tidy()
        await desk.announce()
