"""Getting at the content: found, fetched within bounds, told by its first bytes, and looked into apart.

Our own buckets are read with our own credentials; other hosts only through the guarded fetcher, which refuses
what the operator did not list. Pictures and videos are decoded in a child process alone.
"""

from __future__ import annotations

import asyncio
import hashlib
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.clock import Clock
from shared.errors import ForbiddenUrlError, UnsupportedMediaError, VideoNotFoundError
from shared.fetching.port import Fetcher
from shared.media.heads import HEAD_BYTES, container_of
from shared.media.picture_heads import KIND_BYTES, picture_kind
from shared.media.port import MediaInspector
from shared.media.preflight import preflight
from shared.media.report import Inspection, Still
from shared.messaging.worker import JobContext
from shared.storage.port import ObjectLocation, ObjectStore, StoredObject, TemporaryDirectories
from workers.content_analysis.findings import ContentKind

#: A phone's largest picture.
MAX_PICTURE_BYTES = 40 * 1024 * 1024
#: Held in memory while it is fetched from somebody else's host.
MAX_FOREIGN_BYTES = 50 * 1024 * 1024
MAX_TEXT_BYTES = 256 * 1024
#: Looking into the content ends this long before the job has to, so that what was found can be told.
_TELLING_SECONDS = 15.0
_PICTURE_SECONDS = 30.0
_MARKUP = ("<", "%!", "{\\rtf")


@dataclass(frozen=True, kw_only=True)
class Studio:
    """What the analysis needs to get at content."""

    locate: Callable[[str], ObjectLocation]
    objects: ObjectStore
    fetcher: Fetcher
    media: MediaInspector
    directories: TemporaryDirectories
    clock: Clock


@dataclass(frozen=True, kw_only=True)
class Material:
    """What was behind a URL."""

    kind: ContentKind
    #: SHA-256: what paid steps are remembered by.
    content_hash: str
    size_bytes: int
    text: str | None = None
    still: Still | None = None
    inspection: Inspection | None = None
    #: JPEGs: the picture, or the video's contact sheets.
    pictures: Sequence[bytes] = ()


async def material_at(studio: Studio, context: JobContext, url: str, directory: Path) -> Material:
    """Return what is at a URL.

    Raises:
        ForbiddenUrlError: it leads neither to a bucket of ours nor to a host that is listed.
        VideoNotFoundError: nothing is there, or nothing that may be read.
        UnsupportedMediaError: it is nothing that is analysed; the message says why.
        JobError: it can't be read now.
    """
    try:
        location = studio.locate(url)
    except ForbiddenUrlError:
        return await _foreign(studio, context, url, directory)
    try:
        return await _own(studio, context, location, directory)
    except VideoNotFoundError:
        raise VideoNotFoundError("The content does not exist or is not readable.") from None


async def _own(studio: Studio, context: JobContext, location: ObjectLocation, directory: Path) -> Material:
    pinned = await studio.objects.look_up(location)
    kind = kind_of(await studio.objects.read_range(pinned, 0, KIND_BYTES))
    if kind is ContentKind.VIDEO:
        await preflight(
            studio.objects, studio.media, pinned, directory, deadline=_deadline(context, _TELLING_SECONDS)
        )
    else:
        _check_size(pinned, MAX_PICTURE_BYTES if kind is ContentKind.IMAGE else MAX_TEXT_BYTES)
    path = directory / "content"
    content_hash = await studio.objects.download(pinned, path)
    return await _looked_into(studio, context, kind, path, content_hash)


async def _foreign(studio: Studio, context: JobContext, url: str, directory: Path) -> Material:
    fetched = await studio.fetcher.fetch(
        url, max_bytes=MAX_FOREIGN_BYTES, deadline=_deadline(context, _TELLING_SECONDS)
    )
    kind = kind_of(fetched.data[:KIND_BYTES])
    path = directory / "content"
    content_hash = await asyncio.to_thread(_put, path, fetched.data)
    if kind is ContentKind.VIDEO:  # what is refused for its header is refused before it is decoded
        await studio.media.probe(
            path, size_bytes=len(fetched.data), deadline=_deadline(context, _TELLING_SECONDS)
        )
    elif len(fetched.data) > (MAX_PICTURE_BYTES if kind is ContentKind.IMAGE else MAX_TEXT_BYTES):
        raise UnsupportedMediaError("The content is too large.")
    return await _looked_into(studio, context, kind, path, content_hash)


