"""What is not even HTTP, or breaks off in the middle of it, is one of our errors too."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from pydantic import SecretStr

from shared.ai.azure_inference import AzureInferenceModel
from shared.ai.catalogue import known_deployment
from shared.ai.connections import Connections
from shared.ai.failures import ModelFailure, failure_of
from shared.ai.port import ModelRequest
from shared.clock import SystemClock
from shared.errors import JobError

Ask = Callable[..., ModelRequest]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
OUT_OF_REACH = {ModelFailure.UNAVAILABLE}
UNREADABLE = {ModelFailure.UNUSABLE, ModelFailure.UNAVAILABLE}


class Server:
    """Sends the same bytes to whoever connects, and hangs up."""

    def __init__(self) -> None:
        self.answer = b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        await reader.readuntil(b"\r\n\r\n")
        writer.write(self.answer)
        await writer.drain()
        writer.close()


@pytest.fixture
async def server() -> AsyncIterator[tuple[Server, AzureInferenceModel]]:
    """A server of bytes, and the adapter that believes it is Azure."""
    subject = Server()
    listening = await asyncio.start_server(subject.serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    connections = Connections(endpoint=f"http://127.0.0.1:{port}/models", key=SecretStr("k"))
    yield subject, AzureInferenceModel(known_deployment("DeepSeek-V3"), connections, SystemClock())
    await connections.close()
    listening.close()
    await listening.wait_closed()


@pytest.mark.parametrize(
    ("answer", "failures"),
    [
        (b"", OUT_OF_REACH),
        (b"220 smtp.example.com ESMTP\r\n", UNREADABLE),
        (b"\x16\x03\x01\x00\xa5", UNREADABLE),
        (b"HTTP/1.1 OK\r\n\r\n", UNREADABLE),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", UNREADABLE),
        (HEAD + b"Content-Length: 500\r\n\r\n{", UNREADABLE),
        (HEAD + b"Content-Length: x\r\n\r\n{}", UNREADABLE),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{", UNREADABLE),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{", UNREADABLE),
        (HEAD + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd", UNREADABLE),
        (HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"{}" * 500)[:20], UNREADABLE),
        (HEAD + b"Content-Encoding: br\r\nContent-Length: 2\r\n\r\n{}", UNREADABLE),
        (HEAD + b'Content-Length: 8\r\n\r\n"\xff\xfe\xfd\xfc\xfb\xfa"', UNREADABLE),
        (HEAD + b"Content-Type: a/b; charset=no-such\r\nContent-Length: 2\r\n\r\n{}", UNREADABLE),
        (b"HTTP/1.1 500 \r\nContent-Length: 500\r\n\r\n{", UNREADABLE),
        (STREAM + b"Transfer-Encoding: chunked\r\n\r\n5\r\ndata:", UNREADABLE),
        (STREAM + b"Transfer-Encoding: chunked\r\n\r\nzz\r\ndata:", UNREADABLE),
        (STREAM + b"Content-Length: 500\r\n\r\ndata: {}\n\n", UNREADABLE),
        (STREAM + b"\r\ndata: {}\n\n", UNREADABLE),
        (STREAM + b"Content-Encoding: gzip\r\n\r\nabcd", UNREADABLE),
    ],
    ids=lambda value: repr(value)[2:60] if isinstance(value, bytes) else "",
)
@pytest.mark.parametrize("streamed", [False, True])
async def test_whatever_is_sent_is_one_of_our_errors(
    server: tuple[Server, AzureInferenceModel],
    ask: Ask,
    answer: bytes,
    failures: Any,
    *,
    streamed: bool,
) -> None:
    """And no connection, task or socket is left behind."""
    subject, model = server
    subject.answer = answer
    with pytest.raises(JobError) as raised:
        await model.complete(ask(seconds=5, on_text=str if streamed else None))
    assert failure_of(raised.value) in failures
