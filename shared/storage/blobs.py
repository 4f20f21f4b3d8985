"""The staging area on Azure Blob Storage: sound waits in one private container, readable by signed links.

The value of `AZURE_STORAGE_CONNECTION_STRING` says who vouches for the app: an account key in it, or, when it
names no more than the account's address, Microsoft Entra ID.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from shared.clock import Clock
from shared.errors import (
    ConfigurationError,
    JobTimeoutError,
    NetworkError,
    RateLimitError,
    VideoNotFoundError,
)

if TYPE_CHECKING:
    from azure.core.exceptions import HttpResponseError
    from azure.storage.blob import UserDelegationKey
    from azure.storage.blob.aio import BlobServiceClient, ContainerClient

CONTAINER = "speech"
#: Clocks of two clouds differ: a link is valid from a little before it is made.
_SKEW = timedelta(minutes=5)
#: How much longer than needed a user delegation key is asked for, so that it serves many links.
_KEY_SECONDS = 2 * 86_400.0
_CONNECT_TIMEOUT_SECONDS, _READ_TIMEOUT_SECONDS = 5, 30
_THROTTLED = frozenset({429, 503})

_FORBIDDEN = "The storage refuses the app. Check AZURE_STORAGE_CONNECTION_STRING, or the app's identity."

_EMULATOR = "UseDevelopmentStorage=true"
_EMULATOR_ACCOUNT = (
    "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;"
    # The key that Microsoft publishes for every emulator.
    "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;"
    "BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1;"
)


class BlobStagingArea:
    """Stages sound in Azure Blob Storage: a `StagingArea`.

    Args:
        connection: a connection string with an account key; or the account's address, as
            `BlobEndpoint=https://…` or alone, and Entra ID vouches.
        clock: the process' clock.
        container: its name; it is made if it is missing.
    """

    def __init__(self, connection: SecretStr, clock: Clock, *, container: str = CONTAINER) -> None:
        self._parts = _parts(connection.get_secret_value())
        self._clock = clock
        self._name = container
        self._opening = asyncio.Lock()
        self._service: BlobServiceClient | None = None
        self._container: ContainerClient | None = None
        self._credential: Any = None
        self._delegation: tuple[UserDelegationKey, float] | None = None

    async def stage(self, name: str, path: Path, *, content_type: str, readable_seconds: float) -> str:
        """See `StagingArea.stage`."""
        from azure.storage.blob import ContentSettings

        with _named_failures():
            blob = (await self._opened()).get_blob_client(name)
            with path.open("rb") as data:
                settings = ContentSettings(content_type=content_type)
                await blob.upload_blob(data, overwrite=True, content_settings=settings)
        return await self.link(name, readable_seconds=readable_seconds)

    async def link(self, name: str, *, readable_seconds: float) -> str:
        """See `StagingArea.link`."""
        from azure.storage.blob import BlobSasPermissions, generate_blob_sas

        with _named_failures():
            blob = (await self._opened()).get_blob_client(name)
            now = self._clock.now()
            signature = generate_blob_sas(
                account_name=str(blob.account_name),
                container_name=self._name,
                blob_name=name,
                permission=BlobSasPermissions(read=True),
                start=now - _SKEW,
                expiry=now + timedelta(seconds=readable_seconds),
                protocol="https" if blob.url.startswith("https:") else None,
                **await self._signing_key(readable_seconds),
            )
            return f"{blob.url}?{signature}"

    async def remove(self, name: str) -> None:
        """See `StagingArea.remove`."""
        from azure.core.exceptions import ResourceNotFoundError

        with _named_failures():
            container = await self._opened()
            try:
                await container.delete_blob(name)
            except ResourceNotFoundError:
                return

    async def staged_before(self, age_seconds: float) -> AsyncIterator[str]:
        """See `StagingArea.staged_before`."""
        with _named_failures():
            oldest = self._clock.now() - timedelta(seconds=age_seconds)
            async for blob in (await self._opened()).list_blobs():
                if blob.last_modified < oldest:
                    yield blob.name

    async def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        service, self._service, self._container = self._service, None, None
        credential, self._credential = self._credential, None
        if service is not None:
            await service.close()
        if credential is not None:
            await credential.close()

    async def _opened(self) -> ContainerClient:
        """Return the container, made at the first call."""
        from azure.core.exceptions import ResourceExistsError

        async with self._opening:
            if self._container is None:
                self._service = self._service or self._new_service()
                container = self._service.get_container_client(self._name)
                with suppress(ResourceExistsError):
                    await container.create_container()
                self._container = container
            return self._container

    def _new_service(self) -> BlobServiceClient:
        from azure.storage.blob.aio import BlobServiceClient, LinearRetry

        options: dict[str, Any] = {
            "connection_timeout": _CONNECT_TIMEOUT_SECONDS,
            "read_timeout": _READ_TIMEOUT_SECONDS,
            # The SDK's own waits a quarter of a minute and more: the engine has a schedule for that.
            "retry_policy": LinearRetry(backoff=1, retry_total=2, random_jitter_range=1),
        }
        if "AccountKey" in self._parts:
            text = ";".join(f"{name}={value}" for name, value in self._parts.items())
            return BlobServiceClient.from_connection_string(text, **options)
        from azure.identity.aio import DefaultAzureCredential

        self._credential = DefaultAzureCredential()
        return BlobServiceClient(self._parts["BlobEndpoint"], self._credential, **options)

    async def _signing_key(self, readable_seconds: float) -> Mapping[str, Any]:
        """Return what signs a link: the account's key, or one that Entra ID lends."""
        if key := self._parts.get("AccountKey"):
            return {"account_key": key}
        until = self._clock.monotonic() + readable_seconds
        if self._delegation is None or self._delegation[1] < until:
            now = self._clock.now()
            lent_seconds = max(_KEY_SECONDS, readable_seconds)
            service = self._service or self._new_service()
            lent = await service.get_user_delegation_key(now - _SKEW, now + timedelta(seconds=lent_seconds))
            self._delegation = (lent, self._clock.monotonic() + lent_seconds)
        return {"user_delegation_key": self._delegation[0]}


