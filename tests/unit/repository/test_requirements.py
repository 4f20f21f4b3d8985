"""The pinned requirements are what the loose ones ask for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[3]


def _pins(name: str) -> dict[str, set[str]]:
    """Return each pinned distribution with its versions; there may be one for each marker."""
    found: dict[str, set[str]] = {}
    for line in (ROOT / name).read_text().splitlines():
        if pin := re.match(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;]+)", line):
            found.setdefault(canonicalize_name(pin["name"]), set()).add(pin["version"])
    return found


def _runtime() -> list[Requirement]:
    lines = (ROOT / "requirements.in").read_text().splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def _group(name: str) -> Iterator[Requirement]:
    groups: dict[str, list[Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    for entry in groups[name]:
        if isinstance(entry, dict):
            yield from _group(entry["include-group"])
        else:
            yield Requirement(entry)


@pytest.mark.parametrize(
    ("asked", "file"),
    [
        (_runtime(), "requirements.txt"),
        (list(_group("local")), "requirements-local.txt"),
        (list(_group("dev")), "requirements-dev.txt"),
        (list(_group("bench")), "requirements-bench.txt"),
        (list(_group("cloud")), "requirements-az.txt"),
    ],
    ids=["run time", "local", "dev", "bench", "cloud"],
)
def test_every_requirement_is_pinned_within_its_bounds(asked: list[Requirement], file: str) -> None:
    """Editing the loose file without `make lock` is noticed."""
    pins = _pins(file)
    unmet = [
        str(requirement)
        for requirement in asked
        if not any(
            requirement.specifier.contains(v) for v in pins.get(canonicalize_name(requirement.name), ())
        )
    ]
    assert not unmet, "run `make lock`"


@pytest.mark.parametrize("file", ["requirements-local.txt", "requirements-dev.txt", "requirements-bench.txt"])
def test_development_uses_the_versions_of_production(file: str) -> None:
    """Where both pin a distribution, they pin the same version."""
    production = _pins("requirements.txt")
    shared = {name: versions for name, versions in _pins(file).items() if name in production}
    assert {name: production[name] for name in shared} == shared
