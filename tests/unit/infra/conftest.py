"""The plans that the Bicep files resolve to, made once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra.check.checking import PARAMETERS, parameters_of, resolve
from infra.check.plan import Plan

ROOT = Path(__file__).resolve().parents[3]


def _plan(environment: str, **switches: Any) -> Plan:
    plan, findings = resolve({**parameters_of(PARAMETERS / f"{environment}.json"), **switches})
    assert findings == []
    return plan


@pytest.fixture(scope="session")
def beta() -> Plan:
    """Return what the environment of the first users consists of."""
    return _plan("beta")


@pytest.fixture(scope="session")
def bare() -> Plan:
    """Return what is left when every switch is off."""
    return _plan("beta", vnet=False, cache=False, sendOnlyPolicy=False)


@pytest.fixture(scope="session")
def flex() -> Plan:
    """Return the same on the plan that is paid by use."""
    return _plan("beta", plan="flex")


@pytest.fixture(scope="session")
def topology() -> dict[str, Any]:
    """Return the topics, as the emulator's file has them, by name."""
    document = json.loads((ROOT / "infra" / "topology.json").read_text())
    return {topic["Name"]: topic for topic in document["UserConfig"]["Namespaces"][0]["Topics"]}


@pytest.fixture(scope="session")
def apps() -> list[dict[str, Any]]:
    """Return which functions run where."""
    document = json.loads((ROOT / "infra" / "apps.json").read_text())
    found: list[dict[str, Any]] = document["apps"]
    return found


@pytest.fixture(scope="session")
def everywhere() -> set[str]:
    """Return the functions that run in every app."""
    document = json.loads((ROOT / "infra" / "apps.json").read_text())
    return set(document["everywhere"])
