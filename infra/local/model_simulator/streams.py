"""A completion as a stream of server-sent events, spoilt on demand."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from aiohttp import web

from infra.local.model_simulator.faults import Fault, FaultKind
from infra.local.model_simulator.refusals import break_off, error_body

#: About what one token is, so that words arrive in pieces.
_PIECE = re.compile(r"\s*\S{1,4}|\s+$")
_ENDS_EARLY = frozenset({FaultKind.CUT_STREAM, FaultKind.STREAM_ERROR})
_ODD_HEAD = ": ping\r\n\r\nevent: completion\r\nid: 1\r\nretry: 3000\r\n"


async def send(
    request: web.Request,
    completion: Mapping[str, Any],
    fault: Fault | None,
    *,
    usage: bool,
    seconds: float,
) -> web.StreamResponse:
    """Stream a completion.

    Args:
        request: who asked.
        completion: the whole answer, as it would be sent in one piece.
        fault: how the stream is to go wrong, if it is.
        usage: whether the tokens are told at the end.
        seconds: how long the pieces take, all together.
    """
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
    await response.prepare(request)
    kind = fault.kind if fault else None
    events = list(_chunks(completion, usage=usage))
    pause = fault.seconds if fault and kind is FaultKind.SLOW else seconds / len(events)
    is_odd = kind is FaultKind.ODD_STREAM
    for event in events[: len(events) // 2] if kind in _ENDS_EARLY else events:
        await response.write(_framed(json.dumps(event), odd=is_odd))
        if pause:
            await asyncio.sleep(pause)
    if kind is FaultKind.CUT_STREAM:
        break_off(request)
    elif fault and kind is FaultKind.STREAM_ERROR:
        body = error_body(fault.status, "InternalServerError", "The server had an error.")
        await response.write(_framed(json.dumps(body), odd=False))
    else:
        await response.write(_framed("[DONE]", odd=is_odd))
    return response


def _framed(data: str, *, odd: bool) -> bytes:
    return (f"{_ODD_HEAD}data:{data}\r\n\r\n" if odd else f"data: {data}\n\n").encode()


def _chunks(completion: Mapping[str, Any], *, usage: bool) -> Iterator[dict[str, Any]]:
    """Yield the events: the role, the thinking where it stands apart, the text, the reason, the tokens."""
    (choice,) = completion["choices"]
    message = choice["message"]
    yield _chunk(completion, {"role": "assistant", "content": ""})
    for name in ("reasoning_content", "content"):
        for piece in _PIECE.findall(message.get(name) or ""):
            yield _chunk(completion, {name: piece})
    yield _chunk(completion, {}, choice["finish_reason"])
    if usage:
        yield _chunk(completion, None) | {"usage": completion["usage"]}


def _chunk(
    completion: Mapping[str, Any], delta: Mapping[str, Any] | None, finish_reason: str | None = None
) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    head = {name: completion[name] for name in ("id", "created", "model")}
    return {**head, "object": "chat.completion.chunk", "choices": [] if delta is None else [choice]}
