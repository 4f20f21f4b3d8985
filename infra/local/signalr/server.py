"""The service's HTTP side: negotiation and WebSockets for clients, the REST API for servers, and the page."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import jwt
from aiohttp import web

from infra.local.process import ROOT
from infra.local.signalr import protocol
from infra.local.signalr.clients import Client, Clients
from shared.realtime.azure_signalr import SignalRAccess

_PAGE = Path(__file__).parent / "page"
_CLIENT_LIBRARY = ROOT / "node_modules" / "@microsoft" / "signalr" / "dist" / "browser" / "signalr.min.js"
_POLICY = "default-src 'self'; connect-src http://127.0.0.1:* ws://127.0.0.1:*; frame-ancestors 'none'"
_MAX_MESSAGE_BYTES = 1024 * 1024
_NEGOTIATION_VERSION = 1

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class SignalRService:
    """One service with one key.

    Args:
        access: its address and key, as its own clients know them.
    """

    def __init__(self, access: SignalRAccess) -> None:
        self._access = access
        self._clients = Clients()

    def application(self) -> web.Application:
        """Return what is to be served at the address."""
        application = web.Application(client_max_size=_MAX_MESSAGE_BYTES, middlewares=[_readable_by_any_page])
        router = application.router
        router.add_post("/client/negotiate", self._negotiate)
        router.add_get("/client/", self._connect)
        router.add_post("/api/v1/hubs/{hub}/users/{user}", self._send_to_user)
        router.add_post("/api/v1/hubs/{hub}", self._send_to_everybody)
        router.add_get("/live", _file(_PAGE / "live.html"))
        router.add_get("/signalr.js", _file(_CLIENT_LIBRARY))
        for name in ("live.css", "live.js", "updates.js"):
            router.add_get(f"/{name}", _file(_PAGE / name))
        application.on_shutdown.append(self._say_goodbye)
        return application

    async def _negotiate(self, request: web.Request) -> web.Response:
        self._client_claims(request)
        token = secrets.token_urlsafe(16)
        answer = {
            "negotiateVersion": _NEGOTIATION_VERSION,
            "connectionId": token,
            "connectionToken": token,
            "availableTransports": [{"transport": "WebSockets", "transferFormats": ["Text"]}],
        }
        return web.json_response(answer)

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        claims = self._client_claims(request)
        socket = web.WebSocketResponse(max_msg_size=_MAX_MESSAGE_BYTES, timeout=1.0)
        await socket.prepare(request)
        user = claims.get("nameid")
        client = Client(hub=_hub(request.query.get("hub", "")), user=user, socket=socket)
        await self._clients.attend(client)
        return socket

    async def _send_to_user(self, request: web.Request) -> web.Response:
        text = await self._said_by_a_server(request)
        await _tell(self._clients.of(_hub(request.match_info["hub"]), request.match_info["user"]), text)
        return web.Response(status=202)

    async def _send_to_everybody(self, request: web.Request) -> web.Response:
        text = await self._said_by_a_server(request)
        await _tell(self._clients.everybody(_hub(request.match_info["hub"])), text)
        return web.Response(status=202)

    async def _said_by_a_server(self, request: web.Request) -> str:
        self._claims(_bearer(request), self._access.endpoint + request.rel_url.raw_path)
        try:
            said = json.loads(await request.read())
            return protocol.invocation(said["target"], said["arguments"])
        except (ValueError, TypeError, KeyError):
            raise web.HTTPBadRequest(text="A message has a target and arguments.") from None

    def _client_claims(self, request: web.Request) -> Mapping[str, Any]:
        """Return what a client's token says; a browser's WebSocket can carry it in its address only."""
        hub = request.query.get("hub", "")
        token = _bearer(request) or request.query.get("access_token", "")
        return self._claims(token, f"{self._access.client_endpoint}/client/?hub={hub}")

    def _claims(self, token: str, audience: str) -> Mapping[str, Any]:
        key = self._access.access_key.get_secret_value()
        try:
            return jwt.decode(
                token, key, algorithms=["HS256"], audience=audience, options={"require": ["exp", "aud"]}
            )
        except jwt.PyJWTError:
            raise web.HTTPUnauthorized from None

    async def _say_goodbye(self, _application: web.Application) -> None:
        await self._clients.say_goodbye()


async def _tell(clients: list[Client], text: str) -> None:
    await asyncio.gather(*(client.send(text) for client in clients))


def _hub(name: str) -> str:
    """Hubs are the same in any case."""
    return name.casefold()


def _bearer(request: web.Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.casefold() == "bearer" else ""


def _file(path: Path) -> Handler:
    async def serve(_request: web.Request) -> web.FileResponse:
        return web.FileResponse(
            path, headers={"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"}
        )

    return serve


@web.middleware
async def _readable_by_any_page(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer any page, as the service does by default: it is the token that counts."""
    origin = request.headers.get("Origin")
    if request.method == "OPTIONS":
        answer: web.StreamResponse = web.Response(status=204)
    else:
        try:
            answer = await handler(request)
        except web.HTTPException as refusal:
            answer = web.Response(status=refusal.status, text=refusal.reason)
    if origin and not answer.prepared:
        asked = request.headers.get("Access-Control-Request-Headers", "")
        answer.headers["Access-Control-Allow-Origin"] = origin
        answer.headers["Access-Control-Allow-Credentials"] = "true"
        answer.headers["Access-Control-Allow-Headers"] = asked
    return answer
