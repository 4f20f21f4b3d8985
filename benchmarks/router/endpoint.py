"""The endpoint that all sides ask: it answers at once, so that what is measured is its clients.

`python -m benchmarks.router.endpoint` serves chat completions on any path until told to end. A request for
a deployment whose name begins with `BROKEN` is answered with 503, every other one with the same completion.
So that no circuit opens, and each question is really asked of both, every fifth of those on a connection is
answered, too.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from typing_extensions import override

from infra.local.process import LOCALHOST, python_module, spawn

#: Ours knows a model only by a name that has a price, and by its line's later names once it has retired.
WORKING = "DeepSeek-V3"
BROKEN = "Mistral-Large"
KEY = "no-secret"

#: Our circuits open at the fifth failure in a row.
FAILURES_IN_A_ROW = 4

_END_OF_HEAD = b"\r\n\r\n"
_COMPLETION = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1_764_000_000,
    "model": WORKING,
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Thank you so much, that makes my day! " * 5},
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 300, "completion_tokens": 50, "total_tokens": 350},
}
_ERROR = {"error": {"code": "503", "message": "The service is overloaded."}}


def _response(status: str, body: object) -> bytes:
    content = json.dumps(body).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    return head.encode() + content


class Answering(asyncio.Protocol):
    """One connection, kept open; just enough of HTTP for clients that send a length."""

    _SUCCESS = _response("200 OK", _COMPLETION)
    _FAILURE = _response("503 Service Unavailable", _ERROR)

    def __init__(self) -> None:
        self._received = b""
        self._failures = 0
        self._transport: asyncio.Transport | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where answers go."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    @override
    def data_received(self, data: bytes) -> None:
        """Answer every request that has arrived as a whole."""
        self._received += data
        while self._transport and (length := _length(self._received)):
            request, self._received = self._received[:length], self._received[length:]
            self._transport.write(self._FAILURE if self._fails(request) else self._SUCCESS)

    def _fails(self, request: bytes) -> bool:
        """Say whether this one is to fail."""
        if f'"{BROKEN}'.encode() not in request:
            return False
        self._failures = (self._failures + 1) % (FAILURES_IN_A_ROW + 1)
        return self._failures != 0


def _length(received: bytes) -> int:
    """Return the bytes of the first request, head and body; 0 while some are still to come."""
    head, end, _ = received.partition(_END_OF_HEAD)
    if not end:
        return 0
    fields = dict(line.split(b":", 1) for line in head.lower().split(b"\r\n")[1:])
    length = len(head) + len(end) + int(fields.get(b"content-length", 0))
    return length if len(received) >= length else 0


@contextmanager
def running(directory: Path) -> Iterator[str]:
    """Run it in a process of its own; yield its URL, without a path."""
    with spawn(python_module(__name__), directory=directory, name="endpoint") as service:
        yield service.ready["url"]


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(Answering, LOCALHOST, 0)
    port = server.sockets[0].getsockname()[1]
    sys.stdout.write(f"READY {json.dumps({'url': f'http://{LOCALHOST}:{port}'})}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
