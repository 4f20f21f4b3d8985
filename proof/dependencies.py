"""What the app is shipped with: pins, licences and a bill of materials (CycloneDX)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

_ROOT = Path(__file__).resolve().parents[1]
_PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;]+)\s*(;\s*(?P<marker>.+))?$")
#: Licences that would bind what is shipped with them.
_BINDING = re.compile(r"\b(A?GPL|SSPL|BUSL)\b", re.IGNORECASE)
_LESSER = re.compile(r"LGPL|Lesser", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Component:
    """One package of the bill."""

    name: str
    version: str
    #: Empty if it is not installed here, as for another platform.
    installed: str
    licence: str


def components() -> Sequence[Component]:
    """Return what `requirements.txt` pins, with what is installed of it."""
    found = []
    for line in (_ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        if pin := _PIN.match(line.strip()):
            package = _package(pin["name"])
            found.append(
                Component(
                    name=pin["name"],
                    version=pin["version"],
                    installed=package.version if package else "",
                    licence=_licence(package) if package else "",
                )
            )
    return found


def unpinned() -> Sequence[str]:
    """Return the requirements that are not pinned to one version."""
    lines = (_ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith(("#", "-"))]
    return [line for line in wanted if not _PIN.match(line)]


def binding(parts: Sequence[Component]) -> Sequence[str]:
    """Return the packages under a licence that would bind what is shipped with them."""
    return [
        f"{part.name} ({part.licence})"
        for part in parts
        if _BINDING.search(part.licence) and not _LESSER.search(part.licence)
    ]


def write_bill(parts: Sequence[Component], path: Path) -> None:
    """Write the bill of materials, CycloneDX 1.5."""
    bill: Mapping[str, object] = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, '|'.join(f'{p.name}=={p.version}' for p in parts))}",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "huntaze-workers", "version": "0.1.0"}},
        "components": [
            {
                "type": "library",
                "name": part.name,
                "version": part.version,
                "purl": f"pkg:pypi/{part.name.lower()}@{part.version}",
                "licenses": [{"license": {"name": part.licence}}] if part.licence else [],
            }
            for part in parts
        ],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(bill, indent=1), encoding="utf-8")


def _package(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _licence(package: Distribution) -> str:
    """Return what a package says of its licence, in a line."""
    told = {
        name: package.metadata[name] for name in ("License-Expression", "License") if name in package.metadata
    }
    if expression := told.get("License-Expression"):
        return str(expression)
    classified = [
        each.rpartition("::")[2].strip()
        for each in package.metadata.get_all("Classifier") or []
        if each.startswith("License ::") and "OSI Approved" not in each.rpartition("::")[2]
    ]
    lines = str(told.get("License", "")).strip().splitlines()
    return ", ".join(classified) or (lines[0][:60] if lines else "")
