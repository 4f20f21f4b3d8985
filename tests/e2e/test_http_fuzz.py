"""The HTTP functions under requests that a machine makes up from their own description.

Nothing ends in 500, nothing is answered that is not described, and nothing that is not valid is taken.
`make fuzz` makes up many more, as every kind of caller.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import schemathesis
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
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.pytest._test_builder import build_operation_test
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from docs.contracts.routes.describing import CREATOR_TOKEN
from docs.contracts.routes.openapi import openapi
from docs.contracts.routes.table import Operation, operations
from tests.e2e.app import App
from tests.e2e.callers import CALLERS, credentials, kept_out
from tests.e2e.shapes import hold

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "contracts" / "openapi.json"

#: As what is made up depends on it, a failure is made again with the same one.
SEED = int(os.environ.get("FUZZ_SEED", "20261125"))
#: How many requests are made up at random for each route; 0: only those that follow from its description.
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))
THOROUGH = EXAMPLES > 0

#: The development host's; Azure's front ends take 8 KB, too.
_LONGEST_URL = 8_000

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


_MOST_SECONDS = {"waitSeconds": 0.05, "withinSeconds": 5.0}


@SCHEMA.hook
def map_body(context: Any, body: Any) -> Any:
    """Let no request wait for an operation's end, and no operation outlast the test."""
    del context
    if not isinstance(body, dict):
        return body
    shorter = {name: most for name, most in _MOST_SECONDS.items() if _longer(body.get(name), most)}
    return {**body, **shorter, **({} if "waitSeconds" in body else {"waitSeconds": 0})}


def _longer(asked: Any, most: float) -> bool:
    """Leave alone what is to be refused."""
    return isinstance(asked, int | float) and not isinstance(asked, bool) and most < asked <= 100


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    """Return connections that are kept."""
    with requests.Session() as made:
        yield made


#: They differ from replays in what is done, and not in what is asked.
_ALIKE = {"dead_letters_archive_post", "dead_letters_restore_post"}
CHOSEN = [name for name in BY_ID if THOROUGH or name not in _ALIKE]


@pytest.mark.parametrize("name", CHOSEN)
def test_what_is_made_up_is_answered_as_described(app: App, session: requests.Session, name: str) -> None:
    """By whoever may do everything there."""
    token_needed = any(CREATOR_TOKEN in schemes for schemes in BY_ID[name].route.access.schemes)
    _try_all(name, app, session, "a creator" if token_needed else "the admin")


if THOROUGH:

    @pytest.mark.parametrize("caller", CALLERS)
    @pytest.mark.parametrize("name", CHOSEN)
    def test_it_is_so_for_every_caller(app: App, session: requests.Session, name: str, caller: str) -> None:
        """Whoever may not ask is told so, whatever it is."""
        _try_all(name, app, session, caller)


def _try_all(name: str, app: App, session: requests.Session, caller: str) -> None:
    """Make up requests and ask them.

    That takes seconds, which Schemathesis' own way of collecting tests would take in every process.
    """
    sys.stdout.write(f"To try the same again: FUZZ_SEED={SEED} FUZZ_EXAMPLES={EXAMPLES}\n")
    operation = BY_ID[name]

    def ask(case: Case) -> None:
        _ask(case, app, session, operation, caller)

    made_up = build_operation_test(
        config=SCHEMA.config,
        operation=SCHEMA[operation.registered.path][operation.route.method],
        test_func=ask,
        given_kwargs={},
        feedback=FeedbackSources(),
    )
    made_up()


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
    if response.status_code == 400 and len(str(response.request.url)) > _LONGEST_URL:
        return  # by the platform, which reads no longer ones
    checks = [*CHECKS] if wall else [*CHECKS, negative_data_rejection]
    case.validate_response(response, checks=checks)
    hold(case.method, urlsplit(str(response.request.url)).path, response.status_code, response.content)
