"""What stands instead of an answer: Azure's errors, and the ways of not answering at all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from infra.local.model_simulator.faults import Fault, FaultKind


def error_body(status: int, code: str, message: str, *, param: str | None = None) -> dict[str, Any]:
    """Return the JSON of an error."""
    return {"error": {"code": code, "message": message, "param": param, "status": status}}


def refusal(
    status: int,
    code: str,
    message: str,
    *,
    param: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """Return an error as a response."""
    body = error_body(status, code, message, param=param)
    return web.json_response(body, status=status, headers=headers)


def unauthorised() -> web.Response:
    """Return what a wrong key gets."""
    return refusal(401, "Unauthorized", "Access denied due to invalid subscription key.")


def unknown_deployment() -> web.Response:
    """Return what a name gets that is not deployed, or no longer."""
    return refusal(404, "DeploymentNotFound", "The API deployment for this resource does not exist.")


async def committed(fault: Fault, request: web.Request, *, streamed: bool) -> web.StreamResponse | None:
    """Commit a fault that stands instead of an answer; return what is left to send, if anything is."""
    if answer := _INSTEAD.get(fault.kind):
        return answer(fault)
    match fault.kind:
        case FaultKind.STREAM_ERROR if not streamed:
            return _failed(fault)
        case FaultKind.TIMEOUT:
            await asyncio.Event().wait()
        case FaultKind.DISCONNECT:
            break_off(request)
        case FaultKind.CUT_STREAM if not streamed:
            break_off(request)
        case FaultKind.SLOW if not streamed:
            await asyncio.sleep(fault.seconds)
    return None


def break_off(request: web.Request) -> None:
    """Break the connection."""
    if request.transport is not None:
        request.transport.abort()


def _rate_limited(fault: Fault) -> web.Response:
    wait = fault.retry_after_seconds
    headers = {} if wait is None else {"Retry-After": f"{wait:g}"}
    return refusal(429, "RateLimitReached", "Requests have exceeded the rate limit.", headers=headers)


def _failed(fault: Fault) -> web.Response:
    message = "The server had an error while processing the request."
    return refusal(fault.status, "InternalServerError", message)


def _filtered(_: Fault) -> web.Response:
    return refusal(400, "content_filter", "The response was filtered.", param="messages")


def _garbage(_: Fault) -> web.Response:
    return web.Response(text="<html>upstream connect error</html>", content_type="application/json")


_INSTEAD: dict[FaultKind, Callable[[Fault], web.Response]] = {
    FaultKind.RATE_LIMIT: _rate_limited,
    FaultKind.SERVER_ERROR: _failed,
    FaultKind.CONTENT_FILTER: _filtered,
    FaultKind.RETIRED: lambda _: unknown_deployment(),
    FaultKind.GARBAGE: _garbage,
}
