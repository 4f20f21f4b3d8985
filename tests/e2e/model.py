"""Telling the model simulator how to misbehave, and asking it how often it was called."""

from __future__ import annotations

import json
from typing import Any
from urllib.request import Request, urlopen

from infra.local.model_simulator import Endpoint


class Model:
    """The simulator, from its operator's side."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._url = endpoint.url.removesuffix("/models")

    def fail(self, kind: str, **options: Any) -> None:
        """Let the next call go wrong."""
        self._ask("POST", "faults", {"kind": kind, **options})

    def forgive(self) -> None:
        """Let all further calls go well."""
        self._ask("DELETE", "faults")

    @property
    def calls(self) -> int:
        """How often any deployment was called."""
        return int(json.loads(self._ask("GET", "requests"))["total"])

    def _ask(self, method: str, path: str, body: Any = None) -> bytes:
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self._url}/simulator/{path}", data=data, method=method)  # noqa: S310 - the simulator's own URL
        with urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
            return bytes(answer.read())
