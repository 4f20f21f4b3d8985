"""Whoever may call the HTTP functions, with what they hold in their hands, and how far each may get."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from docs.contracts.routes.describing import CREATOR_TOKEN, FUNCTION_KEY, OPERATOR_KEY, Route
from docs.contracts.routes.openapi import PARAMETERS
from docs.contracts.routes.table import Operation
from infra.local.host import Hosted
from shared.access.operators import Role
from tests.e2e.creators import token
from tests.e2e.operators import KEYS

CREATOR = "c-fuzz"
#: Each with the security schemes that it fulfils.
CALLERS: Mapping[str, frozenset[str]] = {
    "nobody": frozenset(),
    "a stranger with wrong keys": frozenset(),
    "the front end": frozenset({FUNCTION_KEY}),
    "the front end with a wrong key": frozenset({FUNCTION_KEY}),
    "a creator": frozenset({CREATOR_TOKEN}),
    **{f"the {role}": frozenset({FUNCTION_KEY, OPERATOR_KEY}) for role in Role},
}


def role_of(caller: str) -> Role | None:
    """Return the caller's role, if it is an operator."""
    name = caller.removeprefix("the ")
    return Role(name) if name in list(Role) else None


def credentials(caller: str, hosted: Hosted) -> dict[str, str]:
    """Return the headers that a caller sends."""
    if caller == "a stranger with wrong keys":
        return {
            "x-functions-key": "wrong",
            "x-operator-key": "hzo_wrong",
            "Authorization": f"Bearer {token(CREATOR, secret='another secret of thirty-two bytes!')}",
        }
    if caller == "the front end with a wrong key":
        return {"x-functions-key": hosted.key, "x-operator-key": "hzo_wrong"}
    if caller == "a creator":
        return {"Authorization": f"Bearer {token(CREATOR)}"}
    found = {"x-functions-key": hosted.key} if FUNCTION_KEY in CALLERS[caller] else {}
    if role := role_of(caller):
        found["x-operator-key"] = KEYS[role]
    return found


def kept_out(route: Route, caller: str, *, needed: Role | None) -> int | None:
    """Return the status that keeps a caller out; `None`: it is let in.

    Args:
        route: what is asked.
        caller: one of `CALLERS`.
        needed: the role that this request needs, if it needs one at all.
    """
    held = CALLERS[caller]
    if "wrong key" in caller and any(OPERATOR_KEY in schemes for schemes in route.access.schemes):
        return 401
    if not any(set(schemes) <= held for schemes in route.access.schemes):
        return 401
    role = role_of(caller)
    if role is None:
        return 401 if needed is not None and not route.access.optional else None
    return None if needed is None or role.covers(needed) else 403


def path_of(operation: Operation, query: Mapping[str, Any] | None = None) -> str:
    """Return a path that is valid, with the first value that its description offers for each part."""
    parts = [
        _value(part.strip("{}")) if part.startswith("{") else part
        for part in operation.registered.path.split("/")
    ]
    return "/".join(parts) + (f"?{urlencode(query)}" if query else "")


def _value(name: str) -> str:
    schema = PARAMETERS[name][1]
    return str((schema.get("enum") or schema.get("examples") or ["none"])[0])


def sent(
    hosted: Hosted, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: Any = None
) -> tuple[int, Mapping[str, str], bytes]:
    """Send one request as it is, and return status, headers and content; bytes go out as they are."""
    parts = urlsplit(hosted.url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=120)
    try:
        content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        connection.request(method, path, body=content, headers=dict(headers or {}))
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()
