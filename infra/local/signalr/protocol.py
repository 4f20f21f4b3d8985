"""SignalR's JSON hub protocol, version 1: records of JSON, each ended by one character."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

_END = "\x1e"

PING = '{"type":6}' + _END
WELCOME = "{}" + _END

_INVOCATION, _PING, _COMPLETION, _CLOSE = 1, 6, 3, 7


class ProtocolError(Exception):
    """A client does not speak the protocol; the message may be sent to it."""


def records(text: str) -> list[Mapping[str, Any]]:
    """Return the records of one WebSocket message.

    Raises:
        ProtocolError: it holds something else.
    """
    *whole, rest = text.split(_END)
    if rest:
        raise ProtocolError("A record has no end.")
    try:
        found = [json.loads(record) for record in whole]
    except (ValueError, RecursionError):
        raise ProtocolError("A record is not valid JSON.") from None
    if not all(isinstance(record, dict) for record in found):
        raise ProtocolError("A record is not an object.")
    return found


def check_handshake(request: Mapping[str, Any]) -> None:
    """Accept a client's first record, or say why not.

    Raises:
        ProtocolError: it asks for another protocol.
    """
    if request.get("protocol") != "json" or request.get("version") != 1:
        raise ProtocolError("Only version 1 of the JSON protocol is served here.")


def handshake_error(error: ProtocolError) -> str:
    """Return the answer to a handshake that failed."""
    return json.dumps({"error": str(error)}) + _END


def invocation(target: str, arguments: Sequence[Any]) -> str:
    """Return a call to a client that expects no answer."""
    message = {"type": _INVOCATION, "target": target, "arguments": arguments}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")) + _END


def close(error: str | None = None) -> str:
    """Return word that the connection ends; `error` asks the client not to come back at once."""
    return json.dumps({"type": _CLOSE, **({"error": error} if error else {})}) + _END


def answer_to(record: Mapping[str, Any]) -> str | None:
    """Return what a client's record is answered with: a call is, as nobody is there to take it."""
    if record.get("type") == _INVOCATION and "invocationId" in record:
        error = "There is no server to take this call."
        return (
            json.dumps({"type": _COMPLETION, "invocationId": record["invocationId"], "error": error}) + _END
        )
    return None


def says_goodbye(record: Mapping[str, Any]) -> bool:
    """Say whether the client ends the connection."""
    return record.get("type") == _CLOSE
