"""`python -m infra.check`: prints what is wrong with the Bicep files, as file:line; status 1 if anything is.

`--plan ENVIRONMENT` prints instead what a deployment would ask for, as JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from infra.check.checking import PARAMETERS, check, parameters_of, resolve
from infra.check.values import plain


def main(arguments: Sequence[str] | None = None) -> int:
    """Check, or print the plan; return the status."""
    parser = argparse.ArgumentParser(prog="python -m infra.check", description=__doc__)
    parser.add_argument("--plan", metavar="ENVIRONMENT", help="print the plan of this environment")
    chosen = parser.parse_args(arguments)
    if chosen.plan:
        return _print_plan(chosen.plan)
    findings = check()
    for finding in findings:
        sys.stdout.write(f"{finding}\n")
    if not findings:
        sys.stdout.write("Bicep: checked against published types; not compiled.\n")
    return 1 if findings else 0


def _print_plan(environment: str) -> int:
    plan, findings = resolve(parameters_of(PARAMETERS / f"{environment}.json"))
    resources = [
        {
            "type": each.type,
            "apiVersion": each.api_version,
            **each.body,
            "name": each.name,
            **({"scope": each.scope} if each.scope else {}),
        }
        for each in plan.resources
    ]
    json.dump({"resources": resources, "outputs": plain(dict(plan.outputs))}, sys.stdout, indent=2)
    sys.stdout.write("\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
