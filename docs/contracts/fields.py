"""Tables of a model's fields, nested ones under the path that leads to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from docs.contracts.markdown import code, table
from docs.contracts.schemas import definitions
from docs.contracts.typescript import expression

_LIMITS = {
    "minItems": "at least {}",
    "maxItems": "at most {}",
    "minimum": "at least {:,}",
    "exclusiveMinimum": "more than {:,}",
    "maximum": "at most {:,}",
    "minLength": "at least {:,} characters",
    "maxLength": "at most {:,} characters",
}

Schema = Mapping[str, Any]


def fields_table(model: type[BaseModel]) -> str:
    """Return the table of a model's fields: name, type, whether required, meaning and limits."""
    named = definitions([model], ref_template="{model}")
    return table(("field", "type", "required", "meaning"), list(_rows(named[model.__name__], named, "")))


def _rows(schema: Schema, named: Mapping[str, Schema], path: str) -> Iterator[tuple[str, ...]]:
    required = schema.get("required", [])
    for name, field in schema["properties"].items():
        yield (
            code(path + name),
            code(_type(field, named)),
            "yes" if name in required else "",
            _meaning(field),
        )
        for suffix, inner in _nested(field, named):
            yield from _rows(inner, named, f"{path}{name}{suffix}.")


def _type(field: Schema, named: Mapping[str, Schema]) -> str:
    """Return the type with enumerations spelt out."""
    choices = field.get("anyOf", [field])
    spelt = [named[choice["$ref"]] if _is_enumeration(choice, named) else choice for choice in choices]
    return " | ".join(dict.fromkeys(expression(choice) for choice in spelt))


def _is_enumeration(schema: Schema, named: Mapping[str, Schema]) -> bool:
    return "enum" in named.get(schema.get("$ref", ""), {})


def _nested(field: Schema, named: Mapping[str, Schema]) -> Iterator[tuple[str, Schema]]:
    for choice in field.get("anyOf", [field]):
        if choice.get("type") == "array":
            yield from ((f"[]{suffix}", inner) for suffix, inner in _nested(choice["items"], named))
        elif "properties" in (inner := named.get(choice.get("$ref", ""), {})):
            yield "", inner


def _meaning(field: Schema) -> str:
    limits = ", ".join(limit for choice in field.get("anyOf", [field]) for limit in _limits(choice))
    told = [field.get("description", ""), f"({limits})" if limits else ""]
    return " ".join(part for part in told if part)


def _limits(schema: Schema) -> Iterator[str]:
    if schema.get("format") == "date-time":
        yield "ISO 8601"
    for key, wording in _LIMITS.items():
        if key in schema and (key, schema[key]) != ("minLength", 1):
            yield wording.format(schema[key])
    if schema.get("minLength") == 1:
        yield "not empty"