def _parts(connection: str) -> Mapping[str, str]:
    """Return the parts of a connection string.

    Raises:
        ConfigurationError: it names no account.
    """
    text = connection.strip()
    if text.rstrip(";") == _EMULATOR:
        text = _EMULATOR_ACCOUNT
    if text.startswith(("https://", "http://")):
        text = f"BlobEndpoint={text.rstrip('/')}"
    parts = dict(part.split("=", 1) for part in text.split(";") if "=" in part)
    if not parts.get("AccountKey") and not parts.get("BlobEndpoint"):
        raise ConfigurationError("AZURE_STORAGE_CONNECTION_STRING names neither a key nor an address.")
    return {name: value for name, value in parts.items() if value}


@contextmanager
def _named_failures() -> Iterator[None]:
    """Turn the SDK's errors into ours."""
    from azure.core import exceptions as sdk

    try:
        yield
    except sdk.ServiceResponseTimeoutError as error:
        raise JobTimeoutError("The storage did not answer in time.") from error
    except (sdk.ServiceRequestError, sdk.ServiceResponseError) as error:
        raise NetworkError("The storage could not be reached.") from error
    except sdk.ResourceNotFoundError as error:
        raise VideoNotFoundError("The staged sound is gone.") from error
    except sdk.ClientAuthenticationError as error:
        raise NetworkError(_FORBIDDEN) from error
    except sdk.HttpResponseError as error:
        raise _refused(error) from error


def _refused(error: HttpResponseError) -> NetworkError | RateLimitError:
    if error.status_code in _THROTTLED:
        return RateLimitError("The storage is limiting our requests.")
    if error.status_code == HTTPStatus.FORBIDDEN:
        return NetworkError(_FORBIDDEN)
    return NetworkError(f"The storage refused a request ({error.status_code}).")
