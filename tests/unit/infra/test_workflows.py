"""The workflows and azd's file can be read, ask for few rights, and name only what exists."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.check.checking import MAIN, PARAMETERS, parameters_of

ROOT = Path(__file__).resolve().parents[3]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
#: Who may be run, each at a fixed version.
ACTIONS = {
    "actions/checkout",
    "actions/setup-node",
    "actions/setup-python",
    "actions/upload-artifact",
    "aws-actions/configure-aws-credentials",
    "azure/login",
}


def _workflow(path: Path) -> dict[str, Any]:
    # YAML 1.1 reads the key `on` as true.
    document = yaml.safe_load(path.read_text())
    assert isinstance(document, dict)
    return {"on" if key is True else str(key): value for key, value in document.items()}


def _jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in WORKFLOWS:
        for name, job in _workflow(path)["jobs"].items():
            yield f"{path.stem}/{name}", job


def _steps() -> Iterator[dict[str, Any]]:
    for _, job in _jobs():
        yield from job["steps"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=[path.stem for path in WORKFLOWS])
def test_a_workflow_begins_with_few_rights(path: Path) -> None:
    """It reads; what a job needs beyond that, the job says."""
    workflow = _workflow(path)
    assert set(workflow) >= {"name", "on", "permissions", "jobs"}
    assert workflow["permissions"] == {"contents": "read"}
    assert "pull_request_target" not in workflow["on"]


def test_only_jobs_that_sign_in_may_ask_for_a_token() -> None:
    """And those sign in by it, not with a password."""
    for name, job in _jobs():
        uses = {str(step.get("uses", "")).partition("@")[0] for step in job["steps"]}
        signs_in = bool(uses & {"azure/login", "aws-actions/configure-aws-credentials"})
        assert (job.get("permissions", {}).get("id-token") == "write") == signs_in, name
        assert ("environment" in job) == signs_in, name
    for step in _steps():
        if str(step.get("uses", "")).startswith("azure/login@"):
            assert set(step["with"]) == {"client-id", "tenant-id", "subscription-id"}


def test_no_workflow_knows_a_secret() -> None:
    """Identities are trusted; the apps' secrets are in the vault."""
    assert not [path.stem for path in WORKFLOWS if "secrets." in path.read_text()]


def test_every_action_is_known_and_at_a_version() -> None:
    """A moving branch of somebody else's would run with our token."""
    for step in _steps():
        if "uses" in step:
            name, _, version = step["uses"].partition("@")
            assert name in ACTIONS
            assert re.fullmatch(r"v\d+(\.\d+)*|[0-9a-f]{40}", version)


def test_what_others_write_never_becomes_a_command() -> None:
    """A branch or a title may hold anything; values reach scripts through variables alone."""
    for step in _steps():
        assert "${{" not in step.get("run", "")


def test_every_job_ends() -> None:
    """A hung job would hold the deployment's lock for hours."""
    assert all(job["timeout-minutes"] <= 60 for _, job in _jobs())


def test_the_verbs_and_files_that_are_run_exist() -> None:
    """Of `make`, of the templates and of the files of parameters."""
    verbs = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    scripts = [step["run"] for step in _steps() if "run" in step]
    assert {verb for script in scripts for verb in re.findall(r"\bmake ([a-z]+)", script)} <= verbs
    named = {name for script in scripts for name in re.findall(r"infra/[\w./-]+\.(?:bicep|json)", script)}
    assert named
    assert all((ROOT / name).is_file() for name in named)


def test_deployment_waits_for_proof_and_approval() -> None:
    """The environment holds the reviewers; the job before it, the tests."""
    jobs = dict(_jobs())
    assert jobs["deploy/deploy"]["needs"] == "prove"
    assert jobs["deploy/deploy"]["environment"] == "${{ inputs.environment }}"
    inputs = _workflow(ROOT / ".github" / "workflows" / "deploy.yml")["on"]["workflow_dispatch"]["inputs"]
    assert set(inputs["environment"]["options"]) == {path.stem for path in PARAMETERS.glob("*.json")}


def test_azd_deploys_the_same_package_to_every_app(apps: list[dict[str, Any]]) -> None:
    """Its services are the apps, found by the tag that the templates give them."""
    document = yaml.safe_load((ROOT / "azure.yaml").read_text())
    assert set(document["services"]) == {app["name"] for app in apps}
    for service in document["services"].values():
        assert service == {"project": ".", "language": "python", "host": "function"}
    assert (ROOT / document["infra"]["path"] / f"{document['infra']['module']}.bicep") == MAIN


def test_azd_gives_the_templates_what_the_beta_gives_them() -> None:
    """But for what azd asks the operator; secrets are none of it, as it would keep them in a plain file."""
    given = json.loads((MAIN.parent / "main.parameters.json").read_text())["parameters"]
    beta = parameters_of(PARAMETERS / "beta.json")
    asked = {name for name, said in given.items() if str(said["value"]).startswith("${")}
    assert asked == {"environmentName", "location", "plan", "alertEmail"}
    assert {name: said["value"] for name, said in given.items() if name not in asked} == {
        name: value for name, value in beta.items() if name not in asked
    }
