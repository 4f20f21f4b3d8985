"""JSON Schemas of the published models, with each field's meaning taken from its `#:` comment."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any, cast

from pydantic import AliasChoices, BaseModel
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema
from typing_extensions import override

from docs.contracts.catalogue import job_contracts
from docs.contracts.comments import field_comments
from docs.contracts.examples import EVENTS, JOBS
from shared.contracts import Envelope, EventError, JobEvent

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _DescribedSchema(GenerateJsonSchema):
    """Pydantic's generator, with descriptions from comments and without its titles of fields."""

    @override
    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    @override
    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        found = super().model_schema(schema)
        cls = cast("type[BaseModel]", schema["cls"])
        for name, comment in field_comments(cls).items():
            found["properties"][wire_name(name, cls.model_fields[name])]["description"] = comment
        return found

    @override
    def enum_schema(self, schema: core_schema.EnumSchema) -> JsonSchemaValue:
        cls = cast("type[Enum]", schema["cls"])
        notes = {cls[name].value: comment for name, comment in field_comments(cls).items()}
        return {**super().enum_schema(schema), **({"x-enumDescriptions": notes} if notes else {})}


def wire_name(name: str, field: FieldInfo) -> str:
    """Return the name that a field has in published messages."""
    alias = field.validation_alias or field.alias
    if isinstance(alias, AliasChoices):
        alias = alias.choices[0]
    return alias if isinstance(alias, str) else name


def definitions(models: Sequence[type[BaseModel]], *, ref_template: str) -> dict[str, JsonSchemaValue]:
    """Return the schemas of models and of everything they hold, by name."""
    _, document = models_json_schema(
        [(model, "validation") for model in models],
        ref_template=ref_template,
        schema_generator=_DescribedSchema,
    )
    return cast("dict[str, JsonSchemaValue]", document["$defs"])


def published_models() -> tuple[type[BaseModel], ...]:
    """Return every model that has a schema file of its own."""
    return Envelope, JobEvent, *(model for job in job_contracts() for model in (job.payload, job.result))


def schema_files() -> dict[str, JsonSchemaValue]:
    """Return the JSON Schema documents, each complete in itself, by file name."""
    found = {
        "envelope": _document("envelope", Envelope, list(JOBS.values())),
        "event": _document("event", JobEvent, list(EVENTS.values())),
        "error": _document("error", EventError, [EVENTS["job.failed"]["error"]]),
    }
    for job in job_contracts():
        asked, answered = f"{job.job_type}.payload", f"{job.job_type}.result"
        found[asked] = _document(asked, job.payload, [JOBS[job.job_type]["payload"]])
        found[answered] = _document(answered, job.result, [EVENTS[f"{job.job_type} completed"]["result"]])
    return {f"{name}.schema.json": document for name, document in found.items()}


def _document(name: str, model: type[BaseModel], examples: Sequence[Any]) -> JsonSchemaValue:
    schema = model.model_json_schema(schema_generator=_DescribedSchema)
    return {
        "$schema": DIALECT,
        "$id": f"urn:huntaze:contract:{name}",
        **schema,
        "examples": list(examples),
    }
