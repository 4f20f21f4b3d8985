"""TypeScript types from JSON Schemas: what the front end imports, and how the pages write a type."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from docs.contracts.catalogue import error_codes, job_contracts
from docs.contracts.schemas import definitions, published_models
from shared.contracts import PUBLISHED_JOB_TYPES

_PRIMITIVES = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}

_HEAD = """\
/**
 * Jobs and events of the Huntaze workers, as they travel in messages.
 *
 * Written by `python -m docs.contracts` from the Pydantic models; do not edit.
 * Fields unknown to this file are kept by the workers and may be added to events at any time.
 */
"""


def types_file() -> str:
    """Return the text of `types.ts`."""
    named = definitions(published_models(), ref_template="{model}")
    return "\n".join([_HEAD, *(_declaration(name, schema) for name, schema in named.items()), *_unions()])


def expression(schema: Mapping[str, Any]) -> str:
    """Return a schema as a TypeScript type; a reference becomes the last part of its path."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(expression(choice) for choice in schema["anyOf"]))
    if schema.get("type") == "array":
        item = expression(schema["items"])
        return f"({item})[]" if " | " in item else f"{item}[]"
    if schema.get("type") == "object":
        return "Record<string, unknown>"
    return _PRIMITIVES.get(schema.get("type", ""), "unknown")


def _declaration(name: str, schema: Mapping[str, Any]) -> str:
    if "properties" not in schema:
        return f"{_comment(schema, '')}export type {name} = {expression(schema)};\n"
    required = schema.get("required", [])
    fields = "".join(
        f"{_comment(field, '  ')}  {key}{'' if key in required else '?'}: {expression(field)};\n"
        for key, field in schema["properties"].items()
    )
    return f"{_comment(schema, '')}export interface {name} {{\n{fields}  [unknown: string]: unknown;\n}}\n"


def _comment(schema: Mapping[str, Any], indent: str) -> str:
    text = schema.get("description")
    if not text:
        return ""
    lines = [line.strip() for line in text.splitlines()]
    if len(lines) == 1:
        return f"{indent}/** {text} */\n"
    return "".join(
        [f"{indent}/**\n", *(f"{indent} * {line}".rstrip() + "\n" for line in lines), f"{indent} */\n"]
    )


def _unions() -> Iterator[str]:
    for job in job_contracts():
        yield (
            f"/** A `{job.job_type}` job. */\n"
            f"export interface {_pascal(job.job_type)}Job extends Envelope {{\n"
            f"  jobType: {json.dumps(job.job_type)};\n  payload: {job.payload.__name__};\n}}\n"
        )
        yield (
            f"/** A completed `{job.job_type}` job; a large result is left out for `resultUrl`. */\n"
            f"export interface {_pascal(job.job_type)}Completed extends JobEvent {{\n"
            f'  eventType: "job.completed";\n  jobType: {json.dumps(job.job_type)};\n'
            f'  status: "completed";\n  result?: {job.result.__name__} | null;\n}}\n'
        )
    yield _alias("Job", "Any job.", [f"{_pascal(job_type)}Job" for job_type in PUBLISHED_JOB_TYPES])
    yield _alias("JobType", "Every kind of job.", [json.dumps(job_type) for job_type in PUBLISHED_JOB_TYPES])
    yield _alias(
        "ErrorCode",
        "Every value of `error.code` so far; more may follow.",
        [json.dumps(entry.code) for entry in error_codes()],
    )


def _alias(name: str, meaning: str, choices: list[str]) -> str:
    listed = "".join(f"\n  | {choice}" for choice in choices)
    return f"/** {meaning} */\nexport type {name} ={listed};\n"


def _pascal(job_type: str) -> str:
    return "".join(part.capitalize() for part in job_type.split("."))
