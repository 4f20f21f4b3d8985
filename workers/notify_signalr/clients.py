"""Answering a client that wants to listen: where to connect, or that nobody knows who it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.errors import RequestError
from shared.realtime.desk import RealtimeDesk

#: What `@microsoft/signalr` sends with its request; a page's own headers are not needed here.
_HEADERS = "authorization, content-type, x-requested-with, x-signalr-user-agent"
_PREFLIGHT_SECONDS = 600


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An HTTP answer, free of any SDK."""

    status: int
    #: JSON; `None`: nothing.
    body: Mapping[str, object] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def answer(method: str, headers: Mapping[str, str], desk: RealtimeDesk) -> Answer:
    """Answer a request for a connection, or a browser's question whether its page may ask.

    Args:
        method: `POST` or `OPTIONS`.
        headers: the request's, by names in any case.
        desk: decides.
    """
    readable = _readable_by(headers.get("origin"), desk)
    if method == "OPTIONS":
        return Answer(status=204, headers={**readable, **(_PREFLIGHT if len(readable) > 1 else {})})
    try:
        creator_id = desk.identities.creator_of(headers.get("authorization"))
    except RequestError as error:
        challenge = {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}  # noqa: PLR2004 - HTTP's
        return _refusal(error, {**readable, **challenge})
    connection = desk.hub.connection_for(creator_id)
    body = {"url": connection.url, "accessToken": connection.access_token}
    return Answer(status=200, body=body, headers=readable)


def unavailable() -> Answer:
    """Answer that nobody can connect here."""
    message = "Updates can't be followed here for now."
    return _refusal(RequestError(message, status=503, code="REALTIME_UNAVAILABLE"), {})


_PREFLIGHT = {
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": _HEADERS,
    "Access-Control-Max-Age": str(_PREFLIGHT_SECONDS),
}


def _readable_by(origin: str | None, desk: RealtimeDesk) -> dict[str, str]:
    """Let the page of an allowed origin read the answer, as a browser asks it with credentials."""
    if origin is None or origin not in desk.allowed_origins:
        return {"Vary": "Origin"}
    return {
        "Vary": "Origin",
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true",
    }


def _refusal(error: RequestError, headers: Mapping[str, str]) -> Answer:
    body = {"error": {"code": error.code, "message": error.message}}
    return Answer(status=error.status, body=body, headers=headers)
