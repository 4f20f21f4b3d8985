"""The HTTP front: HTTP functions, their keys, and the host's own status."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from azure.functions import HttpResponse
from azure.functions.http import HttpRequest

from infra.local.host.indexing import IndexedFunction
from infra.local.host.invocation import Worker
from infra.local.host.routes import Route, compile_route

#: Azure's load balancer waits no longer for an answer; the function goes on without it.
ANSWER_SECONDS = 230.0
_MAX_BODY_BYTES = 100 * 1024 * 1024
_KEY_HEADER = "x-functions-key"
_KEY_PARAMETER = "code"


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """An HTTP function where requests reach it."""

    function: IndexedFunction
    route: Route
    #: Upper case; empty means every method.
    methods: frozenset[str]
    needs_key: bool


def endpoint(function: IndexedFunction, route_prefix: str) -> Endpoint:
    """Read an HTTP trigger.

    Raises:
        HostError: its route is not valid.
    """
    trigger = function.trigger.properties
    route = str(trigger.get("route") or function.name)
    return Endpoint(
        function=function,
        route=compile_route(route, route_prefix),
        methods=frozenset(str(method).upper() for method in trigger.get("methods") or ()),
        needs_key=str(trigger.get("authLevel", "FUNCTION")).upper() != "ANONYMOUS",
    )


class Front:
    """Answers HTTP requests."""

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        worker: Worker,
        *,
        key: str,
        status: Mapping[str, Any],
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self._endpoints = sorted(endpoints, key=lambda endpoint: endpoint.route.precedence)
        self._worker = worker
        self._key = key.encode()
        self._status = status
        self._answer_seconds = answer_seconds
        self._running: set[asyncio.Task[web.Response]] = set()

    def application(self) -> web.Application:
        """Return the application to serve."""
        application = web.Application(client_max_size=_MAX_BODY_BYTES)
        application.router.add_get("/admin/host/status", self._answer_status)
        application.router.add_route("*", r"/{path:[\s\S]*}", self._answer)
        return application

    async def finished(self) -> None:
        """Wait until no HTTP function is running."""
        while self._running:
            await asyncio.wait(self._running)

    async def abandon_running(self) -> None:
        """End the HTTP functions that are running."""
        for task in self._running:
            task.cancel()
        await self.finished()

    async def _answer_status(self, _request: web.Request) -> web.Response:
        return web.json_response(self._status)

    async def _answer(self, request: web.Request) -> web.Response:
        for found in self._endpoints:
            parameters = found.route.match(request.rel_url.raw_path)
            if parameters is not None and (not found.methods or request.method in found.methods):
                if found.needs_key and not self._has_key(request):
                    return web.Response(status=401)
                return await self._cut(found.function, await _function_request(request, parameters))
        return web.Response(status=404)

    def _has_key(self, request: web.Request) -> bool:
        given = request.headers.get(_KEY_HEADER) or request.query.get(_KEY_PARAMETER, "")
        return hmac.compare_digest(given.encode(), self._key)

    async def _cut(self, function: IndexedFunction, request: HttpRequest) -> web.Response:
        """Wait for a function as long as a client would get an answer."""
        task = asyncio.create_task(self._invoke(function, request))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            async with asyncio.timeout(self._answer_seconds):
                return await asyncio.shield(task)
        except TimeoutError:
            return web.Response(status=504)

    async def _invoke(self, function: IndexedFunction, request: HttpRequest) -> web.Response:
        try:
            returned = await self._worker.invoke(function, request)
        except Exception:  # noqa: BLE001 - logged by the worker; a caller learns no more in production either
            return web.Response(status=500)
        return _web_response(returned)


async def _function_request(request: web.Request, parameters: Mapping[str, str]) -> HttpRequest:
    return HttpRequest(
        method=request.method,
        url=str(request.url),
        headers=dict(request.headers),
        params=dict(request.query),
        route_params=parameters,
        body_type="bytes",
        body=await request.read(),
    )


def _web_response(returned: Any) -> web.Response:
    if returned is None:
        return web.Response(status=204)
    if isinstance(returned, str):
        return web.Response(text=returned)
    if not isinstance(returned, HttpResponse):
        return web.Response(status=500)
    headers = [(name, value) for name, value in returned.headers.items()]
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", f"{returned.mimetype}; charset={returned.charset}"))
    return web.Response(status=returned.status_code, headers=headers, body=returned.get_body())
