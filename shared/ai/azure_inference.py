"""Azure AI through its own SDK, `azure-ai-inference`: the `/models` route, authenticated with a key.

The SDK's retries are off, because the caller owns retries under one deadline. Its errors are translated here,
once. Nothing of a prompt is ever logged: the SDK's network trace stays off.
"""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from shared.ai.azure_failures import translated
from shared.ai.catalogue import Catalogue, Deployment
from shared.ai.completions import Completion
from shared.ai.port import Message, ModelCall, ModelReply, ModelRequest, Usage
from shared.clock import Clock
from shared.errors import JobTimeoutError, ModelError

if TYPE_CHECKING:
    from azure.ai.inference.aio import ChatCompletionsClient

logger = logging.getLogger(__name__)

#: A TLS handshake per call would cost more than the call's own overhead, so a connection outlives the pauses
#: between calls; Azure's load balancer drops idle ones after four minutes.
KEEP_ALIVE_SECONDS = 180.0
CONNECT_TIMEOUT_SECONDS = 5.0

_STRANGE = "The AI service answered in an unknown form."


class AzureInferenceModel:
    """The chat models of one Azure AI endpoint. Connects on first use, inside the running loop."""

    def __init__(self, *, endpoint: str, key: str, catalogue: Catalogue, clock: Clock) -> None:
        self._endpoint = endpoint.rstrip("/")
        self._key = key
        self._catalogue = catalogue
        self._clock = clock
        self._client: ChatCompletionsClient | None = None

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Ask the deployment that plays the task's role.

        Raises:
            JobError: see `ChatModel.complete`.
        """
        deployment = self._catalogue.deployment(request.task.role)
        completion = await self._completion(request, deployment)
        call = _paid(request, deployment, completion)
        if call is not None:
            request.spent(call)
        if call is None or not completion.is_answered:
            raise ModelError(_STRANGE)
        return ModelReply(
            text=completion.text,
            deployment=deployment.name,
            finish_reason=completion.finish_reason,
            usage=call.usage,
            cost_usd_micros=call.cost_usd_micros,
        )

    async def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def _completion(self, request: ModelRequest, deployment: Deployment) -> Completion:
        remaining_seconds = request.deadline - self._clock.monotonic()
        if remaining_seconds <= 0:
            raise JobTimeoutError
        try:
            async with asyncio.timeout(remaining_seconds):
                answer = await self._answer(_body(request, deployment))
        except TimeoutError as error:
            raise JobTimeoutError("The AI model did not answer before the job's deadline.") from error
        return Completion.model_validate(answer)

    async def _answer(self, body: dict[str, Any]) -> dict[str, Any]:
        """Return the service's JSON; every way the SDK can fail leaves as one of our errors."""
        from azure.core.exceptions import AzureError

        try:
            completion = cast("Mapping[str, Any]", await self._connected().complete(body=body))
            return dict(completion)
        except AzureError as error:
            raise translated(error, deployment=body["model"], now=self._clock.now()) from error
        except (
            ValueError,
            TypeError,
            RecursionError,
        ) as error:  # the SDK's, for a body that is no completion
            raise ModelError(_STRANGE) from error

    def _connected(self) -> ChatCompletionsClient:
        if self._client is None:
            self._client = _client(self._endpoint, self._key)
        return self._client


def _client(endpoint: str, key: str) -> ChatCompletionsClient:
    import aiohttp
    from azure.ai.inference.aio import ChatCompletionsClient
    from azure.core.credentials import AzureKeyCredential
    from azure.core.pipeline.transport import AioHttpTransport

    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(keepalive_timeout=KEEP_ALIVE_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,  # the SDK's transport does
    )
    return ChatCompletionsClient(
        endpoint,
        AzureKeyCredential(key),
        transport=AioHttpTransport(session=session),
        retry_total=0,
        connection_timeout=CONNECT_TIMEOUT_SECONDS,
        permit_redirects=False,  # a prompt goes where the operator said, and nowhere else
        logging_enable=False,
    )


def _body(request: ModelRequest, deployment: Deployment) -> dict[str, Any]:
    body: dict[str, Any] = {
        "model": deployment.name,
        "messages": [_turn(message) for message in request.messages],
        "max_tokens": min(request.task.max_output_tokens, deployment.max_output_tokens),
    }
    if deployment.temperature:
        body["temperature"] = request.task.temperature
    if request.answer_schema is not None and deployment.json_mode:
        body["response_format"] = {"type": "json_object"}  # this route answers 404 to a json_schema
    return body


def _turn(message: Message) -> dict[str, Any]:
    if not message.images:
        return {"role": message.role, "content": message.text}
    parts: list[dict[str, Any]] = [{"type": "text", "text": message.text}]
    for image in message.images:
        url = f"data:{image.media_type};base64,{base64.b64encode(image.data).decode()}"
        parts.append({"type": "image_url", "image_url": {"url": url}})
    return {"role": message.role, "content": parts}


def _paid(request: ModelRequest, deployment: Deployment, completion: Completion) -> ModelCall | None:
    """Return what an answer costs, be it usable or not; `None` when there was neither answer nor count."""
    usage = completion.usage
    if usage is None:
        if not completion.is_answered:
            return None
        usage = _most_possible(request, deployment)
    return ModelCall(
        task=request.task.name,
        role=request.task.role,
        deployment=deployment.name,
        usage=usage,
        cost_usd_micros=deployment.cost_usd_micros(usage),
    )


def _most_possible(request: ModelRequest, deployment: Deployment) -> Usage:
    """Return the most an answer without a usage may have cost: an unknown amount is never $0.

    A tokeniser makes at most one token of each byte.
    """
    logger.warning(
        "The AI service counted no tokens: charging the most", extra={"deployment": deployment.name}
    )
    return Usage(
        input_tokens=sum(len(message.text.encode(errors="replace")) for message in request.messages),
        output_tokens=min(request.task.max_output_tokens, deployment.max_output_tokens),
    )
