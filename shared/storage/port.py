"""The ports to object storage: creators' videos, what is made of them, and sound that waits for its words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class ObjectLocation:
    """Where an object is, after its URL was checked."""

    bucket: str
    key: str
    #: A version that the URL names.
    version: str | None = None


@dataclass(frozen=True, kw_only=True)
class StoredObject:
    """An object as it stood when it was looked at; reads are pinned to it."""

    location: ObjectLocation
    size_bytes: int
    #: Reading fails when the object has changed since.
    etag: str
    content_type: str | None = None


class ObjectStore(Protocol):
    """Reads creators' uploads and keeps what is made of them.

    Raises `VideoNotFoundError` (absent, archived, not ours to read, or changed since it was pinned),
    `NetworkError`, `RateLimitError` and `JobTimeoutError`.
    """

    async def look_up(self, location: ObjectLocation) -> StoredObject:
        """Pin an object: its size and its version."""
        ...

    async def read_range(self, pinned: StoredObject, start: int, length: int) -> bytes:
        """Return a part of a pinned object; shorter only at its end."""
        ...

    async def download(self, pinned: StoredObject, path: Path) -> str:
        """Write a pinned object to a file, never more than its size, and return its SHA-256 in hex."""
        ...

    async def url_of(self, key: str) -> str | None:
        """Return the URL of a derived file, or `None` if it is not kept, or no longer."""
        ...

    async def put(self, key: str, data: bytes | Path, *, content_type: str) -> str:
        """Keep a derived file under a key of the output bucket; returns the URL that clients know it by."""
        ...


class StagingArea(Protocol):
    """Keeps sound where the speech service can fetch it, for as long as it needs to."""

    async def stage(self, name: str, path: Path, *, content_type: str, readable_seconds: float) -> str:
        """Put a file up and return a URL that reads it and expires. Staging a name again replaces it."""
        ...

    async def link(self, name: str, *, readable_seconds: float) -> str:
        """Return a new URL that reads a staged file and expires; whether the file is there is not asked."""
        ...

    async def remove(self, name: str) -> None:
        """Delete a staged file; one that is not there is fine."""
        ...

    def staged_before(self, age_seconds: float) -> AsyncIterator[str]:
        """Yield the names staged longer ago than this, for the sweep."""
        ...


class TemporaryDirectories(Protocol):
    """Gives each job a private directory, and removes what dead processes left behind."""

    def directory(self, name: str) -> AbstractAsyncContextManager[Path]:
        """Make a private directory, and remove it with all it holds at the end."""
        ...

    async def sweep(self) -> int:
        """Remove the directories whose process is gone, and return how many there were."""
        ...
