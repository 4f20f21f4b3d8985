"""`infra/rollback.sh`: back to what was live before. Data is never touched, and the schema never goes back.

Migrations only ever add, so the code before runs on the schema after.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from infra.deploying import certificates, database, guards
from infra.deploying.azure import deployment_name, outputs_of, parameters_of
from infra.deploying.changes import destructive, kind_of
from infra.deploying.options import ROOT
from infra.deploying.packing import pack
from infra.deploying.releases import Release
from infra.deploying.releasing import Apps
from infra.deploying.stopping import RefusedError, Status, StopError
from infra.deploying.verify import look_at_all
from infra.deploying.verifying.check import as_json
from infra.deploying.work import Work, confirm


def rollback(work: Work) -> tuple[Status, dict[str, Any]]:
    """Go back, as far as was asked for, and look; return the status and the result."""
    options = work.options
    if options.azure:
        guards.azure(options, work.programs)
    if options.aws:
        guards.aws(options, work.programs)
    if not options.dry_run:
        confirm(work, f"Go back in {options.name} ({options.what})?")
    result: dict[str, Any] = {"dryRun": options.dry_run}
    if "infra" in options.what:
        result |= _infra(work)
    if "app" in options.what and options.azure:
        result |= _app(work)
    if options.dry_run:
        work.progress.say("A dry run: nothing was changed.")
        return Status.DONE, result
    checks = look_at_all(work)
    failed = [check for check in checks if not check.holds]
    return (Status.FAILED if failed else Status.DONE), {
        **result,
        "checks": as_json(checks),
        "failed": len(failed),
    }


def code(work: Work, apps: Apps, broken: Release | None) -> None:
    """Bring the code before live again: by a swap where there are slots, otherwise by its package."""
    if work.options.plan == "ep1":
        names = broken.swapped if broken and broken.swapped else list(apps.names.values())
        apps.drain(work.options.drain_seconds)
        apps.swap(names)
    else:
        with tempfile.TemporaryDirectory() as folder:
            apps.publish(_package_before(work, Path(folder), broken), "")
    apps.check()


def _app(work: Work) -> dict[str, Any]:
    outputs = outputs_of(_newest(work))
    apps = Apps(
        azure=work.azure,
        names=outputs["appNames"],
        bus=str(outputs["serviceBusNamespace"]),
        progress=work.progress,
    )
    if work.options.dry_run:
        work.progress.say(
            f"would swap {', '.join(apps.names.values())}"
            if work.options.plan == "ep1"
            else "would publish again"
        )
        return {"apps": list(apps.names.values())}
    if work.options.plan == "ep1":
        with work.progress.step("What is in the slots is ready"):
            apps.check("staging")
    last = work.releases.last()
    with work.progress.step("Go back to the code before"):
        code(work, apps, last)
    if last:
        work.releases.write(Release(**{**last.__dict__, "outcome": "rolled back"}))
    return {"apps": list(apps.names.values())}


def _package_before(work: Work, folder: Path, broken: Release | None) -> Path:
    """Return the package of the release before: the one that was kept, or the same one, packed again."""
    if broken and broken.previous_package and Path(broken.previous_package).is_file():
        return Path(broken.previous_package)
    verified = [
        each
        for each in work.releases.all()
        if each.outcome == "verified" and (not broken or each.id != broken.id)
    ]
    commit = work.options.to or (verified[-1].commit if verified else "")
    if not commit:
        raise RefusedError("No release before is known here: say which commit (--to).")
    tree = folder / "tree"
    tree.mkdir()
    archive = subprocess.run(["git", "-C", str(ROOT), "archive", commit], capture_output=True, check=False)  # noqa: S603, S607 - git
    unpacked = subprocess.run(["tar", "-x", "-C", str(tree)], input=archive.stdout, check=False)  # noqa: S603, S607 - tar
    if archive.returncode or unpacked.returncode:
        raise StopError(f"git does not know {commit}.")
    extra = certificates.for_package(work.options.database_ca, database.CA_IN_PACKAGE)
    pack(tree, folder / "package.zip", extra)
    return folder / "package.zip"


def _infra(work: Work) -> dict[str, Any]:
    result: dict[str, Any] = {}
    if work.options.azure:
        result |= _azure_infra(work)
    if work.options.aws:
        result |= _aws_infra(work)
    return result


def _azure_infra(work: Work) -> dict[str, Any]:
    """Deploy the template before again, with its parameters; what it does not name stays, and is listed."""
    deployments = work.azure.deployments()
    if len(deployments) < 2:  # noqa: PLR2004 - the one that is there, and the one before
        raise RefusedError("Azure knows no deployment before this one.")
    before = deployments[1]
    with work.progress.step(f"Azure: go back to {before['name']}"):
        orphans = _orphans(work, before)
        if not work.options.dry_run:
            with tempfile.TemporaryDirectory() as folder:
                template, parameters = Path(folder) / "template.json", Path(folder) / "parameters.json"
                template.write_text(json.dumps(work.azure.template_of(before["name"])))
                parameters.write_text(parameters_of(before))
                name = deployment_name(f"back-to-{str(before['name']).removeprefix('workers-')}")
                work.azure.redeploy(name, template, parameters)
    for orphan in orphans:
        work.progress.say(f"stays, though it was not there before: {orphan}")
    return {"azureDeployment": before["name"], "orphans": orphans}


def _orphans(work: Work, before: dict[str, Any]) -> list[str]:
    known = {str(each["id"]).casefold() for each in before["properties"].get("outputResources") or ()}
    present = work.azure.arm.all(f"{work.azure.arm.scope}/resources", "2021-04-01")
    return [
        f"{kind_of(each['id'])} {str(each['id']).rpartition('/')[2]}"
        for each in present
        if str(each["id"]).casefold() not in known
    ]


def _aws_infra(work: Work) -> dict[str, Any]:
    """Let a rollback that failed go on; or deploy the template before again, as a change set."""
    stack = work.aws.describe()
    if stack and stack["StackStatus"] == "UPDATE_ROLLBACK_FAILED":
        if not work.options.dry_run:
            with work.progress.step("AWS: let the rollback go on"):
                work.aws.continue_rollback()
        return {"awsStack": "continues to roll back"}
    last = next((each for each in reversed(work.releases.all()) if each.aws_previous_template), None)
    if last is None:
        work.progress.say("AWS: no template before is known here; nothing to go back to.")
        return {"awsStack": "unchanged"}
    with work.progress.step("AWS: what going back would change"):
        change_set = work.aws.change_set(
            f"back-from-{last.id}", Path(last.aws_previous_template), last.aws_previous_parameters
        )
    lost = destructive(change_set.changes)
    if lost or work.options.dry_run or not change_set.changes:
        work.aws.discard(change_set)
    if lost:
        raise RefusedError(f"Going back would lose {', '.join(each.what for each in lost)}.")
    if change_set.changes and not work.options.dry_run:
        with work.progress.step("AWS: go back"):
            work.aws.execute(change_set)
    return {"awsStack": [each.what for each in change_set.changes]}


def _newest(work: Work) -> dict[str, Any]:
    deployments = work.azure.deployments()
    if not deployments:
        raise StopError(f"Nothing of ours was ever deployed to {work.azure.group}.")
    return deployments[0]
