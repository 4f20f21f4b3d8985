"""The whole check: every environment, every switch."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

from infra.check.calling import Read, Target
from infra.check.findings import Fault, Finding
from infra.check.plan import Plan
from infra.check.references import unresolved
from infra.check.resolving import Resolution
from infra.check.schemas.catalogue import snapshot
from infra.check.secrets import exposed, exposed_text
from infra.check.syntax import Kind
from infra.check.typechecking import mistyped

ROOT = Path(__file__).resolve().parents[2]
MAIN = ROOT / "infra" / "azure" / "main.bicep"
PARAMETERS = ROOT / "infra" / "azure" / "params"
#: What an operator may choose; all of it is checked, whatever the files of parameters choose.
SWITCHES: Mapping[str, tuple[Any, ...]] = {
    "plan": ("ep1", "flex"),
    "vnet": (False, True),
    "cache": (False, True),
    "sendOnlyPolicy": (True, False),
}


def read_file(path: Path) -> str:
    """Return a file's text."""
    return path.read_text(encoding="utf-8")


def parameters_of(path: Path, read: Read = read_file) -> dict[str, Any]:
    """Return the values in a file of parameters, as Azure's own form has them."""
    return {name: said["value"] for name, said in json.loads(read(path))["parameters"].items()}


def resolve(
    parameters: Mapping[str, Any], *, main: Path = MAIN, root: Path = ROOT, read: Read = read_file
) -> tuple[Plan, list[Finding]]:
    """Return the plan of one deployment, and everything that is wrong with it."""
    schemas = snapshot()
    resolution = Resolution(root=root, target=Target(), schemas=schemas, read=read)
    plan = resolution.plan(main, parameters)
    findings = [*resolution.findings, *mistyped(plan, schemas), *exposed(plan, resolution.templates)]
    for template in resolution.templates.values():
        findings += unresolved(template)
        findings += exposed_text(template.file, read(template.path))
    return plan, findings


def check(*, read: Read = read_file) -> list[Finding]:
    """Return what is wrong in any environment, under any choice of switches, each once."""
    findings: set[Finding] = set()
    for path in sorted(PARAMETERS.glob("*.json")):
        given = parameters_of(path, read)
        findings.update(check_parameters(path, read=read))
        for choice in product(*SWITCHES.values()):
            values = dict.fromkeys(given.get("suppliedSecrets", ()), "given")
            switched = {**given, "secretValues": values, **dict(zip(SWITCHES, choice, strict=True))}
            findings.update(resolve(switched, read=read)[1])
    return sorted(findings)


def check_parameters(path: Path, *, read: Read = read_file) -> Iterator[Finding]:
    """Yield what is wrong with a file of parameters: names that nothing takes, secrets."""
    file, text = str(path.relative_to(ROOT)), read(path)
    yield from exposed_text(file, text)
    resolution = Resolution(root=ROOT, target=Target(), schemas=snapshot(), read=read)
    parameters = {each.name: each for each in resolution.template(MAIN).of(Kind.PARAM)}
    for name in parameters_of(path, read):
        line = next(at for at, row in enumerate(text.splitlines(), start=1) if f'"{name}"' in row)
        if name not in parameters:
            message = f"There is no parameter {name}."
            yield Finding(file=file, line=line, fault=Fault.PARAMETER, message=message)
        elif parameters[name].secure:
            message = f"{name} is a secret, which a file in the repository is no place for."
            yield Finding(file=file, line=line, fault=Fault.SECRET, message=message)
