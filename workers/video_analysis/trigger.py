"""The triggers of the video worker: the analysis, the two jobs that may follow it, and a broom."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import azure.functions as func

from shared import bootstrap
from shared.messaging.invocation import answered, delivery_of

if TYPE_CHECKING:
    from shared.messaging.worker import Worker
    from workers.video_analysis.footage import Workshop
    from workers.video_analysis.transcripts import TranscriptResult

blueprint = func.Blueprint()

_VIDEOS = "video-analysis"
_TRANSCRIPTS = "video-transcripts"
_COPIES = "video-compressions"


@blueprint.function_name("video_analysis")
@blueprint.service_bus_topic_trigger(
    arg_name="message",
    connection="SERVICEBUS_CONNECTION",
    topic_name="huntaze-jobs",
    subscription_name=_VIDEOS,
    data_type=func.DataType.BINARY,
)
@answered
async def video_analysis(message: func.ServiceBusMessage) -> None:
    """Tell a creator what is in a video, and what to make of it."""
    container = await bootstrap.container()
    await container.engine.deliver(delivery_of(message, _VIDEOS), _analysis(container))


@blueprint.function_name("video_transcripts")
@blueprint.service_bus_topic_trigger(
    arg_name="message",
    connection="SERVICEBUS_CONNECTION",
    topic_name="huntaze-jobs",
    subscription_name=_TRANSCRIPTS,
    data_type=func.DataType.BINARY,
)
@answered
async def video_transcripts(message: func.ServiceBusMessage) -> None:
    """Add the words to an analysis that did not wait for them."""
    container = await bootstrap.container()
    await container.engine.deliver(delivery_of(message, _TRANSCRIPTS), _transcript(container))


@blueprint.function_name("video_compressions")
@blueprint.service_bus_topic_trigger(
    arg_name="message",
    connection="SERVICEBUS_CONNECTION",
    topic_name="huntaze-jobs",
    subscription_name=_COPIES,
    data_type=func.DataType.BINARY,
)
@answered
async def video_compressions(message: func.ServiceBusMessage) -> None:
    """Add a smaller copy to an analysis that did not wait for it."""
    container = await bootstrap.container()
    await container.engine.deliver(delivery_of(message, _COPIES), _copy(container))


@blueprint.function_name("video_sweep")
@blueprint.timer_trigger(arg_name="timer", schedule="0 */15 * * * *", use_monitor=False)
@answered
async def video_sweep(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the platform passes it by this name
    """Remove what crashes left behind: directories of dead processes, sound that nobody waits for."""
    from workers.video_analysis.transcripts import sweep_staged

    container = await bootstrap.container()
    await container.video_desk.directories.sweep()
    if container.speech_desk and container.speech_desk.staging:
        await sweep_staged(container.speech_desk.staging)


def _analysis(container: bootstrap.Container) -> Worker[Any, Any]:
    from shared.contracts import JobType
    from shared.messaging.worker import Worker
    from workers.video_analysis.handler import analyse
    from workers.video_analysis.hearing import Listener
    from workers.video_analysis.messages import VideoPayload, VideoResult

    desk = container.speech_desk
    listener = Listener(
        speech=desk.speech if desk else None,
        staging=desk.staging if desk else None,
        clock=container.video_desk.clock,
    )
    return Worker(
        job_type=JobType.VIDEO_ANALYSIS,
        payload=VideoPayload,
        result=VideoResult,
        handle=partial(analyse, workshop=_workshop(container), listener=listener, model=container.chat_model),
    )


def _transcript(container: bootstrap.Container) -> Worker[Any, Any]:
    from shared.contracts import JobType
    from shared.messaging.worker import Enriches, Worker
    from workers.video_analysis.transcripts import TranscriptPayload, TranscriptResult, unavailable

    return Worker(
        job_type=JobType.VIDEO_TRANSCRIPT,
        payload=TranscriptPayload,
        result=TranscriptResult,
        handle=_transcribe(container),
        enriches=Enriches(
            parent=JobType.VIDEO_ANALYSIS, message="The transcript is there.", fallback=unavailable
        ),
    )


def _transcribe(container: bootstrap.Container) -> Callable[..., Awaitable[TranscriptResult]]:
    from shared.speech.port import TranscriptionFailedError
    from workers.video_analysis.transcripts import transcribe

    async def refuse(*_: object) -> TranscriptResult:
        raise TranscriptionFailedError("No speech service is configured any more.")

    desk = container.speech_desk
    if desk is None or desk.staging is None:
        return refuse
    return partial(transcribe, speech=desk.speech, staging=desk.staging)


def _copy(container: bootstrap.Container) -> Worker[Any, Any]:
    from shared.contracts import JobType
    from shared.messaging.worker import Enriches, Worker
    from workers.video_analysis.copies import CopyPayload, CopyResult, compress, without

    return Worker(
        job_type=JobType.VIDEO_COMPRESS,
        payload=CopyPayload,
        result=CopyResult,
        handle=partial(compress, workshop=_workshop(container)),
        enriches=Enriches(
            parent=JobType.VIDEO_ANALYSIS, message="The smaller copy is there.", fallback=without
        ),
    )


def _workshop(container: bootstrap.Container) -> Workshop:
    from workers.video_analysis.footage import Workshop

    desk = container.video_desk
    return Workshop(
        locate=desk.locator.locate,
        objects=desk.objects,
        media=desk.media,
        directories=desk.directories,
        clock=desk.clock,
    )
