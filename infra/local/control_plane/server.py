"""The stand-in over HTTPS: one port for the control plane, one for each site."""

from __future__ import annotations

import base64
import json
import ssl
import threading
import time
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from typing_extensions import override

from infra.local.control_plane import sites
from infra.local.control_plane.answers import Answer, respond
from infra.local.control_plane.estate import SUBSCRIPTION, TENANT, Estate, Fault, Json
from infra.local.process import LOCALHOST

_HOUR_SECONDS = 3600


class Azure:
    """The control plane and every site's own host."""

    def __init__(self, certificate: Path, requests: Path) -> None:
        self.estate = Estate()
        self._certificate = certificate
        self._requests = requests
        self._servers: list[ThreadingHTTPServer] = []
        self._hosts: dict[str, str] = {}
        self.url = f"https://{self._listen('')}"

    def close(self) -> None:
        """Stop listening."""
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def host(self, site: str) -> str:
        """Return the host on which a site answers."""
        with self.estate.lock:
            if site.casefold() not in self._hosts:
                self._hosts[site.casefold()] = self._listen(site.casefold())
            return self._hosts[site.casefold()]

    def note(self, method: str, path: str, body: str) -> None:
        """Write a request down."""
        with self.estate.lock, self._requests.open("a") as lines:
            lines.write(json.dumps({"method": method, "path": path, "body": body}) + "\n")

    def answer(self, method: str, path: str, query: str, body: bytes) -> Answer:
        """Answer the control plane's own host."""
        with self.estate.lock:
            if path.startswith("/_control"):
                return self._control(json.loads(body))
            if fault := self.estate.fault(method, path):
                error: Json = {"error": {"code": fault.code, "message": "Ordered."}}
                return Answer(fault.status, error, {"Retry-After": "0"})
            if path.endswith("/msi/token"):
                return Answer(200, token(query))
            return respond(self.estate, method, path, body, self.host)

    def answer_site(self, site: str, method: str, path: str, body: bytes) -> Answer:
        """Answer a site's host, and that of its deployments."""
        with self.estate.lock:
            if method == "POST" and path in {"/api/zipdeploy", "/api/publish"}:
                sites.publish(self.estate, site, body)
                return Answer(202, {})
            if path == "/api/deployments/latest":
                return Answer(200, {"status": 4, "complete": True, "active": True, "id": "1"})
            if path in {"/api/health", "/api/health/ready", "/admin/host/status"}:
                healthy = sites.is_healthy(self.estate, site)
                return Answer(200 if healthy else 503, {"status": "ready" if healthy else "not_ready"})
            return Answer(404, {})

    def _control(self, order: Json) -> Answer:
        estate = self.estate
        if "fault" in order:
            estate.faults.append(Fault(**order["fault"]))
        estate.healthy = order.get("healthy", estate.healthy)
        estate.healthy_times = order.get("times", -1) if "healthy" in order else estate.healthy_times
        estate.foretold = order.get("foretold", estate.foretold)
        estate.waiting.update(order.get("waiting", {}))
        for identity, properties in order.get("change", {}).items():
            estate.resources[identity.casefold()]["properties"].update(properties)
        code = {site: asdict(each) for site, each in estate.code.items()}
        return Answer(200, {"code": code, "resources": sorted(estate.resources)})

    def _listen(self, site: str) -> str:
        server = ThreadingHTTPServer((LOCALHOST, 0), _handler(self, site))
        server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        self._servers.append(server)
        return f"localhost:{server.server_address[1]}"


def token(query: str) -> Json:
    """Return a token that names a tenant, as the platform's own identity gives it; nobody checks it."""
    now = int(time.time())
    claims = {
        "tid": TENANT,
        "oid": SUBSCRIPTION,
        "appid": SUBSCRIPTION,
        "aud": query,
        "exp": now + _HOUR_SECONDS,
    }
    parts = [
        _encoded({"alg": "none", "typ": "JWT"}),
        _encoded({**claims, "iat": now, "nbf": now}),
        "c2lnbmVk",
    ]
    return {
        "access_token": ".".join(parts),
        "expires_on": str(now + _HOUR_SECONDS),
        "expires_in": str(_HOUR_SECONDS),
        "resource": query,
        "token_type": "Bearer",
        "client_id": SUBSCRIPTION,
    }


def _encoded(part: Json) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def _handler(azure: Azure, site: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            url = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            text = "" if site else body.decode(errors="replace")
            if not url.path.startswith("/_control"):
                azure.note(self.command, f"{site}{url.path}", text)
            if site:
                answer = azure.answer_site(site, self.command, url.path, body)
            else:
                answer = azure.answer(self.command, url.path, url.query, body)
            self._send(answer)

        def _send(self, answer: Answer) -> None:
            content = json.dumps(answer.body).encode() if answer.body is not None else b""
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Every request is written down elsewhere."""

        do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = do_HEAD = handle_any  # noqa: N815 - the library's names

    return Handler
