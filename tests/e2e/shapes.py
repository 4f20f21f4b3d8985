"""Holds answers of the running app to what is described: whatever a test asks for is checked in passing."""

from __future__ import annotations

import re
from functools import cache

from pydantic import TypeAdapter

from docs.contracts.routes.shapes import Refusal
from docs.contracts.routes.table import Operation, operations


@cache
def _places() -> tuple[tuple[str, re.Pattern[str], Operation], ...]:
    """Return the routes, those with fewer parameters first, as the host asks them."""
    ordered = sorted(operations(), key=lambda each: each.registered.path.count("{"))
    return tuple(
        (each.route.method, re.compile(re.sub(r"\{\w+\}", "[^/]+", each.registered.path)), each)
        for each in ordered
    )


def operation_of(method: str, path: str) -> Operation | None:
    """Return the route that answers a path, its query left aside."""
    bare = path.partition("?")[0]
    return next((each for name, form, each in _places() if name == method and form.fullmatch(bare)), None)


def hold(method: str, path: str, status: int, content: bytes) -> None:
    """Check that an answer with content is one that its route describes, and has nothing else in it.

    Raises:
        AssertionError: the status or the error's code is not described.
        ValidationError: the content is not of the described shape.
    """
    operation = operation_of(method, path)
    if operation is None or not content.startswith(b"{"):
        return
    route = operation.route
    assert status in {*route.answers, *route.refusals}, f"{route.function} does not describe {status}"
    if content.startswith(b'{"error":') and b'"code"' in content[:40] and status in route.refusals:
        code = Refusal.model_validate_json(content).error.code
        assert code in route.refusals[status], f"{route.function} does not describe {status} {code}"
    elif (answer := route.answers.get(status)) and answer.model:
        TypeAdapter(answer.model).validate_json(content)
