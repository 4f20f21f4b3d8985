"""Changes Azure, through `az`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.deploying.arm import Arm
from infra.deploying.changes import Change, of_what_if
from infra.deploying.options import ROOT, Options
from infra.deploying.programs import Programs

_RESOURCES = "2022-09-01"
_PREFIX = "workers-"


@dataclass(frozen=True, kw_only=True)
class Azure:
    """One environment's resource group."""

    options: Options
    programs: Programs
    arm: Arm

    @property
    def group(self) -> str:
        """The resource group's name."""
        return self.options.environment.resource_group

    def compile(self, target: Path) -> None:
        """Compile the Bicep files into one template."""
        main = ROOT / "infra" / "azure" / "main.bicep"
        self.programs.run("az", "bicep", "build", "--file", str(main), "--outfile", str(target))

    def group_exists(self) -> bool:
        """Tell whether the resource group is there."""
        return self.arm.get(self.arm.scope, _RESOURCES) is not None

    def make_group(self) -> None:
        """Make the resource group; an existing one stays as it is."""
        self.programs.run(
            "az",
            "group",
            "create",
            "--name",
            self.group,
            "--location",
            self.options.environment.location,
            "--tags",
            "project=huntaze",
            f"env={self.options.name}",
            "--output",
            "none",
        )

    def foretell(self, template: Path) -> list[Change]:
        """Ask what a template would change."""
        answer = self.programs.json(
            "az",
            "deployment",
            "group",
            "what-if",
            "--resource-group",
            self.group,
            "--template-file",
            str(template),
            "--no-pretty-print",
            "--output",
            "json",
            *self._parameters(),
        )
        return of_what_if(answer)

    def deploy(self, name: str, template: Path, secrets: Path | None = None) -> Mapping[str, Any]:
        """Deploy a template and return its outputs; secrets are in a file, never in an argument."""
        done = self.programs.json(
            *self._create(name, template),
            "--output",
            "json",
            *self._parameters(*([secrets] if secrets else [])),
        )
        return outputs_of(done)

    def redeploy(self, name: str, template: Path, parameters: Path) -> None:
        """Deploy what was deployed before, with the parameters of then."""
        self.programs.run(*self._create(name, template), "--parameters", f"@{parameters}", "--output", "none")

    def publish(self, app: str, package: Path, slot: str = "") -> None:
        """Give an app, or its slot, a package, which Azure builds."""
        where = ("--slot", slot) if slot else ()
        self.programs.run(
            "az",
            "functionapp",
            "deployment",
            "source",
            "config-zip",
            "--resource-group",
            self.group,
            "--name",
            app,
            "--src",
            str(package),
            "--build-remote",
            "true",
            "--output",
            "none",
            *where,
        )

    def swap(self, app: str) -> None:
        """Exchange what is live and what is in the slot."""
        self.programs.run(
            "az",
            "functionapp",
            "deployment",
            "slot",
            "swap",
            "--resource-group",
            self.group,
            "--name",
            app,
            "--slot",
            "staging",
            "--output",
            "none",
        )

    def deployments(self) -> list[dict[str, Any]]:
        """Return our deployments that succeeded, the newest first."""
        found = self.arm.all("/providers/Microsoft.Resources/deployments", _RESOURCES)
        ours = [each for each in found if each["name"].startswith(_PREFIX)]
        succeeded = [each for each in ours if each["properties"]["provisioningState"] == "Succeeded"]
        return sorted(succeeded, key=lambda each: str(each["properties"]["timestamp"]), reverse=True)

    def template_of(self, name: str) -> dict[str, Any]:
        """Return the template of a deployment."""
        said = self.arm.post(f"/providers/Microsoft.Resources/deployments/{name}/exportTemplate", _RESOURCES)
        template: dict[str, Any] = said["template"]
        return template

    def _create(self, name: str, template: Path) -> Iterable[str]:
        group = ("az", "deployment", "group", "create", "--resource-group", self.group)
        return (*group, "--name", name, "--template-file", str(template))

    def _parameters(self, *more: Path) -> Iterable[str]:
        said = [f"@{path}" for path in (self.options.parameters, *more)]
        return ("--parameters", *said, f"plan={self.options.plan}")


def outputs_of(deployment: Mapping[str, Any]) -> dict[str, Any]:
    """Return a deployment's outputs, as values."""
    said = deployment["properties"].get("outputs") or {}
    return {name: each["value"] for name, each in said.items()}


def parameters_of(deployment: Mapping[str, Any]) -> str:
    """Return a deployment's parameters as a file; what is secret Azure does not show, and it stays."""
    said = deployment["properties"].get("parameters") or {}
    given = {name: {"value": each["value"]} for name, each in said.items() if "value" in each}
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#"
    return json.dumps({"$schema": schema, "contentVersion": "1.0.0.0", "parameters": given}, indent=2)


def deployment_name(release: str) -> str:
    """Return the name under which Azure keeps a release's deployment."""
    return f"{_PREFIX}{release}"[:64]
