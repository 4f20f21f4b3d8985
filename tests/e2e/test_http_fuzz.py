"""The HTTP functions under requests that a machine makes up from their own description.

Nothing ends in 500, nothing is answered that is not described, and nothing that is not valid is taken.
`make fuzz` makes up many more, as every kind of caller.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from pydantic import TypeAdapter
from schemathesis.config import (
    CoveragePhaseConfig,
    ExamplesPhaseConfig,
    FuzzingPhaseConfig,
    GenerationConfig,
    PhasesConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
)
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from docs.contracts.routes.describing import CREATOR_TOKEN, JSON
from docs.contracts.routes.openapi import openapi
from docs.contracts.routes.table import Operation, operations
from shared.access.operators import Role
from tests.e2e.app import App
from tests.e2e.callers import CALLERS, credentials, kept_out
from tests.e2e.operators import ask

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "contracts" / "openapi.json"

#: As what is made up depends on it, a failure is made again with the same one.
SEED = int(os.environ.get("FUZZ_SEED", "20261125"))
#: How many requests are made up at random for each route; 0: only those that follow from its description.
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))
THOROUGH = EXAMPLES > 0

Case = schemathesis.Case[Any]

CHECKS: list[Any] = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
BY_ID = {f"{each.route.function}_{each.route.method.lower()}": each for each in operations()}

_generation = GenerationConfig(
    max_examples=max(EXAMPLES, 1), deterministic=False, with_security_parameters=False, database="none"
)
_phases = PhasesConfig(
    examples=ExamplesPhaseConfig(enabled=True),
    coverage=CoveragePhaseConfig(enabled=True),
    fuzzing=FuzzingPhaseConfig(enabled=THOROUGH),
)
SCHEMA = schemathesis.openapi.from_dict(
    openapi(),
    config=SchemathesisConfig(
        seed=SEED,
        projects=ProjectsConfig(default=ProjectConfig(generation=_generation, phases=_phases)),
    ),
)


@SCHEMA.hook
def map_body(context: Any, body: Any) -> Any:
    """Let no request wait for an operation's end: it goes on by itself."""
    del context
    waits = isinstance(body, dict) and body.get("waitSeconds", 20)
    if isinstance(waits, int | float) and not isinstance(waits, bool) and 0 <= waits <= 100:
        return {**body, "waitSeconds": 0.05}
    return body


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    """Return connections that are kept."""
    with requests.Session() as made:
        yield made


@pytest.fixture(scope="module", autouse=True)
def operations_end(app: App) -> Iterator[None]:
    """End what was begun with the other tests' dead letters."""
    yield
    query = "replays?limit=100"
    while True:
        page = ask(app.hosted, query).body
        for each in page["replays"]:
            if not each["endedAt"]:
                ask(app.hosted, f"replays/{each['id']}", method="DELETE", role=Role.OPERATOR)
        if page["next"] is None:
            break
        query = f"replays?limit=100&before={page['next'].replace('+', '%2B')}"


@SCHEMA.parametrize()
def test_what_is_made_up_is_answered_as_described(case: Case, app: App, session: requests.Session) -> None:
    """By whoever may do everything there."""
    operation = BY_ID[case.operation.definition.raw["operationId"]]
    token_needed = any(CREATOR_TOKEN in schemes for schemes in operation.route.access.schemes)
    _ask(case, app, session, operation, "a creator" if token_needed else "the admin")


if THOROUGH:

    @pytest.mark.parametrize("caller", CALLERS)
    @SCHEMA.parametrize()
    def test_it_is_so_for_every_caller(case: Case, app: App, session: requests.Session, caller: str) -> None:
        """Whoever may not ask is told so, whatever it is."""
        operation = BY_ID[case.operation.definition.raw["operationId"]]
        _ask(case, app, session, operation, caller)


def _ask(case: Case, app: App, session: requests.Session, operation: Operation, caller: str) -> None:
    response = case.call(
        base_url=app.hosted.url, session=session, headers=credentials(caller, app.hosted), timeout=60
    )
    described = case.method == operation.route.method
    if not described:
        assert response.status_code in {401, 404, 405}, f"{case.method} was answered"
        return
    route = operation.route
    wall = kept_out(route, caller, needed=None if route.access.optional else route.access.role)
    if wall is not None:
        assert response.status_code in {wall, 404}, "it was let in"
        if not response.content:
            return  # by the platform, which knows of no body
    if response.status_code == 404 and not response.content:
        return  # a path that leads to no function
    checks = [*CHECKS] if wall else [*CHECKS, negative_data_rejection]
    case.validate_response(response, checks=checks)
    answer = route.answers.get(response.status_code)
    if answer and answer.model and JSON in response.headers.get("content-type", ""):
        _hold(answer.model, response, route.refusals.get(response.status_code, ()))


def _hold(model: Any, response: Any, codes: tuple[str, ...]) -> None:
    """Hold an answer to its shape more strictly than others may: nothing is in it that is not described."""
    told = json.loads(response.content)
    if codes and "error" in told and told["error"].get("code") in codes:
        return
    TypeAdapter(model).validate_json(response.content)
