"""An S3 that throttles, breaks off, stalls or lies: what the job is told, and that nothing waits for ever."""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from shared.errors import (
    InternalError,
    JobError,
    NetworkError,
    RateLimitError,
    VideoNotFoundError,
)
from shared.storage.port import ObjectLocation, StoredObject
from shared.storage.s3 import S3Objects

DATA = hashlib.shake_256(b"a video").digest(3_000_000)
LOCATION = ObjectLocation(bucket="bucket", key="clip.mp4")
PINNED = StoredObject(location=LOCATION, size_bytes=len(DATA), etag='"tag"')

Answer = Callable[[str, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def storage(
    answer: Answer, *, read_seconds: float = 10.0
) -> AsyncIterator[tuple[S3Objects, list[str]]]:
    """A store whose every request is answered by a function; yields it and the requests' heads."""
    heads: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).decode():
                heads.append(head)
                await answer(head, writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    store = S3Objects(region="us-east-2", output_bucket="bucket", endpoint_url=url, read_seconds=read_seconds)
    try:
        yield store, heads
    finally:
        await store.close()
        server.close()


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")


def refusing(status: int, code: str, *headers: str) -> Answer:
    async def answer(head: str, writer: asyncio.StreamWriter) -> None:
        body = b"" if head.startswith("HEAD") else f"<Error><Code>{code}</Code></Error>".encode()
        lines = [f"HTTP/1.1 {status} No", f"Content-Length: {len(body)}", *headers, "", ""]
        writer.write("\r\n".join(lines).encode() + body)

    return answer


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (404, "NoSuchKey", VideoNotFoundError),
        (404, "NoSuchBucket", VideoNotFoundError),
        (404, "NoSuchVersion", VideoNotFoundError),
        (405, "MethodNotAllowed", VideoNotFoundError),
        (403, "AccessDenied", VideoNotFoundError),
        (403, "InvalidObjectState", VideoNotFoundError),
        (412, "PreconditionFailed", VideoNotFoundError),
        (403, "InvalidAccessKeyId", InternalError),
        (403, "SignatureDoesNotMatch", InternalError),
        (400, "ExpiredToken", InternalError),
        (503, "SlowDown", RateLimitError),
        (429, "TooManyRequests", RateLimitError),
        (500, "InternalError", NetworkError),
        (502, "BadGateway", NetworkError),
    ],
)
async def test_refusals_are_told_apart(tmp_path: Path, status: int, code: str, kind: type[JobError]) -> None:
    async with storage(refusing(status, code)) as (store, heads):
        with pytest.raises(kind):
            await store.read_range(PINNED, 0, 10)
        assert len(heads) <= 2
        with pytest.raises(kind):
            await store.download(PINNED, tmp_path / "video")


async def test_a_look_up_knows_the_status_only() -> None:
    async with storage(refusing(403, "AccessDenied")) as (store, _):
        with pytest.raises(VideoNotFoundError):
            await store.look_up(LOCATION)


async def test_a_throttling_store_is_given_the_time_it_asks_for() -> None:
    async with storage(refusing(503, "SlowDown", "Retry-After: 7")) as (store, _):
        with pytest.raises(RateLimitError) as refusal:
            await store.read_range(PINNED, 0, 10)
    assert refusal.value.retry_after_seconds == 7.0


async def test_a_store_that_is_not_there_is_a_network_error() -> None:
    async with storage(refusing(500, "-")) as (store, _):
        pass
    store = S3Objects(region="us-east-2", output_bucket="bucket", endpoint_url=store._endpoint_url)
    with pytest.raises(NetworkError):
        await store.look_up(LOCATION)
    await store.close()


async def test_no_key_is_the_workers_own_fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path))
    async with storage(refusing(500, "-")) as (store, heads):
        with pytest.raises(InternalError, match="no key"):
            await store.look_up(LOCATION)
        assert heads == []


def _range_of(head: str) -> tuple[int, int]:
    found = re.search(r"range: bytes=(\d+)-(\d+)", head, re.IGNORECASE)
    assert found is not None
    return int(found[1]), int(found[2]) + 1


def sending(until: Callable[[int], int], *, then: float | None = None) -> Answer:
    """Send what is asked for, up to a point told by the number of the request; then hang up, or wait."""
    requests = 0

    async def answer(head: str, writer: asyncio.StreamWriter) -> None:
        nonlocal requests
        requests += 1
        start, end = _range_of(head)
        assert 'if-match: "tag"' in head.lower()
        lines = ["HTTP/1.1 206 Partial", f"Content-Length: {end - start}", 'ETag: "tag"', "", ""]
        writer.write("\r\n".join(lines).encode() + DATA[start : min(end, until(requests))])
        if until(requests) < end:
            await writer.drain()
            if then is not None:
                await asyncio.sleep(then)
            raise ConnectionError

    return answer


async def test_a_download_that_breaks_off_goes_on_where_it_stopped(tmp_path: Path) -> None:
    async with storage(sending(lambda request: request * 1_100_000)) as (store, heads):
        digest = await store.download(PINNED, tmp_path / "video")
    assert digest == hashlib.sha256(DATA).hexdigest()
    assert (tmp_path / "video").read_bytes() == DATA
    assert [_range_of(head)[0] > 0 for head in heads] == [False, True, True]


async def test_a_download_that_breaks_off_again_and_again_fails(tmp_path: Path) -> None:
    async with storage(sending(lambda _: 1_000_000)) as (store, heads):
        with pytest.raises(NetworkError):
            await store.download(PINNED, tmp_path / "video")
    assert len(heads) <= 8


async def test_a_store_that_stalls_is_given_up(tmp_path: Path) -> None:
    begun = time.monotonic()
    async with storage(sending(lambda _: 1000, then=2.0), read_seconds=0.3) as (store, _):
        with pytest.raises(NetworkError):
            await store.download(PINNED, tmp_path / "video")
    assert time.monotonic() - begun < 60


async def test_a_cancelled_download_stops_soon(tmp_path: Path) -> None:
    hung_up = asyncio.Event()

    async def trickle(head: str, writer: asyncio.StreamWriter) -> None:
        start, end = _range_of(head)
        writer.write(f'HTTP/1.1 206 Partial\r\nContent-Length: {end - start}\r\nETag: "tag"\r\n\r\n'.encode())
        try:
            for at in range(start, end, 20_000):
                writer.write(DATA[at : at + 20_000])
                await writer.drain()
                await asyncio.sleep(0.02)
        except ConnectionError:
            hung_up.set()
            raise

    async with storage(trickle) as (store, _):
        call = asyncio.create_task(store.download(PINNED, tmp_path / "video"))
        async with asyncio.timeout(60):
            while not (tmp_path / "video").exists():  # noqa: ASYNC110 - a thread makes it
                await asyncio.sleep(0.01)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        async with asyncio.timeout(60):
            await hung_up.wait()
    assert (tmp_path / "video").stat().st_size < len(DATA)


async def test_a_client_s_urls_are_those_it_knows() -> None:
    async with storage(sending(lambda _: 0)) as (store, _):
        assert store._base_url == f"{store._endpoint_url}/bucket"
    for distributions, base in (
        ({}, "https://bucket.s3.us-east-2.amazonaws.com"),
        ({"d1.cloudfront.net": "bucket", "d2.cloudfront.net": "other"}, "https://d1.cloudfront.net"),
    ):
        amazon = S3Objects(region="us-east-2", output_bucket="bucket", distributions=distributions)
        assert amazon._base_url == base
        await amazon.close()
