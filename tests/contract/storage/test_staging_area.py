"""What every staging area must do; Azure Blob Storage, against Azurite, and the twin run the same tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from itertools import count
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from azure.storage.blob import UserDelegationKey
from azure.storage.blob.aio import BlobServiceClient
from pydantic import SecretStr

from infra.local.process import LOCALHOST, free_port
from shared.clock import ManualClock, SystemClock
from shared.errors import ConfigurationError, NetworkError
from shared.storage.blobs import BlobStagingArea
from shared.storage.memory_staging import MemoryStagingArea
from shared.storage.port import StagingArea

SOUND = b"fLaC" + bytes(1000)
_CONTAINERS = (f"speech-{number}" for number in count())


@pytest.fixture
async def blobs(azurite_connection: str) -> AsyncIterator[BlobStagingArea]:
    """In a container that does not exist yet."""
    area = BlobStagingArea(SecretStr(azurite_connection), SystemClock(), container=next(_CONTAINERS))
    yield area
    await area.close()


@pytest.fixture
def memory() -> MemoryStagingArea:
    return MemoryStagingArea(SystemClock())


@pytest.fixture(params=["blobs", "memory"])
def area(request: pytest.FixtureRequest) -> StagingArea:
    """Each in turn."""
    found: StagingArea = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "sound.flac"
    path.write_bytes(SOUND)
    return path


async def _stage(area: StagingArea, path: Path, name: str = "ab/sound.flac", seconds: float = 60) -> str:
    return await area.stage(name, path, content_type="audio/flac", readable_seconds=seconds)


async def _names(area: StagingArea, age_seconds: float = 0) -> list[str]:
    await asyncio.sleep(1.1)  # Azure's times are whole seconds
    return sorted([name async for name in area.staged_before(age_seconds)])


async def _read(url: str) -> tuple[int, bytes]:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return response.status, await response.read()


async def test_what_is_staged_waits_until_it_is_removed(area: StagingArea, sound: Path) -> None:
    assert "ab/sound.flac" in await _stage(area, sound)
    await _stage(area, sound, "ab/other.flac")
    assert await _names(area) == ["ab/other.flac", "ab/sound.flac"]
    await area.remove("ab/sound.flac")
    await area.remove("ab/sound.flac")
    assert await _names(area) == ["ab/other.flac"]


async def test_only_what_is_old_is_swept(area: StagingArea, sound: Path) -> None:
    await _stage(area, sound)
    assert await _names(area, age_seconds=3_600) == []


async def test_staging_again_replaces(area: StagingArea, sound: Path) -> None:
    """As after a crash between staging and its note."""
    await _stage(area, sound)
    await _stage(area, sound)
    assert await _names(area) == ["ab/sound.flac"]


async def test_a_removal_before_anything_was_staged(area: StagingArea) -> None:
    await area.remove("nobody's.flac")


async def test_the_link_reads_and_nothing_else_does(blobs: BlobStagingArea, sound: Path) -> None:
    url = await _stage(blobs, sound)
    assert await _read(url) == (200, SOUND)
    bare = url.partition("?")[0]
    assert (await _read(bare))[0] >= 400
    assert (await _read(url.replace("sound.flac", "other.flac")))[0] >= 400
    async with aiohttp.ClientSession() as session, session.delete(url) as response:
        assert response.status >= 400


async def test_the_link_says_what_it_is_for(blobs: BlobStagingArea, sound: Path) -> None:
    said = parse_qs(urlsplit(await _stage(blobs, sound)).query)
    assert (said["sp"], said["sr"]) == (["r"], ["b"])
    assert said["st"] < said["se"]


async def test_the_link_expires(blobs: BlobStagingArea, sound: Path) -> None:
    assert (await _read(await _stage(blobs, sound, seconds=-1)))[0] == 403


async def test_a_new_link_to_what_waits(blobs: BlobStagingArea, sound: Path) -> None:
    await _stage(blobs, sound)
    assert await _read(await blobs.link("ab/sound.flac", readable_seconds=60)) == (200, SOUND)


async def test_the_sound_has_its_type(blobs: BlobStagingArea, azurite_connection: str, sound: Path) -> None:
    url = await _stage(blobs, sound)
    container = urlsplit(url).path.split("/")[2]
    async with BlobServiceClient.from_connection_string(azurite_connection) as service:
        found = await service.get_blob_client(container, "ab/sound.flac").get_blob_properties()
    assert found.content_settings.content_type == "audio/flac"


async def test_production_links_are_for_https_alone() -> None:
    """The account does not have to exist for its links to be made, once its container is known."""
    connection = "AccountName=acme;AccountKey=a2V5;EndpointSuffix=core.windows.net"
    area = BlobStagingArea(SecretStr(f"DefaultEndpointsProtocol=https;{connection}"), SystemClock())
    service = area._new_service()
    area._service, area._container = service, service.get_container_client("speech")
    said = urlsplit(await area.link("sound.flac", readable_seconds=60))
    assert (said.scheme, said.netloc) == ("https", "acme.blob.core.windows.net")
    assert parse_qs(said.query)["spr"] == ["https"]
    await area.close()


class _Lending:
    """A service that lends keys, as Entra ID has Azure do."""

    def __init__(self) -> None:
        self.lent = 0

    async def get_user_delegation_key(self, start: datetime, expiry: datetime) -> UserDelegationKey:
        self.lent += 1
        key = UserDelegationKey()  # type: ignore[no-untyped-call]  # published without
        key.signed_oid, key.signed_tid = "object", "tenant"
        key.signed_start, key.signed_expiry = f"{start:%Y-%m-%dT%H:%M:%SZ}", f"{expiry:%Y-%m-%dT%H:%M:%SZ}"
        key.signed_service, key.signed_version, key.value = "b", "2025-01-05", "a2V5"
        return key


async def test_without_a_key_one_is_borrowed_and_used_again() -> None:
    clock = ManualClock()
    area = BlobStagingArea(SecretStr("https://acme.blob.core.windows.net"), clock)
    service = area._new_service()
    area._container, lending = service.get_container_client("speech"), _Lending()
    area._service = lending  # type: ignore[assignment]  # as much of it as is used
    for _ in range(3):
        said = parse_qs(urlsplit(await area.link("sound.flac", readable_seconds=108_000)).query)
        assert (said["skoid"], said["sp"], said["spr"]) == (["object"], ["r"], ["https"])
    assert lending.lent == 1
    clock.advance(86_400)
    await area.link("sound.flac", readable_seconds=108_000)
    assert lending.lent == 2
    area._service = service
    await area.close()


async def test_storage_that_is_away_may_come_back(sound: Path) -> None:
    connection = f"AccountName=a;AccountKey=a2V5;BlobEndpoint=http://{LOCALHOST}:{free_port()}/a"
    area = BlobStagingArea(SecretStr(connection), SystemClock())
    with pytest.raises(NetworkError):
        await _stage(area, sound)
    await area.close()


async def test_a_wrong_key_is_named(azurite_connection: str, sound: Path) -> None:
    endpoint = azurite_connection.partition("BlobEndpoint=")[2]
    connection = f"AccountName=devstoreaccount1;AccountKey=d3Jvbmc=;BlobEndpoint={endpoint}"
    area = BlobStagingArea(SecretStr(connection), SystemClock())
    with pytest.raises(NetworkError, match="AZURE_STORAGE_CONNECTION_STRING"):
        await _stage(area, sound)
    await area.close()


def test_a_connection_that_names_nothing() -> None:
    with pytest.raises(ConfigurationError, match="AZURE_STORAGE_CONNECTION_STRING"):
        BlobStagingArea(SecretStr("DefaultEndpointsProtocol=https"), SystemClock())


@pytest.mark.parametrize(
    "connection",
    ["UseDevelopmentStorage=true", "https://acme.blob.core.windows.net/", "BlobEndpoint=https://acme.blob.x"],
)
async def test_every_way_to_name_an_account(connection: str) -> None:
    area = BlobStagingArea(SecretStr(connection), SystemClock())
    area._service = area._new_service()
    assert area._service.url.startswith("http")
    await area.close()
