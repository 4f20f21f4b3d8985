"""The trigger of the content suggestions worker."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import azure.functions as func

from shared import bootstrap
from shared.messaging.invocation import answered, delivery_of

if TYPE_CHECKING:
    from shared.messaging.worker import Worker

blueprint = func.Blueprint()

_SUBSCRIPTION = "content-suggestions"


@blueprint.function_name("content_suggestions")
@blueprint.service_bus_topic_trigger(
    arg_name="message",
    connection="SERVICEBUS_CONNECTION",
    topic_name="huntaze-jobs",
    subscription_name=_SUBSCRIPTION,
    data_type=func.DataType.BINARY,
)
@answered
async def content_suggestions(message: func.ServiceBusMessage) -> None:
    """Answer a creator's request with ideas for the next content."""
    container = await bootstrap.container()
    await container.engine.deliver(delivery_of(message, _SUBSCRIPTION), _worker(container))


def _worker(container: bootstrap.Container) -> Worker[Any, Any]:
    from shared.contracts import JobType
    from shared.messaging.worker import Worker
    from workers.content_suggestions.handler import suggest_content
    from workers.content_suggestions.messages import ContentSuggestionsPayload, ContentSuggestionsResult

    return Worker(
        job_type=JobType.CONTENT_SUGGEST,
        payload=ContentSuggestionsPayload,
        result=ContentSuggestionsResult,
        handle=partial(suggest_content, model=container.chat_model, creators=container.creators),
    )
