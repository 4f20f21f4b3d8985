"""The connections to AI endpoints: one HTTP session, and one SDK client for each endpoint, key and wire form.

`azure-ai-inference` is the client of both wire forms. Its pipeline (authentication, tracing, proxies,
transport) carries requests that are written here, because its own `complete` knows the `/models` form alone
and drops errors that arrive inside a stream. Its retries are off: the router owns retries, under one
deadline.
Everything is opened on first use, inside the running loop, and belongs to that loop.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from shared.ai.deployment import Deployment, Wire

if TYPE_CHECKING:
    import aiohttp
    from azure.ai.inference.aio import ChatCompletionsClient
    from azure.core.credentials import AzureKeyCredential
    from azure.core.credentials_async import AsyncTokenCredential
    from azure.core.rest import AsyncHttpResponse

#: A TLS handshake per call would cost more than the call's own overhead, so a connection outlives the pauses
#: between calls; Azure's load balancer drops idle ones after four minutes.
KEEP_ALIVE_SECONDS = 180.0
CONNECT_TIMEOUT_SECONDS = 5.0

#: The last version of the `/models` route.
_API_VERSION = "2024-05-01-preview"
#: What a token of Entra ID has to be good for.
_SCOPES: dict[Wire, str] = {
    Wire.MODELS: "https://cognitiveservices.azure.com/.default",
    Wire.OPENAI_V1: "https://ai.azure.com/.default",
}
_HEADERS = {"Content-Type": "application/json"}
#: The `/models` route passes on what it doesn't know itself only if it is told to.
_EXTRA = {"extra-parameters": "pass-through"}
_MODELS, _V1, _OPENAI_V1 = "/models", "/v1", "/openai/v1"


class Connections:
    """What a process' deployments share to reach their endpoints."""

    def __init__(
        self,
        *,
        endpoint: str,
        key: SecretStr,
        credential: Callable[[], AsyncTokenCredential] | None = None,
    ) -> None:
        """Remember the defaults.

        Args:
            endpoint: where deployments answer that name no endpoint of their own.
            key: the key of those that name none; when it is empty, Entra ID vouches for the app.
            credential: makes Entra ID's credential; `None` looks for one as `DefaultAzureCredential` does.
        """
        self._endpoint = endpoint
        self._key = key
        self._new_credential = credential or _default_credential
        self._credential: AsyncTokenCredential | None = None
        self._session: aiohttp.ClientSession | None = None
        self._clients: dict[tuple[str, str, Wire], ChatCompletionsClient] = {}

    async def post(self, deployment: Deployment, body: Mapping[str, Any]) -> AsyncHttpResponse:
        """Ask a deployment; return its response as soon as its headers are there, whatever its status.

        Raises:
            AzureError: there is no response.
        """
        from shared.ai.unshared_request import UnsharedRequest

        is_models = deployment.wire is Wire.MODELS
        request = UnsharedRequest(
            "POST",
            chat_url(deployment.endpoint or self._endpoint, deployment.wire),
            params={"api-version": _API_VERSION} if is_models else None,
            headers=_HEADERS | (_EXTRA if is_models and "stream_options" in body else {}),
            content=json.dumps(body).encode(),
        )
        return await self._client(deployment).send_request(request, stream=True)

    async def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        session, self._session = self._session, None
        credential, self._credential = self._credential, None
        self._clients.clear()
        if session is not None:
            await session.close()
        if credential is not None:
            await credential.close()

    def _client(self, deployment: Deployment) -> ChatCompletionsClient:
        endpoint, key = deployment.endpoint or self._endpoint, self._key_of(deployment)
        name = (endpoint, key, deployment.wire)
        if name not in self._clients:
            self._clients[name] = self._new_client(endpoint, key, deployment.wire)
        return self._clients[name]

    def _new_client(self, endpoint: str, key: str, wire: Wire) -> ChatCompletionsClient:
        from azure.ai.inference.aio import ChatCompletionsClient
        from azure.core.pipeline.transport import AioHttpTransport

        if self._session is None:
            self._session = _new_session()
        return ChatCompletionsClient(
            endpoint,
            (credential := self._vouching(key)),
            credential_scopes=[_SCOPES[wire]],
            transport=AioHttpTransport(
                session=self._session,
                session_owner=False,
                connection_timeout=CONNECT_TIMEOUT_SECONDS,
                read_timeout=0,  # whoever asks has a deadline; a timer for each piece costs
            ),
            policies=self._policies(credential, wire),
        )

    def _policies(self, credential: AzureKeyCredential | AsyncTokenCredential, wire: Wire) -> list[Any]:
        """Return what a request passes through.

        The SDK's own list is three times as long and takes a fifth of a call's CPU time: retries, redirects
        and logs, all of them switched off, a request id, and a decoder of bodies that we read ourselves.
        """
        from azure.core.credentials import AzureKeyCredential
        from azure.core.pipeline import policies

        if isinstance(credential, AzureKeyCredential):
            key = {"Authorization": f"Bearer {credential.key}", "api-key": credential.key}
            return [policies.UserAgentPolicy(), policies.ProxyPolicy(), policies.HeadersPolicy(key)]
        bearer = policies.AsyncBearerTokenCredentialPolicy(credential, _SCOPES[wire])
        return [policies.UserAgentPolicy(), policies.ProxyPolicy(), bearer]

    def _vouching(self, key: str) -> AzureKeyCredential | AsyncTokenCredential:
        if key:
            from azure.core.credentials import AzureKeyCredential

            return AzureKeyCredential(key)
        if self._credential is None:
            self._credential = self._new_credential()
        return self._credential

    def _key_of(self, deployment: Deployment) -> str:
        return (deployment.key or self._key).get_secret_value()


def chat_url(endpoint: str, wire: Wire) -> str:
    """Return where chat completions are asked for, from an endpoint in any of the ways it is written.

    Azure's portal shows a resource, its `/models` and its `/openai/v1`; other servers that speak OpenAI's
    form answer under a `/v1`.
    """
    base = endpoint.rstrip("/")
    if wire is Wire.OPENAI_V1 and not base.endswith(_V1):
        base = base.removesuffix(_MODELS) + _OPENAI_V1
    elif wire is Wire.MODELS and base.endswith(_OPENAI_V1):
        base = base.removesuffix(_OPENAI_V1) + _MODELS
    return f"{base}/chat/completions"


def _new_session() -> aiohttp.ClientSession:
    import aiohttp

    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(keepalive_timeout=KEEP_ALIVE_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,  # the SDK's transport does
    )


def _default_credential() -> AsyncTokenCredential:
    from azure.identity.aio import DefaultAzureCredential

    return DefaultAzureCredential()
