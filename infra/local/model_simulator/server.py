"""The simulator's HTTP side: what Azure AI answers, on both of its routes, with its errors.

`POST /models/chat/completions` (with `api-version`) and `POST /openai/v1/chat/completions` ask a deployment;
`GET /models/info` names the simulator. The rest is under `/simulator`, see `control`.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from infra.local.model_simulator import control, streams
from infra.local.model_simulator.completions import completion
from infra.local.model_simulator.counters import Counters
from infra.local.model_simulator.faults import Faults
from infra.local.model_simulator.images import images_of, is_picture
from infra.local.model_simulator.plans import Plans
from infra.local.model_simulator.refusals import committed, refusal, unauthorised, unknown_deployment
from shared.ai.catalogue import KNOWN

#: Beyond any prompt with a few pictures.
MAX_BODY_BYTES = 32 * 1024 * 1024
_JITTER = 0.3
#: How much of an answer's time passes before its first word, when it is streamed.
_FIRST_WORD = 0.4
_BLIND = frozenset(model.name for model in KNOWN if not model.images)


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
        self._plans = Plans()
        self._counters = Counters()

    def application(self) -> web.Application:
        """Return the web application."""
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        app.router.add_post("/models/chat/completions", self._models)
        app.router.add_post("/openai/v1/chat/completions", self._openai_v1)
        app.router.add_get("/models/info", self._info)
        app.router.add_routes(control.routes(self._faults, self._plans, self._counters))
        return app

    async def _models(self, request: web.Request) -> web.StreamResponse:
        if "api-version" not in request.query:
            return refusal(400, "MissingApiVersionParameter", "The api-version query parameter is required.")
        return await self._complete(request, thinking_apart=False)

    async def _openai_v1(self, request: web.Request) -> web.StreamResponse:
        return await self._complete(request, thinking_apart=True)

    async def _info(self, request: web.Request) -> web.StreamResponse:
        if not self._authorised(request):
            return unauthorised()
        info = {"model_name": "simulator", "model_type": "chat-completion", "model_provider_name": "Huntaze"}
        return web.json_response(info)

    def _authorised(self, request: web.Request) -> bool:
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        given = request.headers.get("api-key") or bearer
        return hmac.compare_digest(given.encode(), self._behaviour.key.encode())

    async def _complete(self, request: web.Request, *, thinking_apart: bool) -> web.StreamResponse:
        if not self._authorised(request):
            return unauthorised()
        asked = _question(await request.read())
        if asked is None:
            return refusal(422, "Unprocessable Entity", "The body is no chat completions request.")
        if asked["model"] not in self._behaviour.deployments:
            self._count(asked, "not_found")
            return unknown_deployment()
        if problem := _problem_with_pictures(asked):
            self._count(asked, "bad_picture")
            return refusal(400, "invalid_image", problem, param="messages")
        with self._counters.under_way(asked["model"]):
            return await self._answer(request, asked, thinking_apart=thinking_apart)

    async def _answer(
        self, request: web.Request, asked: Mapping[str, Any], *, thinking_apart: bool
    ) -> web.StreamResponse:
        seed = _seed(asked)
        fault = self._faults.take(asked["model"]) or self._plans.take(asked["model"])
        self._count(asked, fault.kind.value if fault else "ok")
        streamed = asked.get("stream") is True
        instead = await committed(fault, request, streamed=streamed) if fault else None
        seconds = self._behaviour.latency_ms / 1000 * (1 + _JITTER * (seed % 201 - 100) / 100)
        await asyncio.sleep(seconds * (_FIRST_WORD if streamed else 1))
        if instead is not None:
            return instead
        body = completion(asked, seed, fault.kind if fault else None, thinking_apart=thinking_apart)
        if not streamed:
            return web.json_response(body)
        return await streams.send(
            request, body, fault, usage=_wants_usage(asked), seconds=seconds * (1 - _FIRST_WORD)
        )

    def _count(self, asked: Mapping[str, Any], outcome: str) -> None:
        self._counters.add(asked["model"], outcome, streamed=asked.get("stream") is True)


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


def _problem_with_pictures(asked: Mapping[str, Any]) -> str | None:
    pictures = images_of(asked["messages"])
    if pictures and asked["model"] in _BLIND:
        return "This model does not support images."
    if not all(map(is_picture, pictures)):
        return "An image could not be decoded; it has to be a data URL of a PNG, JPEG, GIF or WebP."
    return None


def _wants_usage(asked: Mapping[str, Any]) -> bool:
    options = asked.get("stream_options")
    return isinstance(options, Mapping) and options.get("include_usage") is True


def _seed(asked: Mapping[str, Any]) -> int:
    canonical = json.dumps([asked["model"], asked["messages"]], sort_keys=True).encode()
    return int.from_bytes(hashlib.sha256(canonical).digest()[:8])
