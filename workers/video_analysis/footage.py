"""A creator's video on its way through the analysis: found, looked at before it is fetched, inspected, kept.

What inspecting yields is remembered by the upload's own identity, so that neither a crash nor the same upload
again repeats it. Files (pictures, sound) live in the job's private directory alone; whoever needs one that a
crash took along has the video inspected again, which costs time, never money.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from shared.clock import Clock
from shared.errors import JobError
from shared.media.port import MediaInspector
from shared.media.preflight import preflight
from shared.media.report import Inspection, MediaProbe
from shared.messaging.worker import JobContext
from shared.storage.port import ObjectLocation, ObjectStore, StoredObject, TemporaryDirectories

logger = logging.getLogger(__name__)

#: Raised whenever inspecting yields something else, so that nothing old is taken for it.
INSPECTION_VERSION = 2
#: The founding document's 50 MB upload is to become 20 MB: what is smaller already stays as it is.
COPY_ABOVE_BYTES = 20 * 1024 * 1024
COPY_SHARE = 0.4
#: Predictions of CPU time hold within a third or so, and other jobs have the same core.
_COPY_MARGIN = 1.5
#: What fetching, the models and keeping the results take beside the CPU.
_REST_SECONDS = 40.0
#: Inspecting ends this long before the job has to, so that what was found can still be told.
_TELLING_SECONDS = 15.0

_FROM_PERCENT, _TO_PERCENT, _STEP_PERCENT = 20, 60, 10

Locate = Callable[[str], ObjectLocation]


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """What the analysis needs to get at a video and to keep what is made of it."""

    locate: Locate
    objects: ObjectStore
    media: MediaInspector
    directories: TemporaryDirectories
    clock: Clock


class Inspected(BaseModel):
    """What is known of a video once it was inspected."""

    model_config = ConfigDict(frozen=True)

    #: SHA-256 of the file: what paid steps are remembered by.
    content_hash: str
    inspection: Inspection
    #: Where each picture is kept, by its file's name; the smaller copy, too, if one was made.
    urls: Mapping[str, str]
    #: A smaller copy would be worth its while, but not within this job's deadline.
    copy_later: bool


class Footage:
    """One video in one job."""

    def __init__(
        self, workshop: Workshop, context: JobContext, pinned: StoredObject, directory: Path
    ) -> None:
        self._workshop = workshop
        self._context = context
        self._pinned = pinned
        self._directory = directory
        self._turn = asyncio.Lock()

    async def inspected(self) -> Inspected:
        """Return what is in the video.

        Raises:
            UnsupportedMediaError: it is not to be analysed; decided before it is fetched wherever possible.
            JobError: it can't be read now.
        """
        key = f"{self._pinned.etag}:{self._pinned.size_bytes}:{INSPECTION_VERSION}"
        inspected = await self._context.checkpointed("video.inspect", key, Inspected, self._inspect)
        return inspected if await self._still_kept(inspected) else await self._inspect()

    async def _still_kept(self, inspected: Inspected) -> bool:
        """Tell if the pictures of an earlier inspection are where they were; they may have been deleted."""
        for name, url in inspected.urls.items():
            if (self._directory / name).exists():
                return True
            key = derived_key(self._context.creator_id, inspected.content_hash, name)
            return await self._workshop.objects.url_of(key) == url
        return True

    async def file(self, name: str) -> Path:
        """Return a file that inspecting made, making it again if a crash took it along."""
        async with self._turn:
            if not (self._directory / name).exists():
                await self._inspect()
        return self._directory / name

    async def _inspect(self) -> Inspected:
        probe = await self._looked_at_before()
        content_hash = await self._fetched()
        copy_wanted = self._pinned.size_bytes > COPY_ABOVE_BYTES
        copy_now = copy_wanted and await self._copy_fits(probe)
        telling = _Telling(self._context)
        inspection = await self._workshop.media.inspect(
            self._video,
            self._directory,
            deadline=self._context.deadline - _TELLING_SECONDS,
            copy_target_bytes=int(self._pinned.size_bytes * COPY_SHARE) if copy_now else None,
            progress=telling.heard,
        )
        await telling.told()
        self._context.used("cpu_seconds", inspection.cpu_seconds)
        urls = await self._kept(inspection, content_hash)
        return Inspected(
            content_hash=content_hash,
            inspection=inspection,
            urls=urls,
            copy_later=copy_wanted and not copy_now,
        )

    @property
    def _video(self) -> Path:
        return self._directory / "video"

    async def _looked_at_before(self) -> MediaProbe:
        looked = await preflight(
            self._workshop.objects,
            self._workshop.media,
            self._pinned,
            self._directory,
            deadline=self._context.deadline,
        )
        self._context.used("preflight_bytes", looked.bytes_read)
        return looked.probe

    async def _fetched(self) -> str:
        await self._context.report(5, "Fetching the video.")
        content_hash = await self._workshop.objects.download(self._pinned, self._video)
        self._context.used("downloaded_bytes", self._pinned.size_bytes)
        return content_hash

    async def _copy_fits(self, probe: MediaProbe) -> bool:
        cpu_seconds = await self._workshop.media.predicted_cpu_seconds(probe, compress=True)
        left = self._context.deadline - self._workshop.clock.monotonic()
        return cpu_seconds * _COPY_MARGIN + _REST_SECONDS < left

    async def _kept(self, inspection: Inspection, content_hash: str) -> Mapping[str, str]:
        """Put the pictures where clients find them; an analysis without one of them is still one."""
        names = [frame.file for frame in inspection.key_frames]
        names += [sheet.file for sheet in inspection.contact_sheets]
        copy = [inspection.copy_made.file] if inspection.copy_made else []
        kept = await asyncio.gather(*(self._keep(name, content_hash) for name in [*names, *copy]))
        return {name: url for name, url in kept if url}

    async def _keep(self, name: str, content_hash: str) -> tuple[str, str | None]:
        content_type = "video/mp4" if name.endswith(".mp4") else "image/jpeg"
        key = derived_key(self._context.creator_id, content_hash, name)
        try:
            return name, await self._workshop.objects.put(
                key, self._directory / name, content_type=content_type
            )
        except JobError as error:
            logger.warning(
                "A picture could not be kept.",
                extra={"action": "picture_lost", "jobId": self._context.job_id, "code": error.code},
            )
            return name, None


class _Telling:
    """Tells the creator how far the inspection is: from 20 to 60 percent of the job."""

    def __init__(self, context: JobContext) -> None:
        self._context = context
        self._told = _FROM_PERCENT - _STEP_PERCENT
        self._tasks: list[asyncio.Task[None]] = []
        self.heard(0.0)

    def heard(self, share: float) -> None:
        """Be told how far it is, 0 to 1; only steps that a person would notice are passed on."""
        percent = _FROM_PERCENT + int(share * (_TO_PERCENT - _FROM_PERCENT))
        if percent >= self._told + _STEP_PERCENT:
            self._told = percent
            self._tasks.append(asyncio.create_task(self._context.report(percent, "Looking at the video.")))

    async def told(self) -> None:
        """Wait until everybody has been told."""
        await asyncio.gather(*self._tasks)


def derived_key(creator_id: str, content_hash: str, name: str) -> str:
    """Name a derived file by what it is made of: making it again replaces it by the same.

    The creator is in it, so that one creator's pictures never depend on another's upload; hashed, since an
    identifier may hold what a key may not.
    """
    owner = hashlib.sha256(creator_id.encode("utf-8", "replace")).hexdigest()[:16]
    return f"derived/{owner}/{content_hash[:32]}/{name}"
