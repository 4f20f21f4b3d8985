"""The OpenAPI 3.1 document of all HTTP functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from docs.contracts.asyncapi import CONTRACT_VERSION
from docs.contracts.routes.describing import CREATOR_TOKEN, FUNCTION_KEY, JSON, OPERATOR_KEY, Answer, Route
from docs.contracts.routes.shapes import Refusal, Shape
from docs.contracts.routes.table import GROUPS, Operation, operations
from docs.contracts.schemas import definitions
from shared.contracts import EventError
from shared.dead_letters.letters import SOURCES

_SCHEMA = "#/components/schemas/{model}"

#: What stands in braces in a path.
PARAMETERS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "jobId": ("The job.", {"type": "string", "minLength": 1, "examples": ["job_1766400000000_k3j2h1g0f"]}),
    "id": ("The operation.", {"type": "string", "minLength": 1}),
    "subscription": (
        "A subscription of either topic.",
        {"type": "string", "enum": [source.subscription for source in SOURCES]},
    ),
    "deliveryId": ("The delivery.", {"type": "string", "minLength": 1}),
    "version": ("Of all files together.", {"type": "string", "minLength": 1}),
    "name": (
        "An endpoint's name, which its creator chose; or a file's.",
        {"type": "string", "pattern": r"^[A-Za-z0-9_.-]{1,64}$"},
    ),
}
_HEADERS = {
    "ETag": "Tells this answer from the next one.",
    "Location": "Where the operation is found.",
}
_HEADER_LIMITS = {"Idempotency-Key": {"pattern": "^[A-Za-z0-9_-]{1,64}$"}}
_SECURITY: Mapping[str, Any] = {
    FUNCTION_KEY: {
        "type": "apiKey",
        "in": "header",
        "name": "x-functions-key",
        "description": "The platform's key; the query's `code` says the same.",
    },
    OPERATOR_KEY: {
        "type": "apiKey",
        "in": "header",
        "name": "x-operator-key",
        "description": "Whose key it is decides on the role: `viewer`, `operator` or `admin`.",
    },
    CREATOR_TOKEN: {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The front end's signed token for a creator.",
    },
}


def openapi() -> dict[str, Any]:
    """Return the document."""
    paths: dict[str, dict[str, Any]] = {}
    for each in operations():
        paths.setdefault(each.registered.path, {})[each.registered.method.lower()] = _operation(each)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Huntaze workers over HTTP",
            "version": CONTRACT_VERSION,
            "description": "For the front end, its creators, and the operator. Names and shapes only ever"
            " grow: an answer may gain fields, and a request must not have unknown ones.",
        },
        "servers": [
            {
                "url": "https://{app}.azurewebsites.net",
                "variables": {"app": {"default": "huntaze-operations", "description": "The function app."}},
            }
        ],
        "tags": [{"name": group} for group in GROUPS],
        "paths": paths,
        "components": {"schemas": _schemas(), "securitySchemes": dict(_SECURITY)},
    }


def _schemas() -> dict[str, Any]:
    found = definitions(sorted(_models(), key=lambda model: model.__name__), ref_template=_SCHEMA)
    open_ended = {model.__name__ for model in _shapes(Shape)}
    return {name: _grown(schema) if name in open_ended else schema for name, schema in found.items()}


def _models() -> set[type[BaseModel]]:
    routes = [each.route for each in operations()]
    answered = {answer.model for route in routes for answer in route.answers.values()}
    asked = {route.body for route in routes}
    return {model for model in answered | asked if model is not None} | {Refusal, EventError}


def _shapes(shape: type[Shape]) -> Iterator[type[Shape]]:
    for child in shape.__subclasses__():
        yield child
        yield from _shapes(child)


def _grown(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Let an answer gain fields."""
    return {name: value for name, value in schema.items() if name != "additionalProperties"}


def _operation(each: Operation) -> dict[str, Any]:
    route = each.route
    return {
        "operationId": f"{route.function}_{route.method.lower()}",
        "tags": [each.group],
        "summary": each.summary,
        "description": f"For {route.access.who}.",
        **({"parameters": parameters} if (parameters := list(_parameters(each))) else {}),
        **({"requestBody": _body(route)} if route.body else {}),
        "responses": _responses(route),
        "security": [{scheme: [] for scheme in schemes} for schemes in route.access.schemes],
        **({"x-operator-role": route.access.role.value} if route.access.role else {}),
        **({"x-operator-role-with": _raised(route)} if route.raised else {}),
    }


