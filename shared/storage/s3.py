"""Amazon S3 as an object store, by boto3 in a few threads of its own."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, TypeVar
from urllib.parse import quote

from shared.errors import NetworkError, UnsupportedMediaError, VideoNotFoundError
from shared.storage.port import ObjectLocation, StoredObject
from shared.storage.s3_failures import readable_now, translated

R = TypeVar("R")

#: So often a download looks whether it is still wanted.
_CHUNK_BYTES = 1 << 18
_CONNECT_SECONDS, _READ_SECONDS = 3.0, 10.0
#: A download that breaks off goes on where it stopped, this often.
_RESUMPTIONS = 3
#: Derived files are named by their content, and show what a creator may sell: for browsers, not for proxies.
_CACHE_CONTROL = "private, max-age=31536000, immutable"
DEFAULT_MAX_BYTES = 1 << 30


class S3Objects:
    """Objects in S3; see `ObjectStore`. Its client, made at first use, finds keys as AWS' tools do."""

    def __init__(
        self,
        *,
        region: str,
        output_bucket: str,
        distributions: Mapping[str, str] | None = None,
        endpoint_url: str = "",
        max_bytes: int = DEFAULT_MAX_BYTES,
        threads: int = 8,
        read_seconds: float = _READ_SECONDS,
    ) -> None:
        """Prepare to talk to S3.

        Args:
            region: of all buckets.
            output_bucket: where derived files go.
            distributions: CloudFront domains with the bucket that each serves; clients are told of the output
                bucket's, if it has one.
            endpoint_url: of another S3 than Amazon's.
            max_bytes: larger objects are refused when they are looked up.
            threads: how many requests may run at once.
            read_seconds: how long the store may send nothing.
        """
        self._region = region
        self._output_bucket = output_bucket
        self._endpoint_url = endpoint_url.rstrip("/")
        self._base_url = self._public_url(distributions or {})
        self._max_bytes = max_bytes
        self._threads = threads
        self._read_seconds = read_seconds
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="s3")
        self._making = threading.Lock()
        self._made: Any = None

    async def look_up(self, location: ObjectLocation) -> StoredObject:
        """Pin an object: its size and its version.

        Raises:
            UnsupportedMediaError: it is larger than allowed.
        """
        head = await self._in_thread(lambda: self._client().head_object(**_named(location)))
        if not readable_now(head):
            raise VideoNotFoundError("The video is archived.")
        if head["ContentLength"] > self._max_bytes:
            raise UnsupportedMediaError(f"The video is larger than {self._max_bytes // 1_000_000} MB.")
        return StoredObject(
            location=location,
            size_bytes=head["ContentLength"],
            etag=head["ETag"],
            content_type=head.get("ContentType"),
        )

    async def read_range(self, pinned: StoredObject, start: int, length: int) -> bytes:
        """Return a part of a pinned object; shorter only at its end."""
        end = min(start + length, pinned.size_bytes)
        if start >= end:
            return b""
        return await self._in_thread(partial(self._read, pinned, start, end))

    async def download(self, pinned: StoredObject, path: Path) -> str:
        """Write a pinned object to a file, never more than its size, and return its SHA-256 in hex."""
        stop = threading.Event()
        try:
            return await self._in_thread(lambda: self._download(pinned, path, stop))
        finally:
            stop.set()  # a thread can't be cancelled: it looks at this after each piece

    async def put(self, key: str, data: bytes | Path, *, content_type: str) -> str:
        """Keep a derived file under a key of the output bucket; returns the URL that clients know it by."""
        await self._in_thread(lambda: self._put(key, data, content_type))
        return self._url(key)

    async def url_of(self, key: str) -> str | None:
        """Return the URL of a derived file, or `None` if it is not kept, or no longer."""
        location = ObjectLocation(bucket=self._output_bucket, key=key)
        try:
            await self._in_thread(lambda: self._client().head_object(**_named(location)))
        except VideoNotFoundError:
            return None
        return self._url(key)

    async def close(self) -> None:
        """Give the connections back; requests under way are left to end by themselves."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        if self._made is not None:
            await asyncio.to_thread(self._made.close)

    async def _in_thread(self, work: Callable[[], R]) -> R:
        return await asyncio.get_running_loop().run_in_executor(self._executor, partial(translated, work))

    def _client(self) -> Any:
        with self._making:
            if self._made is None:
                self._made = self._new_client()
            return self._made

    def _new_client(self) -> Any:
        import boto3.session
        from botocore.config import Config

        config = Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=self._read_seconds,
            retries={"mode": "standard", "total_max_attempts": 2},
            max_pool_connections=self._threads,
            s3={"addressing_style": "path" if self._endpoint_url else "virtual"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        return boto3.session.Session().client(
            "s3", region_name=self._region, endpoint_url=self._endpoint_url or None, config=config
        )

    def _public_url(self, distributions: Mapping[str, str]) -> str:
        if self._endpoint_url:
            return f"{self._endpoint_url}/{self._output_bucket}"
        domains = (domain for domain, bucket in distributions.items() if bucket == self._output_bucket)
        return f"https://{next(domains, f'{self._output_bucket}.s3.{self._region}.amazonaws.com')}"

    def _url(self, key: str) -> str:
        return f"{self._base_url}/{quote(key)}"

    def _opened(self, pinned: StoredObject, start: int, end: int) -> Any:
        answer = self._client().get_object(
            **_named(pinned.location), IfMatch=pinned.etag, Range=f"bytes={start}-{end - 1}"
        )
        return answer["Body"]

    def _read(self, pinned: StoredObject, start: int, end: int) -> bytes:
        with closing(self._opened(pinned, start, end)) as body:
            data: bytes = body.read(end - start)
        if len(data) < end - start:
            raise NetworkError("The storage sent less than it promised.")
        return data

    def _download(self, pinned: StoredObject, path: Path, stop: threading.Event) -> str:
        digest = hashlib.sha256()
        with path.open("wb") as file:
            for resumption in range(_RESUMPTIONS + 1):
                try:
                    translated(partial(self._fetch, pinned, file, digest.update, stop))
                except NetworkError:
                    if resumption == _RESUMPTIONS or stop.is_set():
                        raise
                else:
                    break
        return digest.hexdigest()

    def _fetch(
        self, pinned: StoredObject, file: BinaryIO, seen: Callable[[bytes], None], stop: threading.Event
    ) -> None:
        """Append what is missing."""
        if file.tell() == pinned.size_bytes:
            return
        with closing(self._opened(pinned, file.tell(), pinned.size_bytes)) as body:
            while (left := pinned.size_bytes - file.tell()) and not stop.is_set():
                piece = body.read(min(_CHUNK_BYTES, left))
                if not piece:
                    raise NetworkError("The storage sent less than it promised.")
                file.write(piece)
                seen(piece)

    def _put(self, key: str, data: bytes | Path, content_type: str) -> None:
        put = partial(
            self._client().put_object,
            Bucket=self._output_bucket,
            Key=key,
            ContentType=content_type,
            CacheControl=_CACHE_CONTROL,
        )
        if isinstance(data, bytes):
            put(Body=data)
            return
        with data.open("rb") as file:
            put(Body=file)


def _named(location: ObjectLocation) -> Mapping[str, str]:
    name = {"Bucket": location.bucket, "Key": location.key}
    return name if location.version is None else {**name, "VersionId": location.version}
