"""The simulator's HTTP side: what Azure Speech answers under `/speechtotext`, with its errors.

The rest is under `/simulator`, see `control`.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from infra.local.speech_simulator import control
from infra.local.speech_simulator.batches import Batch, Batches
from infra.local.speech_simulator.faults import Fault, FaultKind, Faults, Operation
from infra.local.speech_simulator.sounds import read_sound
from infra.local.speech_simulator.webhooks import Webhooks
from infra.local.speech_simulator.words import fast_result

MAX_BODY_BYTES = 300 * 1000 * 1000
#: Fast transcription takes this share of the sound's length; a fifth of a batch's time at most.
_FAST_SHARE = 0.1
_MIN_TTL_HOURS, _MAX_TTL_HOURS = 6, 31 * 24
_FILTER = re.compile(r"displayName eq '((?:[^']|'')*)'")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """How the simulator behaves."""

    key: str
    #: What a batch takes from submission to end.
    latency_ms: float = 50.0


class SpeechSimulator:
    """Answers like an Azure Speech resource."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self._faults = Faults()
        self._webhooks = Webhooks()
        self._batches = Batches(behaviour.latency_ms / 1000, self._completed)
        self._base = ""

    def application(self) -> web.Application:
        """Return the web application."""
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        app.cleanup_ctx.append(self._closing)
        transcriptions = "/speechtotext/transcriptions"
        one = transcriptions + "/{id}"
        for method, path, handler, operation in (
            ("POST", f"{transcriptions}:submit", self._submit, Operation.SUBMIT),
            ("POST", f"{transcriptions}:transcribe", self._fast, Operation.FAST),
            ("GET", transcriptions, self._list, Operation.LIST),
            ("GET", one, self._get, Operation.GET),
            ("DELETE", one, self._delete, Operation.DELETE),
            ("GET", f"{one}/files", self._files, Operation.FILES),
            ("POST", "/speechtotext/webhooks", self._register, None),
            ("GET", "/speechtotext/webhooks", self._hooks, None),
            ("DELETE", "/speechtotext/webhooks/{id}", self._unregister, None),
        ):
            app.router.add_route(method, path, self._guarded(handler, operation))
        app.router.add_get("/content/{id}/{file}", self._spoilt(self._content, Operation.CONTENT))
        app.router.add_routes(control.routes(self._faults, self._batches, self._webhooks))
        return app

    def _closing(self, _: web.Application) -> AsyncIterator[None]:
        async def closing() -> AsyncIterator[None]:
            yield
            await self._batches.close()

        return closing()

    async def _completed(self, batch: Batch) -> None:
        await self._webhooks.completed(batch.as_json(self._base))

    def _guarded(self, handler: Handler, operation: Operation | None) -> Handler:
        """Check the key and the version before a handler, and spoil its answer if that is ordered."""
        spoilt = self._spoilt(handler, operation)

        async def guarded(request: web.Request) -> web.StreamResponse:
            self._base = f"{request.scheme}://{request.host}"
            given = request.headers.get("Ocp-Apim-Subscription-Key", "")
            if not hmac.compare_digest(given.encode(), self._behaviour.key.encode()):
                return refusal(401, "Unauthorized", "Access denied due to invalid subscription key.")
            if "api-version" not in request.query:
                return refusal(400, "InvalidRequest", "The api-version query parameter is required.")
            return await spoilt(request)

        return guarded

    def _spoilt(self, handler: Handler, operation: Operation | None) -> Handler:
        async def spoilt(request: web.Request) -> web.StreamResponse:
            fault = self._faults.spoiling(operation) if operation else None
            if fault is None:
                return await handler(request)
            if fault.kind is FaultKind.DONE_THEN_DISCONNECT:
                await handler(request)
            return await _committed(fault, request)

        return spoilt

    async def _submit(self, request: web.Request) -> web.StreamResponse:
        order = _parsed(await request.read())
        if problem := _problem(order):
            return refusal(400, "InvalidPayload", problem)
        batch = self._batches.submit(order, self._faults.ending())
        return web.json_response(batch.as_json(self._base), status=201)

    async def _list(self, request: web.Request) -> web.StreamResponse:
        wanted = _FILTER.fullmatch(request.query.get("filter", ""))
        name = wanted[1].replace("''", "'") if wanted else None
        found = [batch for batch in self._batches.all() if name in {None, batch.order["displayName"]}]
        skip, top = int(request.query.get("skip", "0")), int(request.query.get("top", "100"))
        return web.json_response(
            {"values": [batch.as_json(self._base) for batch in found[skip : skip + top]]}
        )

    async def _get(self, request: web.Request) -> web.StreamResponse:
        batch = self._batches.get(request.match_info["id"])
        return web.json_response(batch.as_json(self._base)) if batch else _not_found()

    async def _delete(self, request: web.Request) -> web.StreamResponse:
        return web.Response(status=204) if self._batches.delete(request.match_info["id"]) else _not_found()

    async def _files(self, request: web.Request) -> web.StreamResponse:
        batch = self._batches.get(request.match_info["id"])
        if batch is None:
            return _not_found()
        names = [*map(str, range(len(batch.results))), "report"] if batch.status == "Succeeded" else []
        return web.json_response({"values": [self._file(batch, name) for name in names]})

    def _file(self, batch: Batch, name: str) -> dict[str, Any]:
        kind = "TranscriptionReport" if name == "report" else "Transcription"
        url = f"{self._base}/content/{batch.batch_id}/{name}?sig={self._signature(batch)}"
        return {"kind": kind, "name": f"{name}.json", "links": {"contentUrl": url}}

    def _signature(self, batch: Batch) -> str:
        return hmac.new(self._behaviour.key.encode(), batch.batch_id.encode(), "sha256").hexdigest()

    async def _content(self, request: web.Request) -> web.StreamResponse:
        """Return a result file to whoever has its signed link."""
        batch = self._batches.get(request.match_info["id"])
        if batch is None or request.query.get("sig") != self._signature(batch):
            return _not_found()
        name = request.match_info["file"]
        if name == "report":
            return web.json_response(batch.report)
        known = name.isdecimal() and int(name) < len(batch.results)
        return web.json_response(batch.results[int(name)]) if known else _not_found()

    async def _fast(self, request: web.Request) -> web.StreamResponse:
        parts = await request.post()
        audio, definition = parts.get("audio"), parts.get("definition")
        asked = _parsed(_bytes(definition))
        locales = asked.get("locales") if isinstance(asked, dict) else None
        sound = read_sound(data := _bytes(audio))
        if not isinstance(locales, list) or sound is None:
            return refusal(422, "InvalidAudio", "The audio or its definition could not be read.")
        await asyncio.sleep(min(sound.seconds * _FAST_SHARE, self._batches.latency_seconds / 5))
        return web.json_response(fast_result(data, sound, locales[0] if locales else "en-US"))

    async def _register(self, request: web.Request) -> web.StreamResponse:
        hook = await self._webhooks.register(_parsed(await request.read()))
        if hook is None:
            return refusal(
                400, "InvalidPayload", "The webhook is incomplete, or did not answer the challenge."
            )
        return web.json_response({"self": self._hook_url(hook.webhook_id), "webUrl": hook.url}, status=201)

    async def _hooks(self, _: web.Request) -> web.StreamResponse:
        hooks = [
            {"self": self._hook_url(hook.webhook_id), "webUrl": hook.url} for hook in self._webhooks.all()
        ]
        return web.json_response({"values": hooks})

    async def _unregister(self, request: web.Request) -> web.StreamResponse:
        return web.Response(status=204) if self._webhooks.remove(request.match_info["id"]) else _not_found()

    def _hook_url(self, webhook_id: str) -> str:
        return f"{self._base}/speechtotext/webhooks/{webhook_id}"