def _raised(route: Route) -> dict[str, str]:
    return {name: role.value for name, role in route.raised.items()}


def _parameters(each: Operation) -> Iterator[dict[str, Any]]:
    for part in each.registered.path.split("/"):
        if part.startswith("{"):
            meaning, schema = PARAMETERS[part.strip("{}")]
            yield {
                "name": part.strip("{}"),
                "in": "path",
                "required": True,
                "description": meaning,
                "schema": dict(schema),
            }
    if each.route.query is not None:
        yield from _query(each.route.query)
    for name, meaning in each.route.headers.items():
        schema = {"type": "string", **_HEADER_LIMITS.get(name, {})}
        yield {"name": name, "in": "header", "description": meaning, "schema": schema}


def _query(model: type[BaseModel]) -> Iterator[dict[str, Any]]:
    named = definitions([model], ref_template="#/{model}")
    schema = named.pop(model.__name__)
    hidden = {field.alias or name for name, field in model.model_fields.items() if field.exclude}
    for name, found in schema["properties"].items():
        if name in hidden:
            continue
        listed = {"style": "form", "explode": False} if found.get("type") == "array" else {}
        yield {
            "name": name,
            "in": "query",
            **({"required": True} if name in schema.get("required", ()) else {}),
            **({"description": found["description"]} if "description" in found else {}),
            **listed,
            "schema": _plain(found, named),
        }


def _plain(schema: Any, named: Mapping[str, Any]) -> Any:
    """Return a parameter's schema in one piece: nothing in a query is null, and nothing refers."""
    if isinstance(schema, list):
        return [_plain(each, named) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _plain(named[schema["$ref"].rpartition("/")[2]], named)
    choices = [each for each in schema.get("anyOf", []) if each.get("type") != "null"]
    if len(choices) == 1:
        return _plain({**_without(schema, "anyOf", "default", "description"), **choices[0]}, named)
    if choices:
        schema = {**schema, "anyOf": choices}
    kept = _without(schema, "description", *(["default"] if schema.get("default") is None else []))
    return {name: _plain(value, named) for name, value in kept.items()}


def _without(schema: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in schema.items() if name not in names}


def _body(route: Route) -> dict[str, Any]:
    return {
        "required": route.body_required,
        "content": {
            JSON: {
                "schema": _reference(route.body),
                **({"examples": {"usual": {"value": route.body_example}}} if route.body_example else {}),
            }
        },
    }


def _responses(route: Route) -> dict[str, Any]:
    found = {str(status): _response(answer) for status, answer in route.answers.items()}
    for status, codes in route.refusals.items():
        refused = _refusal(codes)
        known = found.get(str(status))
        if known is None:
            found[str(status)] = refused
        else:
            shapes = [known["content"][JSON]["schema"], refused["content"][JSON]["schema"]]
            known["description"] += f" Or: {refused['description']}"
            known["content"][JSON]["schema"] = {"anyOf": shapes}
    if any(FUNCTION_KEY in schemes for schemes in route.access.schemes) and "401" not in found:
        found["401"] = {"description": "The function key is missing; the platform answers, without a body."}
    return dict(sorted(found.items()))


def _response(answer: Answer) -> dict[str, Any]:
    content: dict[str, Any] = {name: {"schema": {"type": "string"}} for name in answer.media_types}
    if answer.model is not None:
        content = {JSON: {"schema": _reference(answer.model), **_example(answer)}}
    headers = {name: {"description": _HEADERS[name], "schema": {"type": "string"}} for name in answer.headers}
    return {
        "description": answer.what,
        **({"headers": headers} if headers else {}),
        **({"content": content} if content else {}),
    }


def _example(answer: Answer) -> dict[str, Any]:
    return {"examples": {"usual": {"value": answer.example}}} if answer.example is not None else {}


def _refusal(codes: tuple[str, ...]) -> dict[str, Any]:
    schema = {
        "allOf": [
            _reference(Refusal),
            {"type": "object", "properties": {"error": {"properties": {"code": {"enum": list(codes)}}}}},
        ]
    }
    return {
        "description": ", ".join(f"`{code}`" for code in codes) + ".",
        "content": {JSON: {"schema": schema}},
    }


def _reference(model: type[BaseModel] | None) -> dict[str, str]:
    return {"$ref": _SCHEMA.format(model=model.__name__)} if model else {}
