"""Jobs with follow-ups: a chat that also wants a transcript, made in two steps, the first of them paid."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import azure.functions as func
from pydantic import BaseModel

from shared import bootstrap
from shared.ai.port import ModelCall, Role, Usage
from shared.contracts import JobType
from shared.errors import JobError, TranscriptPendingError
from shared.messaging.invocation import answered, delivery_of
from shared.messaging.worker import Enriches, JobContext, Worker

#: What a fan's message says for its job to ask for a follow-up.
MARK = "followed-please"
SUFFIX = "transcript"
_SUBSCRIPTION = "video-transcripts"

blueprint = func.Blueprint()


class Wanted(BaseModel):
    """What the follow-up is told."""

    about: str


class Words(BaseModel):
    """What it adds."""

    transcript: str


def asking(worker: Worker[Any, Any]) -> Worker[Any, Any]:
    """Let a worker's jobs ask for a follow-up if their payload says so."""

    async def handle(context: JobContext, payload: Any) -> Any:
        if MARK in payload.fan_message:
            await context.report(10, "Begun.")
            context.follow_up(JobType.VIDEO_TRANSCRIPT, SUFFIX, {"about": context.job_id}, 0.1)
        return await worker.handle(context, payload)

    return replace(worker, handle=handle)


@blueprint.function_name("transcripts")
@blueprint.service_bus_topic_trigger(
    arg_name="message",
    connection="SERVICEBUS_CONNECTION",
    topic_name="huntaze-jobs",
    subscription_name=_SUBSCRIPTION,
    data_type=func.DataType.BINARY,
)
@answered
async def transcripts(message: func.ServiceBusMessage) -> None:
    """Follow a chat up."""
    container = await bootstrap.container()
    await container.engine.deliver(delivery_of(message, _SUBSCRIPTION), _WORKER)


async def _transcribe(context: JobContext, payload: Wanted) -> Words:
    async def listen() -> Words:
        context.spent(
            ModelCall(
                task="listen",
                role=Role.GENERATION,
                deployment="ear",
                usage=Usage(input_tokens=1, output_tokens=1),
                cost_usd_micros=1,
            )
        )
        return Words(transcript=payload.about)

    heard = await context.checkpointed("listen", payload.about, Words, listen)
    if context.attempt == 0:
        raise TranscriptPendingError
    return heard


def _fallback(_payload: Wanted, error: JobError) -> Words:
    return Words(transcript=error.code)


_WORKER = Worker(
    job_type=JobType.VIDEO_TRANSCRIPT,
    payload=Wanted,
    result=Words,
    handle=_transcribe,
    enriches=Enriches(parent=JobType.CHAT_SUGGEST, message="The words are there.", fallback=_fallback),
)
