"""What mail is handed to: the embedded inbox, an SMTP relay that misbehaves, and Azure's REST API."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from aiohttp import web

from infra.local import inbox
from shared.mail.sender import Sender

KEY = base64.b64encode(b"k" * 32).decode()


@pytest.fixture
def sender() -> Sender:
    return Sender(
        address="news@huntaze.example", name="Huntaze — les nouvelles", reply_to="help@huntaze.example"
    )


@pytest.fixture(scope="module")
def mailbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[inbox.Inbox]:
    """The embedded stack's inbox."""
    directory: Path = tmp_path_factory.mktemp("inbox")
    with inbox.running(directory) as running:
        yield running


@dataclass
class AzureEmail:
    """A small stand-in for the REST API: checks the signature, and keeps operations by their ids."""

    origin: str = ""
    #: The statuses of the next sends: `None` hangs up after having taken the mail.
    faults: list[int | None] = field(default_factory=list)
    operations: dict[str, Any] = field(default_factory=dict)
    sends: int = 0
    unsigned: int = 0

    async def send(self, request: web.Request) -> web.StreamResponse:
        self.sends += 1
        if not self._signed(request, await request.read()):
            self.unsigned += 1
            return web.json_response({"error": {"code": "Denied", "message": "no"}}, status=401)
        fault = self.faults.pop(0) if self.faults else 202
        if fault is not None and fault != 202:
            return web.json_response(
                {"error": {"code": "Fault", "message": "no"}}, status=fault, headers={"Retry-After": "7"}
            )
        operation = request.headers["Operation-Id"]
        self.operations[operation] = await request.json()
        if fault is None:
            assert request.transport is not None
            request.transport.close()
        return web.json_response({"id": operation, "status": "Running"}, status=202)

    async def look(self, request: web.Request) -> web.Response:
        if not self._signed(request, b""):
            return web.json_response({"error": {"code": "Denied", "message": "no"}}, status=401)
        operation = request.match_info["operation"]
        known = operation in self.operations
        return web.json_response({"id": operation, "status": "Succeeded"}, status=200 if known else 404)

    def _signed(self, request: web.Request, body: bytes) -> bool:
        """Azure's rule, from its documentation: method, path and query, date;host;digest, keyed."""
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        text = "\n".join(
            (
                request.method,
                unquote(request.path_qs),
                f"{request.headers['x-ms-date']};{request.headers['Host']};{digest}",
            )
        )
        signature = base64.b64encode(
            hmac.new(base64.b64decode(KEY), text.encode(), hashlib.sha256).digest()
        ).decode()
        expected = f"HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature={signature}"
        return (
            request.headers["x-ms-content-sha256"] == digest and request.headers["Authorization"] == expected
        )


@pytest.fixture
async def azure() -> AsyncIterator[AzureEmail]:
    service = AzureEmail()
    app = web.Application()
    app.router.add_post("/emails:send", service.send)
    app.router.add_get("/emails/operations/{operation}", service.look)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    service.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield service
    await runner.cleanup()


@dataclass
class Relay:
    """An SMTP server that answers by a script: the reply to each command by its verb."""

    port: int = 0
    replies: dict[str, str | None] = field(default_factory=dict)
    taken: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._talk(reader, writer)
        finally:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not await self._say(writer, "CONNECT", "220 relay"):
            return
        while line := await reader.readline():
            verb = line.split(b" ")[0].strip().decode().upper()
            answer = {"DATA": "354 go on", "QUIT": "221 bye"}.get(verb, "250 relay")
            if not await self._say(writer, verb, answer) or verb == "QUIT":
                return
            if verb == "DATA" and "DATA" not in self.replies:
                self.taken.append(await reader.readuntil(b"\r\n.\r\n"))
                if not await self._say(writer, ".", "250 taken"):
                    return

    async def _say(self, writer: asyncio.StreamWriter, verb: str, usual: str) -> bool:
        reply = self.replies.get(verb, usual)
        if reply is None:
            return False
        writer.write(f"{reply}\r\n".encode())
        await writer.drain()
        return True


@pytest.fixture
async def relay() -> AsyncIterator[Relay]:
    relay = Relay()
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    yield relay
    server.close()
    await server.wait_closed()
