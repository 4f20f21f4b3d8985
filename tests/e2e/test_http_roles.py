"""Every route with every kind of caller: who is let in, who is kept out, and with which status."""

from __future__ import annotations

import json

import pytest

from docs.contracts.routes.describing import Route
from docs.contracts.routes.table import Operation, operations
from shared.access.operators import Role
from tests.e2e.app import App
from tests.e2e.callers import CALLERS, credentials, kept_out, path_of, sent

OPERATIONS = {f"{each.route.method} {each.registered.path}": each for each in operations()}

#: Whoever asks gets an answer: it says nothing but that the app lives, or needs a signed link or body.
OPEN_TO_ALL = {
    "GET /api/health",
    "GET /api/health/ready",
    "GET /api/console",
    "GET /api/console/{version}/{name}",
    "GET /api/unsubscribe",
    "POST /api/unsubscribe",
    "OPTIONS /api/negotiate",
    "POST /api/speech/webhook",
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_everybody_gets_as_far_as_described(app: App, name: str) -> None:
    """With and without what needs a higher role."""
    operation = OPERATIONS[name]
    route = operation.route
    for query, needed in _requests(route):
        for caller in CALLERS:
            status, content = _asked(app, operation, caller, query)
            wall = kept_out(route, caller, needed=needed)
            if wall is not None:
                assert status == wall, caller
                assert content == b"" or json.loads(content)["error"]["code"] in route.refusals[wall]
            else:
                assert status in {*route.answers, *route.refusals}, (caller, content)
                assert status != 500
                assert caller != "nobody" or name in OPEN_TO_ALL, "it is open, and not declared to be"


def _requests(route: Route) -> list[tuple[dict[str, str], Role | None]]:
    """Return queries, each with the role that it needs."""
    found: list[tuple[dict[str, str], Role | None]] = [({}, route.access.role)]
    if route.access.optional and route.function == "jobs":
        found = [({"creatorId": "7"}, route.access.role)]
    return found + [({name: "true"}, role) for name, role in route.raised.items()]


def _asked(app: App, operation: Operation, caller: str, query: dict[str, str]) -> tuple[int, bytes]:
    route, headers = operation.route, credentials(caller, app.hosted)
    path = path_of(operation, query)
    status, _, content = sent(app.hosted, route.method, path, headers=headers, body=route.body_example)
    return status, content


def test_without_a_creator_the_front_end_is_nobody(app: App) -> None:
    """Pages of all jobs, and calling any job off, are an operator's."""
    headers = credentials("the front end", app.hosted)
    assert sent(app.hosted, "GET", "/api/jobs", headers=headers)[0] == 401
    assert sent(app.hosted, "POST", "/api/jobs/job_1/cancel", headers=headers, body={})[0] == 401
