"""The OpenAPI document is valid, complete, and its examples are what it says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from docs.contracts.routes import table
from docs.contracts.routes.describing import OPEN, Answer, Route
from docs.contracts.routes.openapi import openapi
from docs.contracts.routes.table import operations
from shared.access.operators import Role

DOCUMENT = openapi()
OPERATIONS = operations()


def test_it_is_valid_by_the_official_schema() -> None:
    assert list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors()) == []


@pytest.mark.parametrize("each", OPERATIONS, ids=lambda each: f"{each.route.function} {each.route.method}")
def test_examples_are_what_they_stand_for(each: table.Operation) -> None:
    """Each JSON answer has one; so has each body that is needed."""
    route = each.route
    for answer in route.answers.values():
        if answer.model is not None:
            answer.model.model_validate_json(_json(answer.example))
    if route.body is not None and route.body_required:
        route.body.model_validate(route.body_example)


def test_a_function_that_is_not_described_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    described = {**table.GROUPS, "Jobs": table.GROUPS["Jobs"][1:]}
    monkeypatch.setattr(table, "GROUPS", described)
    with pytest.raises(ValueError, match=r"not described.*job_status"):
        table.operations()


@pytest.mark.parametrize(
    ("function", "method", "complaint"),
    [("gone", "GET", "no HTTP function gone"), ("jobs", "GET", "different keys")],
)
def test_what_is_described_has_to_be_there(
    monkeypatch: pytest.MonkeyPatch, function: str, method: str, complaint: str
) -> None:
    invented = Route(function=function, method=method, access=OPEN, answers={200: Answer(what="Nothing.")})
    monkeypatch.setattr(table, "GROUPS", {"Jobs": (invented,)})
    with pytest.raises(ValueError, match=complaint):
        table.operations()


def test_whoever_needs_a_role_is_told_which() -> None:
    """A viewer's routes change nothing: all but the one that begins a session are read with GET."""
    for each in OPERATIONS:
        if each.route.access.role is Role.VIEWER and each.route.function != "console_session":
            assert each.route.method == "GET"
        described = DOCUMENT["paths"][each.registered.path][each.route.method.lower()]
        assert described.get("x-operator-role") == each.route.access.role


def _json(value: Any) -> str:
    return json.dumps(value)
