"""Faults that people make in Bicep, put into the real files: the checker finds each, where it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from infra.check.calling import Target
from infra.check.checking import (
    MAIN,
    PARAMETERS,
    ROOT,
    check_parameters,
    parameters_of,
    read_file,
    resolve,
)
from infra.check.findings import Fault
from infra.check.plan import Plan
from infra.check.resolving import Resolution
from infra.check.schemas.catalogue import snapshot
from tests.unit.infra.faults_of_language import FAULTS_OF_LANGUAGE
from tests.unit.infra.faults_of_types import FAULTS_OF_TYPES
from tests.unit.infra.seeding import Seeded

FAULTS = [*FAULTS_OF_TYPES, *FAULTS_OF_LANGUAGE]
VALUES = {"secretValues": {"database-url": "given"}, "suppliedSecrets": ["database-url"]}


@pytest.fixture(scope="module")
def given() -> Mapping[Path, Mapping[str, Any]]:
    """Return the parameters of every file, as the deployment of everything hands them over."""
    resolution = Resolution(root=ROOT, target=Target(), schemas=snapshot(), read=read_file)
    parameters = {**parameters_of(PARAMETERS / "beta.json"), **VALUES}
    resolution.plan(MAIN, {**parameters, "vnet": True})
    return {MAIN: parameters, **resolution.given}


@pytest.mark.parametrize("seeded", FAULTS, ids=[seeded.name for seeded in FAULTS])
def test_a_fault_is_found(seeded: Seeded, given: Mapping[Path, Mapping[str, Any]]) -> None:
    """Under its name, in its file, at its line."""
    original = read_file(seeded.file)
    changed = original.replace(seeded.old, seeded.new)
    assert changed != original

    def read(path: Path) -> str:
        return changed if path == seeded.file else read_file(path)

    main = MAIN if seeded.whole else seeded.file
    parameters = {**given[main], **dict(seeded.switches)}
    kept = {name: value for name, value in parameters.items() if value is not None}
    _, findings = resolve(kept, main=main, read=read)
    told = [
        read(ROOT / finding.file).splitlines()[finding.line - 1]
        for finding in findings
        if finding.fault is seeded.fault
    ]
    assert any(seeded.at in line for line in told), [str(finding) for finding in findings]


def test_the_files_themselves_are_clean(beta: Plan, flex: Plan) -> None:
    """These two are resolved without a finding; so is production. `make check` tries every choice."""
    _, findings = resolve({**parameters_of(PARAMETERS / "prod.json"), **VALUES, "vnet": True})
    assert findings == []
    assert beta.resources
    assert flex.resources


@pytest.mark.parametrize(
    ("added", "fault"),
    [
        ('"size": {"value": "EP1"}', Fault.PARAMETER),
        ('"secretValues": {"value": {}}', Fault.SECRET),
        ('"costCenter": {"value": "redis://:password@host"}', Fault.SECRET),
    ],
    ids=["a parameter that nothing takes", "a secret parameter", "a password in a URL"],
)
def test_a_fault_in_a_file_of_parameters_is_found(added: str, fault: Fault) -> None:
    """At its line."""
    path = PARAMETERS / "beta.json"
    changed = read_file(path).replace('    "plan":', f'    {added},\n    "plan":')

    def read(asked: Path) -> str:
        return changed if asked == path else read_file(asked)

    (finding,) = check_parameters(path, read=read)
    assert finding.fault is fault
    assert changed.splitlines()[finding.line - 1].strip(" ,") == added
    assert not list(check_parameters(path))
