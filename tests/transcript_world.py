"""A creator's video whose words are ordered: real stores and storage, and the simulated speech service."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr

from shared.clock import SystemClock
from shared.contracts import JobType, Topic
from shared.errors import JobFailedError
from shared.messaging.delivery import Delivery
from shared.messaging.engine import Engine
from shared.messaging.sender import MemorySender
from shared.messaging.sweep import Sweep
from shared.messaging.worker import Enriches, JobContext, Worker
from shared.persistence.checkpoints import Checkpoints
from shared.persistence.postgres import PostgresJobStore
from shared.persistence.postgres_checkpoints import PostgresCheckpoints
from shared.speech.batch import AzureBatchTranscriber
from shared.speech.connection import SpeechConnection
from shared.speech.paying import BudgetedSpeech, SpeechPurse
from shared.storage.blobs import BlobStagingArea
from workers.video_analysis.transcripts import (
    LINK_SECONDS,
    TranscriptPayload,
    TranscriptResult,
    staged_name,
    transcribe,
    unavailable,
)

VIDEO, TRANSCRIPT = "job_1", "job_1.transcript"


class Analysed(BaseModel):
    """What the stand-in for the analysis answers."""

    summary: str


class Nothing(BaseModel):
    """Its payload."""


class World:
    """An engine over real stores; messages are kept until they are delivered."""

    def __init__(
        self, store: PostgresJobStore, staging: BlobStagingArea, batches: AzureBatchTranscriber, sound: Path
    ) -> None:
        self.store = store
        self.staging = staging
        self.batches = batches
        self.sound = sound
        self.sender = MemorySender()
        self.checkpoints: Checkpoints = PostgresCheckpoints(store.database)
        self.speech = BudgetedSpeech(SpeechPurse(clock=SystemClock()), batches=batches)
        self._delivered = 0

    async def analyse(self) -> None:
        """Do the video's own job, which stages the sound and asks for the words."""
        body = {"jobId": VIDEO, "jobType": JobType.VIDEO_ANALYSIS, "creatorId": "123", "payload": {}}
        await self._deliver(json.dumps(body).encode(), {"jobType": JobType.VIDEO_ANALYSIS})

    async def deliver_next(self) -> bool:
        """Deliver the next message that asks for a job, whenever it is due; say whether there was one."""
        asked = [message for message in self.sender.sent if message.topic is Topic.JOBS][self._delivered :]
        if not asked:
            return False
        self._delivered += 1
        with suppress(JobFailedError):
            await self._deliver(asked[0].body, asked[0].properties)
        return True

    async def settle(self, *, seconds: float = 60.0) -> None:
        """Deliver what is asked for until nobody asks any more, impatiently."""
        until = time.monotonic() + seconds
        while await self.deliver_next():
            assert time.monotonic() < until, "it never ended"
            await asyncio.sleep(0.02)

    async def sweep(self) -> None:
        """Send again what is due."""
        sweep = Sweep(store=self.store, sender=self.sender, requeue_grace_seconds=60, sweep_after_seconds=10)
        await sweep.run()

    async def result(self) -> Any:
        """Return the video's result as it stands."""
        job = await self.store.job(VIDEO)
        assert job is not None
        return job.result

    def events(self) -> list[str]:
        """Return the events that were announced."""
        return [
            json.loads(message.body)["eventType"]
            for message in self.sender.sent
            if message.topic is Topic.EVENTS
        ]

    async def staged(self) -> list[str]:
        """Return what waits in the staging area; Azure's times are whole seconds."""
        await asyncio.sleep(1.1)
        return [name async for name in self.staging.staged_before(0)]

    async def _deliver(self, body: bytes, properties: Any) -> None:
        delivery = Delivery(body=body, subscription="any", properties=properties)
        engine = Engine(
            store=self.store,
            sender=self.sender,
            clock=SystemClock(),
            functions_url="http://localhost",
            checkpoints=self.checkpoints,
        )
        if properties["jobType"] == JobType.VIDEO_ANALYSIS:
            await engine.deliver(delivery, self._analysis())
        else:
            await engine.deliver(delivery, self._transcript())

    def _analysis(self) -> Worker[Nothing, Analysed]:
        return Worker(
            job_type=JobType.VIDEO_ANALYSIS, payload=Nothing, result=Analysed, handle=self._analysed
        )

    async def _analysed(self, context: JobContext, _: Nothing) -> Analysed:
        name = staged_name(context.creator_id, "sha256")
        await self.staging.stage(name, self.sound, content_type="audio/wav", readable_seconds=LINK_SECONDS)
        payload = TranscriptPayload(
            staged_name=name, content_key="sha256", audio_seconds=10, languages=("en-US", "fr-FR")
        )
        context.follow_up(
            JobType.VIDEO_TRANSCRIPT, "transcript", payload.model_dump(mode="json", by_alias=True)
        )
        return Analysed(summary="A clip.")

    def _transcript(self) -> Worker[TranscriptPayload, TranscriptResult]:
        return Worker(
            job_type=JobType.VIDEO_TRANSCRIPT,
            payload=TranscriptPayload,
            result=TranscriptResult,
            handle=partial(transcribe, speech=self.speech, staging=self.staging),
            enriches=Enriches(
                parent=JobType.VIDEO_ANALYSIS, message="The transcript is here.", fallback=unavailable
            ),
        )


@asynccontextmanager
async def opened(
    *, database_url: str, storage: str, container: str, endpoint: str, key: str, sound: Path
) -> AsyncIterator[World]:
    """Open a world, and close all of it."""
    async with AsyncExitStack() as stack:
        clock = SystemClock()
        store = PostgresJobStore(database_url, pool_size=3, timeout_seconds=5.0, patience_seconds=5.0)
        await store.open()
        stack.push_async_callback(store.close)
        connection = SpeechConnection(endpoint=endpoint, key=SecretStr(key), clock=clock)
        stack.push_async_callback(connection.close)
        staging = BlobStagingArea(SecretStr(storage), clock, container=container)
        stack.push_async_callback(staging.close)
        yield World(store, staging, AzureBatchTranscriber(connection), sound)
