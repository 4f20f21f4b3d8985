"""Stands in for the Bicep compiler, which is in no package: `bicep build FILE --outfile FILE`.

It resolves the files as `infra.check` does, for one resource group and one file of parameters, and writes the
resources as they come out: no expression is left, so what it makes is a plan, not a template for any other
place. It is marked so.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from infra.local.control_plane.estate import LOCATION, SUBSCRIPTION, TENANT

_VERSION = "Bicep CLI version 0.38.33 (stand-in)"
_SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"


def main(arguments: Sequence[str] | None = None) -> None:
    """Answer one call."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if "--version" in given:
        sys.stdout.write(f"{_VERSION}\n")
        return
    parser = argparse.ArgumentParser(prog="bicep")
    parser.add_argument("verb", choices=["build"])
    parser.add_argument("file", type=Path)
    parser.add_argument("--outfile", type=Path)
    parser.add_argument("--stdout", action="store_true")
    asked = parser.parse_args(given)
    kept = os.environ.get("BICEP_SHIM_KEPT", "")
    if kept and Path(kept).exists():
        text = Path(kept).read_text()
    else:
        text = json.dumps(_built(asked.file.resolve()), indent=1)
    if kept:
        Path(kept).write_text(text)
    if asked.outfile:
        asked.outfile.write_text(text)
    else:
        sys.stdout.write(text)


def _built(main_file: Path) -> dict[str, Any]:
    from infra.check.calling import Target
    from infra.check.checking import ROOT, parameters_of, read_file
    from infra.check.resolving import Resolution
    from infra.check.schemas.catalogue import snapshot
    from infra.check.syntax import Kind
    from infra.check.values import plain

    given = parameters_of(Path(os.environ["BICEP_SHIM_PARAMETERS"]))
    given |= json.loads(os.environ.get("BICEP_SHIM_CHANGED", "{}"))
    group = os.environ["BICEP_SHIM_GROUP"]
    target = Target(subscription_id=SUBSCRIPTION, tenant_id=TENANT, resource_group=group, location=LOCATION)
    resolution = Resolution(root=ROOT, target=target, schemas=snapshot(), read=read_file)
    plan = resolution.plan(main_file, given)
    template = resolution.template(main_file)
    return {
        "$schema": _SCHEMA,
        "contentVersion": "1.0.0.0",
        "metadata": {"description": "A plan by a stand-in for the Bicep compiler."},
        "parameters": {
            each.name: {
                "type": f"secure{each.type.title()}" if each.secure else each.type,
                **({"defaultValue": _default(each.type)} if each.value is not None else {}),
            }
            for each in template.of(Kind.PARAM)
        },
        "resources": [
            {
                **each.body,
                "type": each.type,
                "apiVersion": each.api_version,
                "name": each.name,
                **({"scope": each.scope} if each.scope else {}),
            }
            for each in plan.resources
        ],
        "outputs": {
            name: {"type": "object" if isinstance(value, dict) else "string", "value": value}
            for name, value in plain(dict(plan.outputs)).items()
        },
    }


def _default(kind: str) -> Any:
    return {"string": "", "int": 0, "bool": False, "object": {}, "array": []}[kind]


if __name__ == "__main__":
    main()
