"""The published JSON Schemas say what the models do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import BaseModel, ValidationError

from docs.contracts.catalogue import job_contracts
from docs.contracts.schemas import DIALECT, schema_files
from shared.contracts import Envelope, EventError, JobEvent

SCHEMAS = schema_files()
MODELS: dict[str, type[BaseModel]] = {
    "envelope.schema.json": Envelope,
    "event.schema.json": JobEvent,
    "error.schema.json": EventError,
    **{f"{job.job_type}.payload.schema.json": job.payload for job in job_contracts()},
    **{f"{job.job_type}.result.schema.json": job.result for job in job_contracts()},
}

Schema = dict[str, Any]
every_schema = pytest.mark.parametrize("name", SCHEMAS)
few_examples = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])

#: No text that is a number: the model also reads a time written as seconds, which is not published.
_JSON = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 200), st.sampled_from(["", "post", "?", "x" * 9_000, "a b"])
) | st.sampled_from([[], {}, [1], {"a": 1}])


def test_every_published_model_has_a_schema() -> None:
    """No fewer and no more."""
    assert set(SCHEMAS) == set(MODELS)


@every_schema
def test_a_schema_is_one(name: str) -> None:
    """By the rules of the draft that it names, with an identity of its own."""
    schema = SCHEMAS[name]
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == DIALECT == Draft202012Validator.META_SCHEMA["$id"]
    assert [other for other, found in SCHEMAS.items() if found["$id"] == schema["$id"]] == [name]


@every_schema
def test_the_examples_are_valid(name: str) -> None:
    """For the schema, and for the model behind it."""
    examples = SCHEMAS[name]["examples"]
    assert examples
    for example in examples:
        assert _problems(name, example) == []
        assert _accepted(name, example)


@every_schema
def test_unknown_fields_are_welcome_everywhere(name: str) -> None:
    """No object is closed, at any depth: the contract only ever grows."""
    assert all(found.get("additionalProperties", True) is not False for found in _objects(SCHEMAS[name]))


@every_schema
def test_every_model_says_what_it_is(name: str) -> None:
    """Whoever opens the file reads a sentence, not a name."""
    described = [SCHEMAS[name], *SCHEMAS[name].get("$defs", {}).values()]
    assert all(found.get("description", "").endswith((".", "`.")) for found in described)


def test_a_field_is_described_by_the_comment_above_it() -> None:
    """The sentence is written once, in the code."""
    properties = SCHEMAS["content.suggest.payload.schema.json"]["properties"]
    assert properties["platform"]["description"].startswith("Where it will be published")
    notes = SCHEMAS["content.suggest.payload.schema.json"]["$defs"]["ContentType"]["x-enumDescriptions"]
    assert set(notes) == {"ppv"}


@every_schema
@few_examples
@given(data=st.data())
def test_what_a_schema_allows_the_model_accepts(name: str, data: st.DataObject) -> None:
    """And what the model writes again is still allowed."""
    instance = data.draw(_instances(SCHEMAS[name], SCHEMAS[name]))
    model = MODELS[name].model_validate_json(json.dumps(instance))
    assert _problems(name, json.loads(model.model_dump_json(by_alias=True))) == []


@every_schema
@few_examples
@given(data=st.data())
def test_a_spoilt_instance_is_judged_alike(name: str, data: st.DataObject) -> None:
    """Whichever field is dropped or replaced, schema and model agree on whether it matters."""
    instance = data.draw(_instances(SCHEMAS[name], SCHEMAS[name]))
    field = data.draw(st.sampled_from(sorted(SCHEMAS[name]["properties"])))
    spoilt = {key: value for key, value in instance.items() if key != field}
    if data.draw(st.booleans()):
        spoilt[field] = data.draw(_JSON)
    assert (_problems(name, spoilt) == []) == _accepted(name, spoilt)


def _problems(name: str, instance: object) -> list[str]:
    validator = Draft202012Validator(SCHEMAS[name], format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [problem.message for problem in validator.iter_errors(instance)]


def _accepted(name: str, instance: object) -> bool:
    """Ask the model, without its leniency towards numbers written as texts."""
    try:
        MODELS[name].model_validate_json(json.dumps(instance), strict=True)
    except ValidationError:
        return False
    return True


def _objects(schema: Any) -> Iterator[Schema]:
    if isinstance(schema, dict):
        yield schema
        for value in schema.values():
            yield from _objects(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _objects(value)


def _instances(schema: Schema, root: Schema) -> st.SearchStrategy[Any]:
    """Return what a schema of the kinds that we publish allows."""
    if "$ref" in schema:
        return _instances(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    if "anyOf" in schema:
        return st.one_of([_instances(choice, root) for choice in schema["anyOf"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    return _KINDS[schema["type"]](schema, root)


def _object(schema: Schema, root: Schema) -> st.SearchStrategy[Any]:
    properties = {name: _instances(field, root) for name, field in schema.get("properties", {}).items()}
    required = schema.get("required", [])
    return st.fixed_dictionaries(
        {name: values for name, values in properties.items() if name in required},
        optional={
            **{name: values for name, values in properties.items() if name not in required},
            "unknownTo2026": st.integers(),
        },
    )


def _array(schema: Schema, root: Schema) -> st.SearchStrategy[Any]:
    least = schema.get("minItems", 0)
    most = min(schema.get("maxItems", least + 2), least + 2)
    return st.lists(_instances(schema["items"], root), min_size=least, max_size=most)


def _string(schema: Schema, _root: Schema) -> st.SearchStrategy[Any]:
    if schema.get("format") == "date-time":
        return st.datetimes().map(lambda moment: moment.isoformat(timespec="milliseconds") + "Z")
    if "pattern" in schema:
        return st.from_regex(re.sub(r"\$$", r"\\Z", schema["pattern"]))
    least = schema.get("minLength", 0)
    return st.text(min_size=least, max_size=min(schema.get("maxLength", least + 8), least + 8))


def _integer(schema: Schema, _root: Schema) -> st.SearchStrategy[Any]:
    least = schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
    return st.integers(least, schema.get("maximum", least + 1_000))


def _number(schema: Schema, _root: Schema) -> st.SearchStrategy[Any]:
    least = schema.get("minimum", schema.get("exclusiveMinimum"))
    return st.floats(
        least,
        schema.get("maximum", 10_000.0),
        exclude_min="exclusiveMinimum" in schema,
        allow_nan=False,
    )


_KINDS: dict[str, Callable[[Schema, Schema], st.SearchStrategy[Any]]] = {
    "object": _object,
    "array": _array,
    "string": _string,
    "integer": _integer,
    "number": _number,
    "boolean": lambda _schema, _root: st.booleans(),
    "null": lambda _schema, _root: st.none(),
}
