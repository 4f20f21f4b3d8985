"""The HTTP connection to Azure Speech: key or Microsoft Entra ID, one session, answers under a size cap.

Opened on first use, inside the running loop, and belongs to that loop.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from shared.ai.retry_after import retry_after_seconds
from shared.clock import Clock
from shared.errors import JobTimeoutError, NetworkError, RateLimitError
from shared.speech.port import TranscriptionFailedError

if TYPE_CHECKING:
    import aiohttp
    from azure.core.credentials_async import AsyncTokenCredential

API_VERSION = "2024-11-15"
#: A transcript of two hours with the time of each word has some 20 MB.
MAX_ANSWER_BYTES = 64 * 1024 * 1024
#: What calls that start or look at something may take.
TIMEOUT_SECONDS = 30.0
CONNECT_TIMEOUT_SECONDS = 5.0

_SCOPE = "https://cognitiveservices.azure.com/.default"
_UNREACHABLE = "The speech service could not be reached."
_STRANGE = "The speech service answered in an unknown form."


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A response that was read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return what the body says.

        Raises:
            NetworkError: it is no JSON.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise NetworkError(_STRANGE) from None


class SpeechConnection:
    """Asks the speech service.

    Args:
        endpoint: such as `https://eastus2.api.cognitive.microsoft.com`.
        key: the resource's; when it is empty, Entra ID vouches for the app, and the endpoint has to be the
            resource's own domain.
        clock: the process' clock.
        credential: makes Entra ID's credential; `None` looks for one as `DefaultAzureCredential` does.
    """

    def __init__(
        self,
        *,
        endpoint: str,
        key: SecretStr,
        clock: Clock,
        credential: Callable[[], AsyncTokenCredential] | None = None,
    ) -> None:
        self.endpoint = endpoint.rstrip("/").removesuffix("/speechtotext")
        self._key = key
        self._clock = clock
        self._new_credential = credential or _default_credential
        self._credential: AsyncTokenCredential | None = None
        self._session: aiohttp.ClientSession | None = None

    async def ask(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        form: Callable[[], Any] | None = None,
        query: Mapping[str, str] | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> Answer:
        """Ask the service and return its answer, an error's included, except for those that may pass.

        Args:
            method: the HTTP method.
            path: below `/speechtotext`, such as `/transcriptions`.
            body: sent as JSON.
            form: makes a multipart body, in the place of `body`.
            query: parameters beside the version.
            timeout_seconds: for all of it.

        Raises:
            JobError: `RateLimitError`, `NetworkError` (a key that is not accepted included),
                `JobTimeoutError`.
        """
        url = f"{self.endpoint}/speechtotext{path}"
        asked: dict[str, Any] = {"data": form()} if form else {"json": body} if body is not None else {}
        asked["params"] = {"api-version": API_VERSION, **(query or {})}
        with _named_failures():
            asked["headers"] = await self._authorisation()
            return self._checked(await self._send(method, url, asked, timeout_seconds))

    async def fetch(self, url: str) -> Answer:
        """Read a file that the service links to; its URL carries its own right to be read.

        Raises:
            JobError: `RateLimitError`, `NetworkError`, `JobTimeoutError`.
        """
        with _named_failures():
            return self._checked(await self._send("GET", url, {}, TIMEOUT_SECONDS), own=False)

    async def close(self) -> None:
        """Close the session; the next call opens another."""
        session, self._session = self._session, None
        credential, self._credential = self._credential, None
        if session is not None:
            await session.close()
        if credential is not None:
            await credential.close()

    async def _send(self, method: str, url: str, asked: Mapping[str, Any], seconds: float) -> Answer:
        import aiohttp

        if self._session is None:
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        timeout = aiohttp.ClientTimeout(total=max(seconds, 0.001), connect=CONNECT_TIMEOUT_SECONDS)
        sent = self._session.request(method, url, timeout=timeout, allow_redirects=False, **asked)
        async with sent as response:
            content = bytearray()
            async for piece in response.content.iter_any():
                content += piece
                if len(content) > MAX_ANSWER_BYTES:
                    raise NetworkError("The speech service's answer is too large.")
            return Answer(status=response.status, headers=response.headers, body=bytes(content))

    async def _authorisation(self) -> dict[str, str]:
        if key := self._key.get_secret_value():
            return {"Ocp-Apim-Subscription-Key": key}
        if self._credential is None:
            self._credential = self._new_credential()
        token = await self._credential.get_token(_SCOPE)
        return {"Authorization": f"Bearer {token.token}"}

    def _checked(self, answer: Answer, *, own: bool = True) -> Answer:
        """Return an answer unless it is one of those that asking again may better."""
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            text = answer.body[:10_000].decode(errors="replace")
            wait = retry_after_seconds(answer.headers, text, self._clock.now())
            if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
                raise RateLimitError("The speech service is limiting our requests.", retry_after_seconds=wait)
            raise NetworkError(
                f"The speech service is not available ({answer.status}).", retry_after_seconds=wait
            )
        if own and answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise NetworkError("The speech service refuses our key. Check AZURE_SPEECH_KEY.")
        return answer


def refused(answer: Answer) -> TranscriptionFailedError | NetworkError:
    """Return the error for an answer that is not the one that was hoped for."""
    if HTTPStatus.BAD_REQUEST <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return TranscriptionFailedError(f"The speech service refuses the sound ({answer.status}).")
    return NetworkError(_STRANGE)


@contextmanager
def _named_failures() -> Iterator[None]:
    """Turn the client's errors into ours."""
    import aiohttp
    from azure.core.exceptions import ClientAuthenticationError

    try:
        yield
    except TimeoutError as error:
        raise JobTimeoutError("The speech service did not answer in time.") from error
    except aiohttp.InvalidURL as error:
        raise NetworkError("AZURE_SPEECH_ENDPOINT is no URL.") from error
    except (aiohttp.ClientError, OSError) as error:
        raise NetworkError(_UNREACHABLE) from error
    except ClientAuthenticationError as error:
        raise NetworkError(
            "Microsoft Entra ID does not vouch for this app. Set AZURE_SPEECH_KEY, or give it an identity."
        ) from error


def _default_credential() -> AsyncTokenCredential:
    from azure.identity.aio import DefaultAzureCredential

    return DefaultAzureCredential()
