"""An object store in memory: the twin of `S3Objects` for tests."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from shared.errors import UnsupportedMediaError, VideoNotFoundError
from shared.storage.port import ObjectLocation, StoredObject


@dataclass(frozen=True, kw_only=True)
class MemoryObject:
    """What is kept of one object."""

    data: bytes
    content_type: str | None = None
    archived: bool = False

    @property
    def etag(self) -> str:
        """S3's entity tag of a plain upload."""
        return f'"{hashlib.md5(self.data, usedforsecurity=False).hexdigest()}"'


@dataclass(kw_only=True)
class MemoryObjects:
    """Objects in memory; see `ObjectStore`."""

    output_bucket: str = "huntaze-content"
    max_bytes: int = 1 << 30
    objects: dict[tuple[str, str], MemoryObject] = field(default_factory=dict)
    #: How many reads there were, and of how much, downloads included.
    requests: int = 0
    bytes_read: int = 0

    async def look_up(self, location: ObjectLocation) -> StoredObject:
        """Pin an object: its size and its version."""
        found = self._found(location)
        if len(found.data) > self.max_bytes:
            raise UnsupportedMediaError(f"The video is larger than {self.max_bytes // 1_000_000} MB.")
        return StoredObject(
            location=location, size_bytes=len(found.data), etag=found.etag, content_type=found.content_type
        )

    async def read_range(self, pinned: StoredObject, start: int, length: int) -> bytes:
        """Return a part of a pinned object; shorter only at its end."""
        return self._read(pinned)[start : start + length] if self._counted(pinned, start, length) else b""

    async def download(self, pinned: StoredObject, path: Path) -> str:
        """Write a pinned object to a file and return its SHA-256 in hex."""
        data = self._read(pinned)
        self._counted(pinned, 0, len(data))
        _write(path, data)
        return hashlib.sha256(data).hexdigest()

    async def put(self, key: str, data: bytes | Path, *, content_type: str) -> str:
        """Keep a derived file under a key of the output bucket; returns the URL that clients know it by."""
        content = data if isinstance(data, bytes) else _content(data)
        self.objects[self.output_bucket, key] = MemoryObject(data=content, content_type=content_type)
        return self._url(key)

    async def url_of(self, key: str) -> str | None:
        """Return the URL of a derived file, or `None` if it is not kept, or no longer."""
        return self._url(key) if (self.output_bucket, key) in self.objects else None

    async def close(self) -> None:
        """Nothing to give back."""

    def kept(self, prefix: str = "") -> Iterable[str]:
        """Return the keys of the output bucket that begin with a prefix."""
        return [
            key for bucket, key in self.objects if bucket == self.output_bucket and key.startswith(prefix)
        ]

    def _url(self, key: str) -> str:
        return f"https://{self.output_bucket}.s3.us-east-2.amazonaws.com/{quote(key)}"

    def _found(self, location: ObjectLocation) -> MemoryObject:
        found = self.objects.get((location.bucket, location.key))
        if found is None:
            raise VideoNotFoundError("The video does not exist.")
        if location.version not in {None, "null"}:
            raise VideoNotFoundError("The storage knows no such video or version.")
        if found.archived:
            raise VideoNotFoundError("The video is archived.")
        return found

    def _read(self, pinned: StoredObject) -> bytes:
        found = self._found(pinned.location)
        if found.etag != pinned.etag:
            raise VideoNotFoundError("The video was replaced while it was read.")
        return found.data

    def _counted(self, pinned: StoredObject, start: int, length: int) -> bool:
        """Count a read, unless it is of nothing."""
        readable = max(min(start + length, pinned.size_bytes) - start, 0)
        self.requests += readable > 0
        self.bytes_read += readable
        return readable > 0


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _content(path: Path) -> bytes:
    return path.read_bytes()
