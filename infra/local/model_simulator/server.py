"""The simulator's HTTP side: what Azure AI answers, on both of its routes, with its errors.

`POST /models/chat/completions` (with `api-version`) and `POST /openai/v1/chat/completions` ask a deployment;
`GET /models/info` names the simulator. `POST /simulator/faults` orders faults, `DELETE` withdraws them, and
`GET /simulator/requests` counts the calls per deployment, refused ones included.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from infra.local.model_simulator.completions import completion
from infra.local.model_simulator.faults import Fault, FaultKind, Faults

#: Beyond any prompt with a few pictures.
MAX_BODY_BYTES = 32 * 1024 * 1024
_JITTER = 0.3


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """How the simulator behaves."""

    key: str
    deployments: frozenset[str]
    #: What an answer takes, ±30 %; 0 answers at once.
    latency_ms: float = 150.0


class ModelSimulator:
    """Answers chat completions calls like an Azure AI endpoint with a few deployments."""

    def __init__(self, behaviour: Behaviour, faults: Faults) -> None:
        self._behaviour = behaviour
        self._faults = faults
        self._requests: Counter[str] = Counter()

    def application(self) -> web.Application:
        """Return the web application."""
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        app.router.add_post("/models/chat/completions", self._models)
        app.router.add_post("/openai/v1/chat/completions", self._openai_v1)
        app.router.add_get("/models/info", self._info)
        app.router.add_post("/simulator/faults", self._add_fault)
        app.router.add_delete("/simulator/faults", self._clear_faults)
        app.router.add_get("/simulator/requests", self._count)
        return app

    async def _models(self, request: web.Request) -> web.StreamResponse:
        if "api-version" not in request.query:
            return _error(400, "MissingApiVersionParameter", "The api-version query parameter is required.")
        return await self._complete(request, thinking_apart=False)

    async def _openai_v1(self, request: web.Request) -> web.StreamResponse:
        return await self._complete(request, thinking_apart=True)

    async def _info(self, request: web.Request) -> web.StreamResponse:
        if not self._authorised(request):
            return _unauthorised()
        info = {"model_name": "simulator", "model_type": "chat-completion", "model_provider_name": "Huntaze"}
        return web.json_response(info)

    async def _add_fault(self, request: web.Request) -> web.StreamResponse:
        try:
            self._faults.add(Fault.model_validate_json(await request.read()))
        except ValidationError as error:
            return web.json_response(
                {"error": error.errors(include_url=False, include_context=False)}, status=422
            )
        return web.Response(status=204)

    async def _clear_faults(self, _: web.Request) -> web.StreamResponse:
        self._faults.clear()
        return web.Response(status=204)

    async def _count(self, _: web.Request) -> web.StreamResponse:
        return web.json_response({"deployments": self._requests, "total": self._requests.total()})

    def _authorised(self, request: web.Request) -> bool:
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        given = request.headers.get("api-key") or bearer
        return hmac.compare_digest(given.encode(), self._behaviour.key.encode())

    async def _complete(self, request: web.Request, *, thinking_apart: bool) -> web.StreamResponse:
        if not self._authorised(request):
            return _unauthorised()
        asked = _question(await request.read())
        if asked is None:
            return _error(422, "Unprocessable Entity", "The body is no chat completions request.")
        self._requests[asked["model"]] += 1
        if asked["model"] not in self._behaviour.deployments:
            message = "The API deployment for this resource does not exist."
            return _error(404, "DeploymentNotFound", message)
        return await self._answer(request, asked, thinking_apart=thinking_apart)

    async def _answer(
        self, request: web.Request, asked: Mapping[str, Any], *, thinking_apart: bool
    ) -> web.StreamResponse:
        seed = _seed(asked)
        fault = self._faults.take(asked["model"])
        refusal = await _committed(fault, request)
        await asyncio.sleep(self._behaviour.latency_ms / 1000 * (1 + _JITTER * (seed % 201 - 100) / 100))
        if refusal is not None:
            return refusal
        return web.json_response(completion(asked, seed, fault, thinking_apart=thinking_apart))


def _question(body: bytes) -> dict[str, Any] | None:
    """Return a request's body, if a deployment could answer it."""
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(asked, dict) or not isinstance(asked.get("model"), str):
        return None
    messages = asked.get("messages")
    valid = isinstance(messages, list) and messages and all(isinstance(message, dict) for message in messages)
    return asked if valid else None


def _seed(asked: Mapping[str, Any]) -> int:
    canonical = json.dumps([asked["model"], asked["messages"]], sort_keys=True).encode()
    return int.from_bytes(hashlib.sha256(canonical).digest()[:8])


async def _committed(fault: Fault | None, request: web.Request) -> web.StreamResponse | None:
    """Commit a fault that stands instead of an answer; return what is left to send, if anything is."""
    match fault.kind if fault else None:
        case FaultKind.RATE_LIMIT:
            return _rate_limited(fault.retry_after_seconds if fault else None)
        case FaultKind.SERVER_ERROR:
            return _error(500, "InternalServerError", "The server had an error while processing the request.")
        case FaultKind.CONTENT_FILTER:
            return _error(400, "content_filter", "The response was filtered.", param="messages")
        case FaultKind.GARBAGE:
            return web.Response(text="<html>upstream connect error</html>", content_type="application/json")
        case FaultKind.TIMEOUT:
            await asyncio.Event().wait()
        case FaultKind.DISCONNECT if request.transport is not None:
            request.transport.abort()
    return None


def _rate_limited(retry_after_seconds: float | None) -> web.Response:
    headers = {} if retry_after_seconds is None else {"Retry-After": f"{retry_after_seconds:g}"}
    return _error(429, "RateLimitReached", "Requests have exceeded the rate limit.", headers=headers)


def _unauthorised() -> web.Response:
    return _error(401, "Unauthorized", "Access denied due to invalid subscription key.")


def _error(
    status: int,
    code: str,
    message: str,
    *,
    param: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    body = {"error": {"code": code, "message": message, "param": param, "status": status}}
    return web.json_response(body, status=status, headers=headers)
