"""A cloud to deploy to, on loopback: the stand-in for Azure, and `az` in front of it, real or its twin."""

from __future__ import annotations

import json
import os
import shlex
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.local import control_plane
from infra.local.control_plane.estate import SUBSCRIPTION
from infra.local.process import ROOT
from tests.infra.stacks import ACCOUNT, Stacks, cloudformation

#: The folder of the real programs; without it their twins are used.
REAL = os.environ.get("REAL_CLOUD_TOOLS", "")
SECRETS = {
    "database-url": "postgresql://workers:canary-password@db.example/huntaze?sslmode=verify-full",
    "aws-access-key-id": "canary-access-key-id",
    "aws-secret-access-key": "canary-secret-access-key",
    "auth-jwt-secret": "canary-jwt",
    "operator-keys": "canary-operator-keys",
    "speech-webhook-secret": "canary-speech",
    "mail-unsubscribe-secrets": "canary-unsubscribe",
    "webhook-secrets-keys": "canary-webhook",
}


@dataclass(frozen=True, kw_only=True)
class Done:
    """How a script ended."""

    status: int
    result: dict[str, Any]
    progress: str


@dataclass(frozen=True, kw_only=True)
class Cloud:
    """What a test deploys to."""

    folder: Path
    plane: control_plane.ControlPlane
    environment: dict[str, str] = field(repr=False)

    @property
    def secrets(self) -> Path:
        """The operator's file of secrets."""
        path = self.folder / "secrets.json"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(json.dumps({"parameters": {"secretValues": {"value": SECRETS}}}))
        return path

    def run(self, script: str, *arguments: str, changed: Mapping[str, str] | None = None) -> Done:
        """Run one of infra's scripts, for beta, in Azure alone unless the arguments say otherwise."""
        cloud = () if "--cloud" in arguments else ("--cloud", "azure")
        argv = [str(ROOT / "infra" / f"{script}.sh"), "--env", "beta", *cloud, "--yes", "--json", *arguments]
        done = subprocess.run(  # noqa: S603 - our own script
            argv,
            capture_output=True,
            text=True,
            check=False,
            env={**self.environment, **(changed or {})},
            cwd=self.folder,
        )
        result = json.loads(done.stdout) if done.stdout.strip() else {}
        return Done(status=done.returncode, result=result, progress=done.stderr)

    def deploy(self, *arguments: str, changed: Mapping[str, str] | None = None) -> Done:
        """Deploy with the operator's secrets."""
        other = () if "--database-ca" in arguments else ("--database-ca", "-")
        given = ("--secrets", str(self.secrets), "--drain-seconds", "0.2", *other, *arguments)
        return self.run("deploy", *given, changed=changed)

    def order(self, **said: Any) -> dict[str, Any]:
        """Tell the stand-in how to be; return what it holds."""
        request = urllib.request.Request(  # noqa: S310 - https
            f"{self.plane.url}/_control", json.dumps(said).encode(), method="POST"
        )
        context = ssl.create_default_context(cafile=str(self.plane.certificate))
        with urllib.request.urlopen(request, context=context) as answer:  # noqa: S310 - as above
            held: dict[str, Any] = json.load(answer)
            return held

    def live(self) -> set[str]:
        """Return the packages that are live."""
        return {each["digest"] for site, each in self.order()["code"].items() if "/slots/" not in site}

    def requests(self) -> list[dict[str, str]]:
        """Return what the stand-in was sent."""
        if not self.plane.requests.exists():
            return []
        return [json.loads(line) for line in self.plane.requests.read_text().splitlines()]

    def writes(self) -> list[str]:
        """Return the requests that change something."""
        reading = ("/whatif", "/validate", "/list", "/exporttemplate", "/listkeys")
        return [
            f"{each['method']} {each['path']}"
            for each in self.requests()
            if each["method"] not in {"GET", "HEAD"} and not each["path"].casefold().endswith(reading)
        ]

    def arguments(self) -> str:
        """Return every command line of `az` and `aws`, in the order in which they ran."""
        path = self.folder / "argv.log"
        return path.read_text() if path.exists() else ""