async def _looked_into(
    studio: Studio, context: JobContext, kind: ContentKind, path: Path, content_hash: str
) -> Material:
    size_bytes = await asyncio.to_thread(lambda: path.stat().st_size)
    context.used("downloaded_bytes", size_bytes)
    if kind is ContentKind.TEXT:
        text = text_of(await asyncio.to_thread(path.read_bytes))
        return Material(kind=kind, content_hash=content_hash, size_bytes=size_bytes, text=text)
    if kind is ContentKind.IMAGE:
        soon = studio.clock.monotonic() + _PICTURE_SECONDS
        still = await studio.media.picture(
            path, path.parent, deadline=min(soon, _deadline(context, _TELLING_SECONDS))
        )
        context.used("cpu_seconds", still.cpu_seconds)
        pictures = await _read(path.parent, [still.file])
        return Material(
            kind=kind, content_hash=content_hash, size_bytes=size_bytes, still=still, pictures=pictures
        )
    inspection = await studio.media.inspect(
        path, path.parent, deadline=_deadline(context, _TELLING_SECONDS * 2)
    )
    context.used("cpu_seconds", inspection.cpu_seconds)
    pictures = await _read(path.parent, [sheet.file for sheet in inspection.contact_sheets])
    return Material(
        kind=kind, content_hash=content_hash, size_bytes=size_bytes, inspection=inspection, pictures=pictures
    )


def kind_of(head: bytes) -> ContentKind:
    """Tell by a file's first bytes what it is; neither its name nor its host's word counts.

    Raises:
        UnsupportedMediaError: it is empty, or plainly something else.
    """
    if not head:
        raise UnsupportedMediaError("The content is empty.")
    if picture_kind(head) is not None:
        return ContentKind.IMAGE
    try:
        container_of(head[:HEAD_BYTES])
    except UnsupportedMediaError:
        pass
    else:
        return ContentKind.VIDEO
    if b"\0" in head or not _may_be_text(head):
        raise UnsupportedMediaError("The content is neither a picture, nor a video, nor plain text.")
    return ContentKind.TEXT


def text_of(data: bytes) -> str:
    """Return plain text.

    Raises:
        UnsupportedMediaError: it is a page, a program's file, or not UTF-8.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnsupportedMediaError("The text is not UTF-8.") from None
    if text.lstrip().startswith(_MARKUP):
        raise UnsupportedMediaError("The content is markup, not plain text.")
    if any(unicodedata.category(c) == "Cc" and c not in "\t\n\r" for c in text):
        raise UnsupportedMediaError("The text holds control characters.")
    if not text.strip():
        raise UnsupportedMediaError("The content is empty.")
    return text


def text_hash(*texts: str | None) -> str:
    """Return what paid steps about texts are remembered by."""
    return hashlib.sha256("\0".join(text or "" for text in texts).encode("utf-8", "replace")).hexdigest()


def _may_be_text(head: bytes) -> bool:
    """Say whether a beginning, which may end within a character, is one of UTF-8."""
    for end in range(len(head), max(len(head) - 4, 0), -1):
        try:
            head[:end].decode("utf-8")
        except UnicodeDecodeError:
            continue
        return True
    return False


def _check_size(pinned: StoredObject, most: int) -> None:
    if pinned.size_bytes > most:
        raise UnsupportedMediaError(f"The content is larger than {most / 1_000_000:.1g} MB.")


def _deadline(context: JobContext, margin_seconds: float) -> float:
    return context.deadline - margin_seconds


def _put(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    return hashlib.sha256(data).hexdigest()


async def _read(directory: Path, names: Sequence[str]) -> Sequence[bytes]:
    return await asyncio.to_thread(lambda: [(directory / name).read_bytes() for name in names])
