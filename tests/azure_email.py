"""A small stand-in for the REST API of mail in Azure Communication Services."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from aiohttp import web

KEY = base64.b64encode(b"k" * 32).decode()


@dataclass
class AzureEmail:
    """The service: checks signatures, and keeps operations by their ids."""

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


@asynccontextmanager
async def serving() -> AsyncIterator[AzureEmail]:
    """Serve on this machine for as long as the block lasts."""
    service = AzureEmail()
    app = web.Application()
    app.router.add_post("/emails:send", service.send)
    app.router.add_get("/emails/operations/{operation}", service.look)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    service.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield service
    finally:
        await runner.cleanup()
