"""Operators of the running app, and how they ask it for something."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from infra.local.host import Hosted
from infra.operators import make
from shared.access.operators import Role
from tests.e2e.shapes import hold

_MADE = {role: make(f"e2e-{role}", role) for role in Role}
KEYS: Mapping[Role, str] = {role: key for role, (key, _) in _MADE.items()}
SETTINGS: Mapping[str, str] = {
    "OPERATOR_KEYS": ",".join(str(entry) for _, entry in _MADE.values()),
    "DEAD_LETTER_EDIT_ENABLED": "true",
}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    body: Any
    headers: Mapping[str, str]


def ask(
    hosted: Hosted,
    path: str,
    *,
    role: Role | None = Role.VIEWER,
    method: str = "GET",
    body: Any = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Ask the app over HTTP as an operator, or as nobody."""
    key = {"x-operator-key": KEYS[role]} if role else {}
    data = None if body is None else json.dumps(body).encode()
    request = Request(  # noqa: S310 - the host's own URL
        f"{hosted.url}/api/{path}",
        data=data,
        method=method,
        headers={"x-functions-key": hosted.key, **key, **(headers or {})},
    )
    try:
        with urlopen(request, timeout=120) as found:  # noqa: S310 - as above
            status, content, headers = found.status, found.read(), dict(found.headers)
    except HTTPError as error:
        with error:
            status, content, headers = error.code, error.read(), dict(error.headers)
    hold(method, f"/api/{path}", status, content)
    return Answer(status=status, body=_json(content), headers=headers)


def _json(content: bytes) -> Any:
    return json.loads(content) if content else None