def refusal(status: int, code: str, message: str) -> web.Response:
    """Return an error in the service's form."""
    return web.json_response({"code": code, "message": message, "innerError": {"code": code}}, status=status)


def _not_found() -> web.Response:
    return refusal(404, "NotFound", "The specified entity cannot be found.")


async def _committed(fault: Fault, request: web.Request) -> web.StreamResponse:
    """Answer as the fault says."""
    if fault.kind is FaultKind.RATE_LIMIT:
        answer = refusal(429, "TooManyRequests", "Too many requests.")
        if fault.retry_after_seconds is not None:
            answer.headers["Retry-After"] = f"{fault.retry_after_seconds:g}"
        return answer
    if fault.kind is FaultKind.SERVER_ERROR:
        return refusal(fault.status, "InternalServerError", "(simulated) Something went wrong.")
    if fault.kind is FaultKind.GARBAGE:
        return web.Response(text="(simulated) no JSON")
    if fault.kind is FaultKind.HANG:
        await asyncio.Event().wait()
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _bytes(part: Any) -> bytes:
    if isinstance(part, web.FileField):
        return part.file.read()
    if isinstance(part, str):
        return part.encode()
    return bytes(part) if isinstance(part, bytes | bytearray) else b""


def _problem(order: Any) -> str | None:
    """Return what Azure would object to in an order."""
    if not isinstance(order, dict) or not isinstance(order.get("properties"), dict):
        return "The body is no transcription."
    if not order.get("displayName") or not order.get("locale"):
        return "displayName and locale are required."
    hours = order["properties"].get("timeToLiveHours")
    if not isinstance(hours, int) or not _MIN_TTL_HOURS <= hours <= _MAX_TTL_HOURS:
        return "timeToLiveHours has to be between 6 and 744."
    candidates = (order["properties"].get("languageIdentification") or {}).get("candidateLocales")
    if candidates is not None and (not 2 <= len(candidates) <= 10 or order["locale"] not in candidates):  # noqa: PLR2004 - Azure's limits
        return "candidateLocales has to hold 2 to 10 locales, the main one among them."
    urls = order.get("contentUrls")
    return None if isinstance(urls, list) and urls else "contentUrls is required."
