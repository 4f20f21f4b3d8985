"""The transport: one deployment of Azure AI, asked through `azure-ai-inference`, in either wire form.

It asks once: retries, fallbacks and limits are the policies' around it. Whatever can go wrong leaves as one
of our errors. Nothing of a prompt is ever logged.
"""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import zlib
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from shared.ai.azure_failures import STRANGE, refused, refused_in_stream, unanswered
from shared.ai.completions import Completion
from shared.ai.connections import Connections
from shared.ai.deployment import Deployment
from shared.ai.estimating import input_tokens
from shared.ai.failures import DeploymentError, ModelFailure
from shared.ai.port import Message, ModelCall, ModelReply, ModelRequest, Usage
from shared.ai.streaming import StreamedCompletion
from shared.clock import Clock
from shared.errors import JobTimeoutError

if TYPE_CHECKING:
    from azure.core.rest import AsyncHttpResponse

logger = logging.getLogger(__name__)

_EVENT_STREAM = "text/event-stream"


class AzureInferenceModel:
    """One deployment."""

    def __init__(self, deployment: Deployment, connections: Connections, clock: Clock) -> None:
        self._deployment = deployment
        self._connections = connections
        self._clock = clock

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Ask the deployment; where the request wants the text as it is written, let it be streamed.

        Raises:
            DeploymentError: `failure` says why; `REFUSED` also for pictures that the model can't see.
            JobError: see `ChatModel.complete`.
        """
        if not self._deployment.images and any(message.images for message in request.messages):
            raise DeploymentError("This AI model sees no pictures.", failure=ModelFailure.REFUSED)
        completion = await self._in_time(request)
        usage = completion.usage
        if usage is None and completion.is_answered:
            usage = self._most_possible(request)
        is_estimated = completion.usage is None
        call = self._spent(request, usage, is_estimated=is_estimated) if usage else None
        if call is None or not completion.is_answered:
            raise DeploymentError(STRANGE, failure=ModelFailure.UNUSABLE)
        return ModelReply(
            text=completion.text,
            deployment=self._deployment.name,
            finish_reason=completion.finish_reason,
            usage=call.usage,
            cost_usd_micros=call.cost_usd_micros,
        )

    async def _in_time(self, request: ModelRequest) -> Completion:
        remaining_seconds = request.deadline - self._clock.monotonic()
        if remaining_seconds <= 0:
            raise JobTimeoutError
        bill = _Bill()
        try:
            async with asyncio.timeout(remaining_seconds):
                return await self._asked(request, bill)
        except TimeoutError as error:
            raise JobTimeoutError("The AI model did not answer before the job's deadline.") from error
        finally:
            if bill.is_open:
                self._spent(request, self._likely(request), is_estimated=True)

    async def _asked(self, request: ModelRequest, bill: _Bill) -> Completion:
        from azure.core.exceptions import AzureError

        bill.is_open = True
        try:
            async with await self._connections.post(
                self._deployment, _body(request, self._deployment)
            ) as response:
                bill.is_answered = True
                return await self._answer(request, response, bill)
        except AzureError as error:
            bill.is_open = bill.is_open and bill.is_answered  # who doesn't even begin to answer bills nothing
            raise unanswered(error) from error
        except zlib.error as error:  # the SDK lets it through when a body isn't compressed as it claims
            raise DeploymentError(STRANGE, failure=ModelFailure.UNUSABLE) from error

    async def _answer(self, request: ModelRequest, response: AsyncHttpResponse, bill: _Bill) -> Completion:
        if response.status_code != HTTPStatus.OK:
            bill.is_open = False
            raise refused(
                response.status_code,
                response.headers,
                (await response.read()).decode(errors="replace"),
                deployment=self._deployment.name,
                now=self._clock.now(),
            )
        is_streamed = request.on_text is not None and (response.content_type or "").startswith(_EVENT_STREAM)
        if request.on_text is not None and is_streamed:
            bill.is_open = False
            return await self._streamed(request, request.on_text, response)
        completion = _completion(await response.read())
        bill.is_open = False
        if request.on_text is not None and completion.text:  # some servers don't stream at all
            request.on_text(completion.text)
        return completion

    async def _streamed(
        self, request: ModelRequest, on_text: Callable[[str], None], response: AsyncHttpResponse
    ) -> Completion:
        answer = StreamedCompletion(
            on_text,
            refused=lambda event: refused_in_stream(event, deployment=self._deployment.name),
            reasoning=self._deployment.reasoning,
        )
        try:
            async for chunk in response.iter_bytes():
                answer.feed(chunk)
                if answer.is_done:
                    break
            return answer.completion()
        except BaseException as error:  # a cancellation too: what was written before is paid
            if answer.is_begun:
                self._spent(request, self._most_possible(request), is_estimated=True)
            elif isinstance(error, asyncio.CancelledError):  # our deadline, or our job's end
                self._spent(request, self._likely(request), is_estimated=True)
            raise

    def _spent(self, request: ModelRequest, usage: Usage, *, is_estimated: bool = False) -> ModelCall:
        """Tell the request what was paid, be the answer usable or not."""
        call = ModelCall(
            task=request.task.name,
            role=request.task.role,
            deployment=self._deployment.name,
            usage=usage,
            cost_usd_micros=self._deployment.cost_usd_micros(usage),
            is_estimated=is_estimated,
        )
        request.spent(call)
        return call

    def _likely(self, request: ModelRequest) -> Usage:
        """Return what an answer that we did not wait for may have cost: the service goes on, and may bill it.

        The question as it is estimated when deployments are compared, and an answer of full length.
        """
        logger.warning(
            "An AI call was cut off: charging an estimate", extra={"deployment": self._deployment.name}
        )
        return Usage(
            input_tokens=input_tokens(request.messages),
            output_tokens=self._deployment.most_output_tokens(request.task.max_output_tokens),
        )

    def _most_possible(self, request: ModelRequest) -> Usage:
        """Return the most an answer without a usage may have cost: an unknown amount is never $0.

        A tokeniser makes at most one token of each byte. Nobody says what one makes of a picture.
        """
        logger.warning(
            "The AI service counted no tokens: charging the most", extra={"deployment": self._deployment.name}
        )
        text_bytes = sum(len(message.text.encode(errors="replace")) for message in request.messages)
        sees_pictures = any(message.images for message in request.messages)
        context_tokens = self._deployment.context_tokens
        return Usage(
            input_tokens=context_tokens if sees_pictures else min(text_bytes, context_tokens),
            output_tokens=self._deployment.most_output_tokens(request.task.max_output_tokens),
        )


class _Bill:
    """What is known of whether a call is billed before its answer says so."""

    __slots__ = ("is_answered", "is_open")

    def __init__(self) -> None:
        #: It may be, and nobody has accounted for it.
        self.is_open = False
        #: The service has begun to answer.
        self.is_answered = False


def _completion(body: bytes) -> Completion:
    try:
        return Completion.model_validate(json.loads(body))
    except (ValueError, RecursionError, ValidationError) as error:
        raise DeploymentError(STRANGE, failure=ModelFailure.UNUSABLE) from error


def _body(request: ModelRequest, deployment: Deployment) -> dict[str, Any]:
    body: dict[str, Any] = {
        "model": deployment.name,
        "messages": [_turn(message) for message in request.messages],
        "max_tokens": deployment.most_output_tokens(request.task.max_output_tokens),
    }
    if deployment.temperature:
        body["temperature"] = request.task.temperature
    if request.answer_schema is not None and deployment.json_mode:
        body["response_format"] = {"type": "json_object"}  # `/models` answers 404 to a json_schema
    if request.on_text is not None:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    return body


def _turn(message: Message) -> dict[str, Any]:
    if not message.images:
        return {"role": message.role, "content": message.text}
    parts: list[dict[str, Any]] = [{"type": "text", "text": message.text}]
    for image in message.images:
        url = f"data:{image.media_type};base64,{base64.b64encode(image.data).decode()}"
        parts.append({"type": "image_url", "image_url": {"url": url}})
    return {"role": message.role, "content": parts}
