"""The triggers of metrics: events in batches, and the clock that forgets old ones."""

from __future__ import annotations

from typing import List  # noqa: UP035 - the platform does not index `list[…]`

import azure.functions as func

from shared import bootstrap
from shared.messaging.invocation import answered

blueprint = func.Blueprint()

_FORGOTTEN_AT_ONCE = 5_000


@blueprint.function_name("metrics")
@blueprint.service_bus_topic_trigger(
    arg_name="messages",
    connection="SERVICEBUS_CONNECTION",
    topic_name="huntaze-events",
    subscription_name="metrics",
    data_type=func.DataType.BINARY,
    cardinality=func.Cardinality.MANY,
)
@answered
async def metrics(messages: List[func.ServiceBusMessage]) -> None:  # noqa: UP006 - as above
    """Count what has ended."""
    from workers.metrics.handler import Delivered, count

    container = await bootstrap.container()
    if container.metrics is None:
        return
    desk = container.metrics()
    batch = [Delivered(message_id=message.message_id, body=message.get_body()) for message in messages]
    await count(batch, metrics=desk.metrics, measures=desk.measures)


@blueprint.function_name("forget_metrics")
@blueprint.timer_trigger(arg_name="timer", schedule="0 17 * * * *", use_monitor=False)
@answered
async def forget_metrics(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the platform passes it by this name
    """Delete what is older than its retention."""
    container = await bootstrap.container()
    if container.metrics is not None:
        await container.metrics().metrics.forget(limit=_FORGOTTEN_AT_ONCE)
