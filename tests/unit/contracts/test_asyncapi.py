"""The AsyncAPI document is valid by the official schema, and true."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from docs.contracts.asyncapi import asyncapi
from docs.contracts.topology import subscriptions
from shared.contracts import PUBLISHED_JOB_TYPES, JobStatus
from shared.messaging.cloud_events import PREFIX

ROOT = Path(__file__).resolve().parents[3]
OFFICIAL = ROOT / "node_modules" / "@asyncapi" / "specs" / "schemas" / "3.0.0.json"

DOCUMENT = asyncapi()
MESSAGES: dict[str, Any] = DOCUMENT["components"]["messages"]
every_message = pytest.mark.parametrize("name", MESSAGES)


def test_it_is_valid_by_the_official_schema() -> None:
    """The one that the AsyncAPI initiative publishes for version 3.0."""
    official = json.loads(OFFICIAL.read_text(encoding="utf-8"))
    assert list(Draft7Validator(official).iter_errors(DOCUMENT)) == []


def test_every_reference_leads_somewhere() -> None:
    """The official schema does not follow them."""
    for pointer in _references(DOCUMENT):
        assert _at(pointer), pointer


def test_every_kind_of_job_is_received_and_answered() -> None:
    """On the jobs topic, with all the events that may follow."""
    received = [entry for entry in DOCUMENT["operations"].values() if entry["action"] == "receive"]
    assert {_kind(_at(entry["messages"][0]["$ref"])) for entry in received} == set(PUBLISHED_JOB_TYPES)
    for entry in received:
        late = {"enriched"} if "video" in entry["x-subscription"] else set()
        assert _statuses(entry["reply"]["messages"]) == {*JobStatus} | late


def test_every_subscription_is_described() -> None:
    """Under the topic that it belongs to."""
    described = {
        (channel["address"], name, entry["filter"], entry["maxDeliveryCount"])
        for channel in DOCUMENT["channels"].values()
        for name, entry in channel["x-subscriptions"].items()
    }
    assert described == {
        (entry.topic, entry.name, entry.filter, entry.max_deliveries) for entry in subscriptions()
    }


@every_message
def test_a_messages_example_is_valid(name: str) -> None:
    """Its body and its application properties."""
    for example in MESSAGES[name]["examples"]:
        assert list(_validator(MESSAGES[name]["payload"]).iter_errors(example["payload"])) == []
        assert list(_validator(MESSAGES[name]["headers"]).iter_errors(example["headers"])) == []


@every_message
def test_a_message_is_told_apart_from_every_other(name: str) -> None:
    """By its properties together with its body, as the specification demands."""
    example = MESSAGES[name]["examples"][0]
    taken_for = [
        other
        for other, message in MESSAGES.items()
        if _validator(message["payload"]).is_valid(example["payload"])
        and _validator(message["headers"]).is_valid(example["headers"])
    ]
    assert taken_for == [name]


@every_message
def test_properties_say_the_same_as_the_body(name: str) -> None:
    """They route; the body is read."""
    for example in MESSAGES[name]["examples"]:
        own = {key: value for key, value in example["headers"].items() if not key.startswith(PREFIX)}
        assert own.items() <= example["payload"].items()


def _validator(schema: dict[str, Any]) -> Draft7Validator:
    return Draft7Validator({**schema, "components": DOCUMENT["components"]})


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def _at(pointer: str) -> Any:
    found: Any = DOCUMENT
    for part in pointer.removeprefix("#/").split("/"):
        found = found[part]
    return _at(found["$ref"]) if "$ref" in found else found


def _kind(message: dict[str, Any]) -> str:
    return str(message["examples"][0]["payload"]["jobType"])


def _statuses(references: list[dict[str, str]]) -> set[str]:
    kinds = [_at(entry["$ref"])["examples"][0]["payload"]["eventType"] for entry in references]
    return {kind.removeprefix("job.") for kind in kinds}
