"""The trigger of the chat suggestions worker."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import azure.functions as func

from shared import bootstrap
from shared.messaging.invocation import answered, delivery_of

if TYPE_CHECKING:
    from shared.messaging.engine import Engine
    from shared.messaging.worker import Worker

blueprint = func.Blueprint()

_SUBSCRIPTION = "chat-suggestions"
#: One for each engine: it remembers the banks that it has seen.
_workers: WeakKeyDictionary[Engine, Worker[Any, Any]] = WeakKeyDictionary()


@blueprint.function_name("chat_suggestions")
@blueprint.service_bus_topic_trigger(
    arg_name="message",
    connection="SERVICEBUS_CONNECTION",
    topic_name="huntaze-jobs",
    subscription_name=_SUBSCRIPTION,
    data_type=func.DataType.BINARY,
)
@answered
async def chat_suggestions(message: func.ServiceBusMessage) -> None:
    """Answer a fan's message with three suggestions."""
    container = await bootstrap.container()
    await container.engine.deliver(delivery_of(message, _SUBSCRIPTION), _worker(container))


def _worker(container: bootstrap.Container) -> Worker[Any, Any]:
    if container.engine not in _workers:
        _workers[container.engine] = _new_worker(container)
    return _workers[container.engine]


def _new_worker(container: bootstrap.Container) -> Worker[Any, Any]:
    from shared.clock import SystemClock
    from shared.contracts import JobType
    from shared.messaging.worker import Worker
    from workers.chat_suggestions.bank import Banks
    from workers.chat_suggestions.handler import Desk, suggest
    from workers.chat_suggestions.measures import ChatMeasures
    from workers.chat_suggestions.messages import ChatPayload, ChatResult, thread_of

    desk = Desk(
        banks=Banks(container.chat_model, SystemClock()),
        creators=container.creators,
        measures=ChatMeasures(),
    )
    return Worker(
        job_type=JobType.CHAT_SUGGEST,
        payload=ChatPayload,
        result=ChatResult,
        handle=partial(suggest, model=container.chat_model, desk=desk),
        thread=thread_of,
    )
