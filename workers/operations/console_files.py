"""The console's files, as a browser gets them: one page, and what it loads under a version of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

_DIRECTORY = Path(__file__).parent / "console"
_PAGE = "page.html"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".txt": "text/plain"}
#: Scripts that the page loads only when it needs them.
_LATE = frozenset({"signalr.min.js", "en.js", "en-codes.js", "fr.js", "fr-codes.js"})
_VERSION_CHARACTERS = 12
_YEAR_SECONDS = 31_536_000

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "'none'",
}


@dataclass(frozen=True, kw_only=True)
class Served:
    """One file, with the headers that it is served with."""

    body: bytes
    mimetype: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def tag(self) -> str:
        """The entity tag."""
        return f'"{sha256(self.body).hexdigest()[:20]}"'


def page(realtime_url: str | None) -> Served:
    """Return the page, which is asked for anew at each visit.

    Args:
        realtime_url: where the page follows jobs; `None`: nowhere, it asks from time to time.
    """
    headers = {
        **_SAFE,
        "Content-Security-Policy": content_security_policy(realtime_url),
        "Cache-Control": "no-cache",
        "X-Frame-Options": "DENY",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    return Served(body=_page(), mimetype="text/html", headers=headers)


def asset(version: str, name: str) -> Served | None:
    """Return what the page loads; `None` if there is no such file in that version.

    A version's files never change, so that a browser asks for them once.
    """
    if version != _version() or name not in _assets():
        return None
    headers = {**_SAFE, "Cache-Control": f"public, max-age={_YEAR_SECONDS}, immutable"}
    return Served(body=_assets()[name], mimetype=_TYPES[Path(name).suffix], headers=headers)


def content_security_policy(realtime_url: str | None) -> str:
    """Say that the page loads nothing from elsewhere, and talks to the app and its SignalR service only."""
    connections = ["'self'", *(_origins(realtime_url) if realtime_url else ())]
    policy = {**_POLICY, "connect-src": " ".join(connections)}
    return "; ".join(f"{name} {value}" for name, value in policy.items())


_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def _origins(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    socket = {"https": "wss", "http": "ws"}[parts.scheme]
    return f"{parts.scheme}://{parts.netloc}", f"{socket}://{parts.netloc}"


@cache
def _assets() -> Mapping[str, bytes]:
    """Read every file but the page: their names are the only ones that are ever served."""
    found = sorted(_DIRECTORY.iterdir())
    return {path.name: path.read_bytes() for path in found if path.suffix in _TYPES}


@cache
def _version() -> str:
    told = sha256()
    for name, content in _assets().items():
        told.update(f"{name} {len(content)} ".encode())
        told.update(content)
    return told.hexdigest()[:_VERSION_CHARACTERS]


@cache
def _page() -> bytes:
    """Return the page of this version; it names its scripts, so that a browser fetches them all at once."""
    at = f"/api/console/{_version()}"
    scripts = [name for name in _assets() if name.endswith(".js") and name not in _LATE]
    preloads = "\n".join(f'<link rel="modulepreload" href="{at}/{name}">' for name in scripts)
    text = (_DIRECTORY / _PAGE).read_text(encoding="utf-8")
    return text.replace("<!-- scripts -->", preloads).replace("{{at}}", at).encode()
