"""What every object store does, S3 (by moto's server) and its twin in memory alike."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from infra.local import s3
from shared.errors import UnsupportedMediaError, VideoNotFoundError
from shared.storage.memory import MemoryObject, MemoryObjects
from shared.storage.port import ObjectLocation, ObjectStore
from shared.storage.s3 import S3Objects

DATA = hashlib.shake_256(b"a video").digest(2_500_000)


class Upload(Protocol):
    """Puts an object where the store under test finds it."""

    def __call__(self, key: str, data: bytes, *, archived: bool = False) -> ObjectLocation: ...


@pytest.fixture(scope="module")
def endpoint_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with s3.running(tmp_path_factory.mktemp("s3")) as url:
        yield url


@pytest.fixture(params=["memory", "s3"])
async def store_and_upload(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[ObjectStore, Upload]]:
    if request.param == "memory":
        memory = MemoryObjects(output_bucket=s3.BUCKET, max_bytes=3_000_000)
        yield memory, _uploading_to_memory(memory)
        return
    url = request.getfixturevalue("endpoint_url")
    for name, value in s3.CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    store = S3Objects(
        region="us-east-2", output_bucket=s3.BUCKET, endpoint_url=url, max_bytes=3_000_000, threads=2
    )
    yield store, _uploading_to_s3(store)
    await store.close()


def _uploading_to_memory(store: MemoryObjects) -> Upload:
    def upload(key: str, data: bytes, *, archived: bool = False) -> ObjectLocation:
        store.objects[s3.BUCKET, key] = MemoryObject(data=data, content_type="video/mp4", archived=archived)
        return ObjectLocation(bucket=s3.BUCKET, key=key)

    return upload


def _uploading_to_s3(store: S3Objects) -> Upload:
    def upload(key: str, data: bytes, *, archived: bool = False) -> ObjectLocation:
        more: dict[str, Any] = {"StorageClass": "GLACIER"} if archived else {}
        store._client().put_object(Bucket=s3.BUCKET, Key=key, Body=data, ContentType="video/mp4", **more)
        return ObjectLocation(bucket=s3.BUCKET, key=key)

    return upload


async def test_an_object_is_pinned_by_size_and_tag(store_and_upload: tuple[ObjectStore, Upload]) -> None:
    store, upload = store_and_upload
    pinned = await store.look_up(upload("a clip + é?.mp4", DATA))
    assert pinned.size_bytes == len(DATA)
    assert pinned.content_type == "video/mp4"
    assert pinned.etag == f'"{hashlib.md5(DATA, usedforsecurity=False).hexdigest()}"'


async def test_a_download_is_whole_and_hashed(
    store_and_upload: tuple[ObjectStore, Upload], tmp_path: Path
) -> None:
    store, upload = store_and_upload
    pinned = await store.look_up(upload("whole.mp4", DATA))
    assert await store.download(pinned, tmp_path / "video") == hashlib.sha256(DATA).hexdigest()
    assert (tmp_path / "video").read_bytes() == DATA


async def test_an_empty_object_downloads_as_an_empty_file(
    store_and_upload: tuple[ObjectStore, Upload], tmp_path: Path
) -> None:
    store, upload = store_and_upload
    pinned = await store.look_up(upload("empty.mp4", b""))
    assert await store.download(pinned, tmp_path / "video") == hashlib.sha256(b"").hexdigest()
    assert (tmp_path / "video").read_bytes() == b""


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [
        (0, 10, DATA[:10]),
        (1000, 65536, DATA[1000:66536]),
        (len(DATA) - 5, 100, DATA[-5:]),
        (len(DATA), 5, b""),
        (len(DATA) + 7, 5, b""),
        (3, 0, b""),
    ],
)
async def test_ranges_end_where_the_object_does(
    store_and_upload: tuple[ObjectStore, Upload], start: int, length: int, expected: bytes
) -> None:
    store, upload = store_and_upload
    pinned = await store.look_up(upload("ranges.mp4", DATA))
    assert await store.read_range(pinned, start, length) == expected


async def test_what_is_absent_is_said_to_be(store_and_upload: tuple[ObjectStore, Upload]) -> None:
    store, _ = store_and_upload
    for location in (
        ObjectLocation(bucket=s3.BUCKET, key="absent.mp4"),
        ObjectLocation(bucket="no-such-bucket-of-ours", key="absent.mp4"),
    ):
        with pytest.raises(VideoNotFoundError):
            await store.look_up(location)


async def test_a_version_that_does_not_exist_is_absent(store_and_upload: tuple[ObjectStore, Upload]) -> None:
    store, upload = store_and_upload
    location = upload("versions.mp4", DATA)
    with pytest.raises(VideoNotFoundError):
        await store.look_up(ObjectLocation(bucket=location.bucket, key=location.key, version="none-such"))


async def test_an_archived_object_is_refused_with_the_reason(
    store_and_upload: tuple[ObjectStore, Upload],
) -> None:
    store, upload = store_and_upload
    with pytest.raises(VideoNotFoundError, match="archived"):
        await store.look_up(upload("archived.mp4", DATA, archived=True))


async def test_an_object_over_the_limit_is_refused_unread(
    store_and_upload: tuple[ObjectStore, Upload],
) -> None:
    store, upload = store_and_upload
    with pytest.raises(UnsupportedMediaError, match="3 MB"):
        await store.look_up(upload("large.mp4", bytes(3_000_001)))


async def test_an_object_that_was_replaced_is_not_mixed_with_its_successor(
    store_and_upload: tuple[ObjectStore, Upload], tmp_path: Path
) -> None:
    store, upload = store_and_upload
    pinned = await store.look_up(upload("replaced.mp4", DATA))
    upload("replaced.mp4", bytes(len(DATA)))
    with pytest.raises(VideoNotFoundError, match="replaced"):
        await store.read_range(pinned, 0, 10)
    with pytest.raises(VideoNotFoundError, match="replaced"):
        await store.download(pinned, tmp_path / "video")


@pytest.mark.parametrize("given", [bytes, Path])
async def test_what_is_put_can_be_looked_up(
    store_and_upload: tuple[ObjectStore, Upload], tmp_path: Path, given: Callable[..., object]
) -> None:
    store, _ = store_and_upload
    file = tmp_path / "picture.jpg"
    file.write_bytes(b"JPEG")
    url = await store.put("derived/a b/1.jpg", b"JPEG" if given is bytes else file, content_type="image/jpeg")
    assert url.endswith("/derived/a%20b/1.jpg")
    pinned = await store.look_up(ObjectLocation(bucket=s3.BUCKET, key="derived/a b/1.jpg"))
    assert await store.read_range(pinned, 0, 100) == b"JPEG"
    assert pinned.content_type == "image/jpeg"
    assert await store.url_of("derived/a b/1.jpg") == url


async def test_what_is_not_kept_has_no_url(store_and_upload: tuple[ObjectStore, Upload]) -> None:
    store, _ = store_and_upload
    assert await store.url_of("derived/nothing.jpg") is None
