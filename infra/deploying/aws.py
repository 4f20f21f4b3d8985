"""Changes AWS, through `aws`: always a change set first, which is shown before it is carried out."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.deploying.changes import Change, of_change_set
from infra.deploying.guards import region
from infra.deploying.options import ROOT, Options
from infra.deploying.programs import ProgramError, Programs
from infra.deploying.stopping import StopError

#: Tests deploy a changed one.
TEMPLATE = Path(os.environ.get("DEPLOY_AWS_TEMPLATE", ROOT / "infra" / "aws" / "data-plane.yaml"))
#: An address of a range that belongs to nobody: who is not named is not let in.
_NOBODY = "192.0.2.2/32"
_POLLS = 720
_BROKEN = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED")


@dataclass(frozen=True, kw_only=True)
class ChangeSet:
    """What would change; nothing yet."""

    name: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, kw_only=True)
class Aws:
    """One environment's stack."""

    options: Options
    programs: Programs

    @property
    def stack(self) -> str:
        """The stack's name."""
        return self.options.environment.stack

    def describe(self) -> Mapping[str, Any] | None:
        """Return the stack; `None` if there is none, or only an empty one that a change set made."""
        try:
            said = self._json("cloudformation", "describe-stacks", "--stack-name", self.stack)
        except ProgramError as error:
            if "does not exist" in str(error):
                return None
            raise
        stack: Mapping[str, Any] = said["Stacks"][0]
        return None if stack["StackStatus"] == "REVIEW_IN_PROGRESS" else stack

    def outputs(self) -> dict[str, str]:
        """Return the stack's outputs; none if there is no stack."""
        stack = self.describe() or {}
        return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", ())}

    def template(self) -> str:
        """Return the template that is deployed, as it was given."""
        said = self._json(
            "cloudformation", "get-template", "--stack-name", self.stack, "--template-stage", "Original"
        )
        body = said["TemplateBody"]
        return body if isinstance(body, str) else json.dumps(body, indent=2)

    def parameters(self, egress: str = "") -> dict[str, str]:
        """Return the parameters of the environment, with the addresses that PostgreSQL lets in.

        Args:
            egress: the functions' own address; empty: as it is deployed.
        """
        said: dict[str, str] = json.loads(
            (ROOT / "infra" / "aws" / "params" / f"{self.options.name}.json").read_text()
        )
        deployed = {
            each["ParameterKey"]: each["ParameterValue"]
            for each in (self.describe() or {}).get("Parameters", ())
        }
        first, second = (deployed.get("FunctionAddresses") or f"192.0.2.1/32,{_NOBODY}").split(",")[:2]
        first = f"{egress}/32" if egress else first
        return {
            "AlarmEmail": str(self.options.given["alertEmail"]),
            **said,
            "FunctionAddresses": f"{first},{self.options.operator_address or second}",
        }

    def change_set(self, name: str, template: Path, parameters: Mapping[str, str]) -> ChangeSet:
        """Ask what a template would change."""
        stack = self.describe()
        if stack and stack["StackStatus"] in _BROKEN:
            raise StopError(
                f"{self.stack} is {stack['StackStatus']}: look at its events, then delete it by hand."
            )
        given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(given, file)
            file.flush()
            self._json(
                "cloudformation",
                "create-change-set",
                "--stack-name",
                self.stack,
                "--change-set-name",
                name,
                "--change-set-type",
                "UPDATE" if stack else "CREATE",
                "--template-body",
                f"file://{template}",
                "--parameters",
                f"file://{file.name}",
                "--capabilities",
                "CAPABILITY_IAM",
                "--tags",
                "Key=project,Value=huntaze",
                f"Key=env,Value={self.options.name}",
            )
        return ChangeSet(name=name, changes=tuple(of_change_set(self._ready(name))))

    def _ready(self, name: str) -> Mapping[str, Any]:
        """Wait for the change set; that one without changes "fails" is no failure."""
        for _ in range(_POLLS):
            said: Mapping[str, Any] = self._json(
                "cloudformation", "describe-change-set", "--stack-name", self.stack, "--change-set-name", name
            )
            if said["Status"] == "FAILED":
                reason = str(said.get("StatusReason", ""))
                if "didn't contain changes" in reason or "No updates" in reason:
                    return {"Changes": []}
                raise StopError(f"CloudFormation refuses: {reason}")
            if said["Status"].endswith("_COMPLETE"):
                return said
            self.programs.sleep(self.programs.pause_seconds)
        raise StopError("CloudFormation did not finish the change set.")

    def execute(self, change_set: ChangeSet) -> None:
        """Carry a change set out and wait; CloudFormation goes back by itself when it fails."""
        self.programs.run(
            *self._argv(
                "cloudformation",
                "execute-change-set",
                "--stack-name",
                self.stack,
                "--change-set-name",
                change_set.name,
            )
        )
        for _ in range(_POLLS):
            status = str((self.describe() or {}).get("StackStatus", ""))
            if status.endswith("_COMPLETE") and "ROLLBACK" not in status and "CLEANUP" not in status:
                return
            if "ROLLBACK" in status or status.endswith("_FAILED"):
                raise StopError(
                    f"{self.stack} is {status}: aws cloudformation describe-stack-events says why."
                )
            self.programs.sleep(self.programs.pause_seconds)
        raise StopError(f"{self.stack} did not finish.")

    def discard(self, change_set: ChangeSet) -> None:
        """Delete a change set that is not carried out; a stack that never came to be goes with it."""
        self.programs.run(
            *self._argv(
                "cloudformation",
                "delete-change-set",
                "--stack-name",
                self.stack,
                "--change-set-name",
                change_set.name,
            )
        )
        said = (
            self._json("cloudformation", "describe-stacks", "--stack-name", self.stack)
            if not self.describe()
            else None
        )
        if said and said["Stacks"][0]["StackStatus"] == "REVIEW_IN_PROGRESS":
            self.programs.run(*self._argv("cloudformation", "delete-stack", "--stack-name", self.stack))

    def continue_rollback(self) -> None:
        """Let a rollback that failed go on."""
        self.programs.run(
            *self._argv("cloudformation", "continue-update-rollback", "--stack-name", self.stack)
        )

    def secret(self, arn: str) -> dict[str, str]:
        """Read a secret's value; it is printed to this process and to nobody else."""
        said = self._json("secretsmanager", "get-secret-value", "--secret-id", arn)
        values: dict[str, str] = json.loads(said["SecretString"])
        return values

    def make_key(self, user: str) -> tuple[str, str]:
        """Make an access key for the workers' user; AWS tells the secret half once, here.

        Raises:
            StopError: it has two already, which is all that AWS allows.
        """
        said = self._json("iam", "list-access-keys", "--user-name", user)
        if len(said["AccessKeyMetadata"]) > 1:
            raise StopError(f"{user} has two access keys already: delete the one that nobody uses.")
        key = self._json("iam", "create-access-key", "--user-name", user)["AccessKey"]
        return str(key["AccessKeyId"]), str(key["SecretAccessKey"])

    def forget_key(self, user: str, key_id: str) -> None:
        """Delete an access key that did not reach the vault."""
        self.programs.run(
            *self._argv("iam", "delete-access-key", "--user-name", user, "--access-key-id", key_id)
        )

    def read(self, *argv: str) -> Any:
        """Ask `aws` something that changes nothing."""
        return self._json(*argv)

    def _json(self, *argv: str) -> Any:
        return self.programs.json(*self._argv(*argv))

    def _argv(self, *argv: str) -> tuple[str, ...]:
        return ("aws", *argv, *region(self.options), "--output", "json")
