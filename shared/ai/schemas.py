"""JSON Schemas as models are told them: without references, titles and prose, which are paid by the token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

_PROSE = frozenset({"title", "description", "default", "examples"})


def plain_schema(shape: type[BaseModel]) -> dict[str, Any]:
    """Return a model's JSON Schema in one piece, with nothing that does not bind an answer."""
    schema = shape.model_json_schema()
    return _object(schema, schema.get("$defs", {}))


def _object(part: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    if (reference := part.get("$ref")) is not None:
        return _object(definitions[str(reference).rpartition("/")[2]], definitions)
    kept = {key: value for key, value in part.items() if key not in _PROSE and key != "$defs"}
    properties = kept.pop("properties", None)
    plain = {key: _value(value, definitions) for key, value in kept.items()}
    if properties is not None:
        plain["properties"] = {name: _object(value, definitions) for name, value in properties.items()}
    return plain


def _value(value: Any, definitions: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        return _object(value, definitions)
    if isinstance(value, list):
        return [_value(each, definitions) for each in value]
    return value