@contextmanager
def both_clouds(folder: Path, services: str) -> Iterator[tuple[Cloud, Stacks]]:
    """Run the stand-in for Azure, and a CloudFormation in front of moto.

    Args:
        folder: where everything is written.
        services: moto's address.
    """
    with cloud(folder) as azure, cloudformation(services, folder / "cloudformation.log") as (url, stacks):
        command = [f"{REAL}/aws"] if REAL else [sys.executable, str(Path(__file__).with_name("aws_twin.py"))]
        _program(folder / "bin", folder, "aws", command)
        azure.environment.update(
            AWS_ACCOUNT_ID=ACCOUNT,
            AWS_ACCESS_KEY_ID="key",
            AWS_SECRET_ACCESS_KEY="secret",
            AWS_ENDPOINT_URL=services,
            AWS_ENDPOINT_URL_CLOUDFORMATION=url,
        )
        yield azure, stacks


@contextmanager
def cloud(folder: Path) -> Iterator[Cloud]:
    """Run the stand-in with an empty subscription, and have the programs on a path of their own."""
    with control_plane.running(folder / "plane") as plane:
        programs = folder / "bin"
        programs.mkdir()
        environment = _environment(folder, programs, plane)
        _program(programs, folder, "bicep", [sys.executable, "-m", "infra.local.control_plane.bicep"])
        if REAL:
            _program(programs, folder, "az", [f"{REAL}/az"])
            _sign_in(plane, environment)
        else:
            _program(
                programs,
                folder,
                "az",
                [sys.executable, "-I", "-S", str(Path(__file__).with_name("az_twin.py"))],
            )
        yield Cloud(folder=folder, plane=plane, environment=environment)


def _program(programs: Path, folder: Path, name: str, command: list[str]) -> None:
    """Write a program that notes its arguments and becomes another."""
    path = programs / name
    log = shlex.quote(str(folder / "argv.log"))
    path.write_text(f'#!/bin/sh\nprintf "%s\\n" "{name} $*" >> {log}\nexec {shlex.join(command)} "$@"\n')
    path.chmod(0o755)


def _environment(folder: Path, programs: Path, plane: control_plane.ControlPlane) -> dict[str, str]:
    return {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "HOME": str(folder),
        "PYTHON": sys.executable,
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "REQUESTS_CA_BUNDLE": str(plane.certificate),
        "AZURE_SUBSCRIPTION_ID": SUBSCRIPTION,
        "DEPLOY_RELEASES": str(folder / "releases"),
        "DEPLOY_PAUSE_SECONDS": "0.02",
        "AZ_TWIN_URL": plane.url,
        "AZ_TWIN_SUBSCRIPTION": SUBSCRIPTION,
        "BICEP_SHIM_PARAMETERS": str(ROOT / "infra" / "azure" / "params" / "beta.json"),
        "BICEP_SHIM_GROUP": "rg-huntaze-beta",
        "AZURE_CONFIG_DIR": str(folder / "azure"),
        "AZURE_CORE_COLLECT_TELEMETRY": "false",
        "AZURE_CORE_NO_COLOR": "true",
        "AZURE_BICEP_USE_BINARY_FROM_PATH": "true",
        "AZURE_BICEP_CHECK_VERSION": "false",
        "IDENTITY_ENDPOINT": f"{plane.url}/msi/token",
        "IDENTITY_HEADER": "stand-in",
        "MSI_ENDPOINT": f"{plane.url}/msi/token",
        "MSI_SECRET": "stand-in",
    }


def _sign_in(plane: control_plane.ControlPlane, environment: Mapping[str, str]) -> None:
    url = plane.url
    register = (
        "cloud",
        "register",
        "--name",
        "stand-in",
        "--skip-endpoint-discovery",
        "--endpoint-resource-manager",
        f"{url}/",
        "--endpoint-management",
        f"{url}/",
        "--endpoint-active-directory",
        url,
        "--endpoint-active-directory-resource-id",
        f"{url}/",
        "--endpoint-active-directory-graph-resource-id",
        f"{url}/",
        "--suffix-storage-endpoint",
        "core.windows.net",
        "--suffix-keyvault-dns",
        ".vault.azure.net",
    )
    _az(environment, *register)
    clouds = Path(environment["AZURE_CONFIG_DIR"]) / "clouds.config"
    clouds.write_text(
        clouds.read_text().rstrip() + f"\nendpoint_app_service_resource_id = {url}/\n"
    )  # no option sets it
    for argv in (("cloud", "set", "--name", "stand-in"), ("login", "--identity")):
        _az(environment, *argv)


def _az(environment: Mapping[str, str], *argv: str) -> None:
    done = subprocess.run(  # noqa: S603 - the real program
        [f"{REAL}/az", *argv], env=dict(environment), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
