"""The trigger of the content analysis worker."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import azure.functions as func

from shared import bootstrap
from shared.messaging.invocation import answered, delivery_of

if TYPE_CHECKING:
    from shared.messaging.worker import Worker

blueprint = func.Blueprint()

_SUBSCRIPTION = "content-analysis"


@blueprint.function_name("content_analysis")
@blueprint.service_bus_topic_trigger(
    arg_name="message",
    connection="SERVICEBUS_CONNECTION",
    topic_name="huntaze-jobs",
    subscription_name=_SUBSCRIPTION,
    data_type=func.DataType.BINARY,
)
@answered
async def content_analysis(message: func.ServiceBusMessage) -> None:
    """Tell a creator what works in a piece of content, and what to change."""
    container = await bootstrap.container()
    await container.engine.deliver(delivery_of(message, _SUBSCRIPTION), _worker(container))


def _worker(container: bootstrap.Container) -> Worker[Any, Any]:
    from shared.contracts import JobType
    from shared.messaging.worker import Worker
    from workers.content_analysis.handler import analyse
    from workers.content_analysis.material import Studio
    from workers.content_analysis.messages import ContentAnalysisPayload, ContentAnalysisResult

    desk = container.video_desk
    studio = Studio(
        locate=desk.locator.locate,
        objects=desk.objects,
        fetcher=container.fetcher,
        media=desk.media,
        directories=desk.directories,
        clock=desk.clock,
    )
    return Worker(
        job_type=JobType.CONTENT_ANALYZE,
        payload=ContentAnalysisPayload,
        result=ContentAnalysisResult,
        handle=partial(analyse, studio=studio, creators=container.creators, model=container.chat_model),
    )
