"""The triggers and the topology are written in two places, and say the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from docs.contracts.catalogue import job_contracts
from docs.contracts.tables import running_workers
from docs.contracts.topology import subscriptions

ROOT = Path(__file__).resolve().parents[3]

#: In a process of its own, as an app can be indexed only once.
_INDEX = """\
import json
from function_app import app
found = {f.get_function_name(): [b.get_dict_repr() for b in f.get_bindings()] for f in app.get_functions()}
print(json.dumps(found, default=str))
"""


@pytest.fixture(scope="module")
def triggers() -> dict[str, dict[str, Any]]:
    """Return the Service Bus trigger of each function that has one."""
    indexed = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", _INDEX], cwd=ROOT, capture_output=True, text=True, check=True
    )
    bindings: dict[str, list[dict[str, Any]]] = json.loads(indexed.stdout)
    return {
        name: binding
        for name, found in bindings.items()
        for binding in found
        if binding["type"] == "serviceBusTrigger"
    }


def test_every_trigger_reads_a_subscription_that_exists(triggers: dict[str, dict[str, Any]]) -> None:
    """A typing error would be found by the host only, on Azure, as a function that never runs."""
    there = {(entry.topic, entry.name) for entry in subscriptions()}
    assert {(found["topicName"], found["subscriptionName"]) for found in triggers.values()} <= there


def test_no_subscription_is_read_by_two_functions(triggers: dict[str, dict[str, Any]]) -> None:
    """They would take each other's messages."""
    read = [(found["topicName"], found["subscriptionName"]) for found in triggers.values()]
    assert len(set(read)) == len(read)


def test_every_running_worker_reads_the_subscription_of_its_job_type(
    triggers: dict[str, dict[str, Any]],
) -> None:
    """So that the payload it knows is the payload it gets."""
    read = {name: found["subscriptionName"] for name, found in triggers.items()}
    expected = {job.package: job.subscription.name for job in job_contracts()}
    running = [name for name in running_workers() if name in expected]
    assert running
    assert {name: read[name] for name in running} == {name: expected[name] for name in running}


def test_every_trigger_connects_with_the_one_setting(triggers: dict[str, dict[str, Any]]) -> None:
    """The operator sets one connection string."""
    assert {found["connection"] for found in triggers.values()} == {"SERVICEBUS_CONNECTION"}
