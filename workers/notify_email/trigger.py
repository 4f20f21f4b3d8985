"""The triggers of e-mail: an event, the clock for what was gathered, and the budget."""

from __future__ import annotations

import azure.functions as func

from shared import bootstrap
from shared.messaging.invocation import answered

blueprint = func.Blueprint()


@blueprint.function_name("notify_email")
@blueprint.service_bus_topic_trigger(
    arg_name="message",
    connection="SERVICEBUS_CONNECTION",
    topic_name="huntaze-events",
    subscription_name="notify-email",
    data_type=func.DataType.BINARY,
)
@answered
async def notify_email(message: func.ServiceBusMessage) -> None:
    """Tell a creator of an event, now or with others."""
    from workers.notify_email.handler import notify

    container = await bootstrap.container()
    if container.mail is not None:
        await notify(message.get_body(), office=container.mail().office)


@blueprint.function_name("send_letters")
@blueprint.timer_trigger(arg_name="timer", schedule="*/30 * * * * *", use_monitor=False)
@answered
async def send_letters(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the platform passes it by this name
    """Send what was gathered for long enough, and what could not be sent before."""
    container = await bootstrap.container()
    if container.mail is not None:
        await container.mail().office.send_due()


@blueprint.function_name("watch_budget")
@blueprint.timer_trigger(arg_name="timer", schedule="45 */5 * * * *", use_monitor=False)
@answered
async def watch_budget(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the platform passes it by this name
    """Tell the operator when a mark of the month's budget is passed."""
    container = await bootstrap.container()
    watch = container.mail().budget_watch if container.mail is not None else None
    if watch is not None:
        await watch.look()
