"""The job `video.compress`: a smaller copy of a video whose analysis would have been late because of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from shared.contracts import WireModel
from shared.errors import JobError, UnsupportedMediaError
from shared.messaging.worker import JobContext
from shared.storage.port import StoredObject
from workers.video_analysis.footage import COPY_SHARE, Workshop, derived_key
from workers.video_analysis.messages import MAX_URL_CHARACTERS, CompressedCopy, Part, Skipped

#: The suffix of the follow-up's id.
FOLLOW_UP = "copy"
#: What a result says of a large video without a copy.
NOT_WORTH_IT = "A smaller copy would look worse than it is worth."
_KEEPING_SECONDS = 30.0


class CopyPayload(WireModel):
    """The payload of a `video.compress` job: the video as it was pinned."""

    #: As the front end sent it; it is checked again.
    video_url: Annotated[str, Field(min_length=1, max_length=MAX_URL_CHARACTERS)]
    etag: Annotated[str, Field(min_length=1)]
    size_bytes: Annotated[int, Field(gt=0)]
    #: What else the parent's result misses: all that it misses once the copy has joined it.
    skipped: Sequence[Skipped] = ()


class CopyResult(WireModel):
    """What the job adds to its parent's result: the copy, or why there is none."""

    compressed_copy: CompressedCopy | None = None
    #: Stands in the place of what the parent said before.
    skipped: Sequence[Skipped] = ()


class KeptCopy(WireModel):
    """The step: a copy that was made and kept, or found not worth having."""

    compressed_copy: CompressedCopy | None = None


def copy_payload(video_url: str, pinned: StoredObject, skipped: Sequence[Skipped]) -> CopyPayload:
    """Return the payload of the job that copies a pinned video; its signature is no use to anybody."""
    others = [each for each in skipped if each.part is not Part.COMPRESSED_COPY]
    return CopyPayload(
        video_url=_unsigned(video_url), etag=pinned.etag, size_bytes=pinned.size_bytes, skipped=others
    )


async def compress(context: JobContext, payload: CopyPayload, *, workshop: Workshop) -> CopyResult:
    """Write a smaller copy, verify and keep it.

    Raises:
        VideoNotFoundError: the original has changed or is gone.
        JobError: it can't be done now.
    """

    async def work() -> KeptCopy:
        return KeptCopy(compressed_copy=await _made(context, payload, workshop))

    key = f"{payload.etag}:{payload.size_bytes}"
    kept = await context.checkpointed("video.copy/1", key, KeptCopy, work)
    if kept.compressed_copy is None:
        return _without(payload, NOT_WORTH_IT)
    return CopyResult(compressed_copy=kept.compressed_copy, skipped=payload.skipped)


def without(payload: CopyPayload, error: JobError) -> CopyResult:
    """Return what the parent's result says when there will be no copy: the worker's fallback."""
    return _without(payload, f"No smaller copy could be made: {error.message}")


def _without(payload: CopyPayload, reason: str) -> CopyResult:
    missing = Skipped(part=Part.COMPRESSED_COPY, reason=reason[:300])
    return CopyResult(skipped=[*payload.skipped, missing])


def _unsigned(video_url: str) -> str:
    """Return a URL without its query, but for the version: a presigned one is an access right for days."""
    if video_url.startswith("s3://"):  # what looks like a query is part of the key
        return video_url
    bare, _, query = video_url.partition("?")
    version = [part for part in query.split("&") if part.startswith("versionId=")]
    return "?".join([bare, *version])


async def _made(context: JobContext, payload: CopyPayload, workshop: Workshop) -> CompressedCopy | None:
    location = workshop.locate(payload.video_url)
    pinned = StoredObject(location=location, size_bytes=payload.size_bytes, etag=payload.etag)
    async with workshop.directories.directory(context.job_id) as directory:
        content_hash = await workshop.objects.download(pinned, directory / "video")
        context.used("downloaded_bytes", pinned.size_bytes)
        try:
            made = await workshop.media.compress(
                directory / "video",
                directory,
                target_bytes=int(pinned.size_bytes * COPY_SHARE),
                deadline=context.deadline - _KEEPING_SECONDS,
            )
        except UnsupportedMediaError:
            return None
        if made is None:
            return None
        context.used("cpu_seconds", made.cpu_seconds)
        url = await workshop.objects.put(
            derived_key(context.creator_id, content_hash, made.file),
            directory / made.file,
            content_type="video/mp4",
        )
        return CompressedCopy(url=url, size_bytes=made.size_bytes, width=made.width, height=made.height)
