"""The simulator's batch transcriptions: queued, fetched, checked, and ended."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp

from infra.local.speech_simulator.faults import Fault, FaultKind
from infra.local.speech_simulator.sounds import read_sound
from infra.local.speech_simulator.words import batch_result

logger = logging.getLogger(__name__)

#: How much of a batch's time passes in the queue.
_QUEUE_SHARE = 0.5
_FETCH_TIMEOUT = aiohttp.ClientTimeout(total=30)


@dataclass(kw_only=True)
class Batch:
    """One transcription."""

    order: Any
    fault: Fault | None
    batch_id: str = field(default_factory=lambda: str(uuid4()))
    status: str = "NotStarted"
    error: dict[str, str] | None = None
    #: Result files by number, then the report.
    results: list[dict[str, Any]] = field(default_factory=list)
    details: list[dict[str, Any]] = field(default_factory=list)
    audio_seconds: float = 0.0

    @property
    def report(self) -> dict[str, Any]:
        """The report file."""
        failed = sum(detail["status"] == "Failed" for detail in self.details)
        return {
            "successfulTranscriptionsCount": len(self.details) - failed,
            "failedTranscriptionsCount": failed,
            "details": self.details,
        }

    def as_json(self, base: str) -> dict[str, Any]:
        """Return the transcription as the service shows it; the sound's URLs are not shown."""
        properties = {**self.order["properties"], "durationInTicks": round(self.audio_seconds * 1e7)}
        if self.error:
            properties["error"] = self.error
        link = f"{base}/speechtotext/transcriptions/{self.batch_id}"
        version = "?api-version=2024-11-15"
        return {
            "self": link + version,
            "links": {"files": f"{link}/files{version}"},
            "displayName": self.order["displayName"],
            "locale": self.order["locale"],
            "status": self.status,
            "properties": properties,
        }


class Batches:
    """All transcriptions that were submitted and not deleted.

    Args:
        latency_seconds: from submission to end.
        ended: told of each that has ended.
    """

    def __init__(self, latency_seconds: float, ended: Callable[[Batch], Awaitable[None]]) -> None:
        self.latency_seconds = latency_seconds
        self._ended = ended
        self._batches: dict[str, Batch] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        #: Names in the order of submission, deleted ones included.
        self.submitted: list[str] = []
        self.deleted = 0
        self.audio_seconds = 0.0

    def submit(self, order: Any, fault: Fault | None) -> Batch:
        """Queue a transcription."""
        batch = Batch(order=order, fault=fault)
        self._batches[batch.batch_id] = batch
        self.submitted.append(order["displayName"])
        task = asyncio.get_running_loop().create_task(self._run(batch))
        self._running[batch.batch_id] = task
        task.add_done_callback(lambda _: self._running.pop(batch.batch_id, None))
        return batch

    def get(self, batch_id: str) -> Batch | None:
        """Return a transcription."""
        return self._batches.get(batch_id)

    def all(self) -> list[Batch]:
        """Return those that are kept."""
        return list(self._batches.values())

    def delete(self, batch_id: str) -> bool:
        """Delete a transcription, whatever it is doing."""
        if batch_id not in self._batches:
            return False
        del self._batches[batch_id]
        self.deleted += 1
        if task := self._running.get(batch_id):
            task.cancel()
        return True

    async def close(self) -> None:
        """Stop what runs."""
        for task in (left := tuple(self._running.values())):
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def clear(self) -> None:
        """Forget everything."""
        await self.close()
        self._batches.clear()
        self.submitted.clear()
        self.deleted, self.audio_seconds = 0, 0.0

    async def _run(self, batch: Batch) -> None:
        await asyncio.sleep(self.latency_seconds * _QUEUE_SHARE)
        batch.status = "Running"
        await asyncio.sleep(self.latency_seconds * (1 - _QUEUE_SHARE))
        if batch.fault is not None and batch.fault.kind is FaultKind.NEVER:
            await asyncio.Event().wait()
        if batch.fault is not None and batch.fault.kind is FaultKind.FAILED:
            batch.error = {"code": batch.fault.code, "message": "(simulated) The transcription failed."}
            batch.status = "Failed"
        else:
            await self._transcribe(batch)
        await self._ended(batch)

    async def _transcribe(self, batch: Batch) -> None:
        for url in batch.order["contentUrls"]:
            await self._transcribe_one(batch, url)
        self.audio_seconds += batch.audio_seconds
        if not batch.results and batch.fault is None:
            batch.error = {
                "code": batch.details[0]["errorKind"],
                "message": "(simulated) No file could be read.",
            }
            batch.status = "Failed"
        else:
            batch.status = "Succeeded"

    async def _transcribe_one(self, batch: Batch, url: str) -> None:
        data = await _fetched(url)
        sound = read_sound(data) if data is not None else None
        if data is None or sound is None or (batch.fault and batch.fault.kind is FaultKind.FILE_FAILED):
            kind = "DownloadFailed" if data is None else "InvalidAudioFormat"
            batch.details.append({"sourceUrl": url, "status": "Failed", "errorKind": kind})
            return
        batch.audio_seconds += sound.seconds * sound.channels  # as Azure does: each channel by itself
        batch.results.append(batch_result(data, sound, url, batch.order["locale"]))
        batch.details.append({"sourceUrl": url, "status": "Succeeded"})


async def _fetched(url: str) -> bytes | None:
    try:
        async with aiohttp.ClientSession(timeout=_FETCH_TIMEOUT) as session, session.get(url) as response:
            return await response.read() if response.ok else None
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return None
