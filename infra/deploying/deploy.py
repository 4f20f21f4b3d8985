"""`infra/deploy.sh`: from looking to live, in an order in which nothing is lost when it stops.

AWS comes first, since the apps' secrets come from there; then the schema; then Azure with those secrets; then
PostgreSQL's door, for the address that the apps turned out to have; then the package, the slot, and last what
people use.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from infra.deploying import certificates, database, guards, preflight, rolling_back, secrets
from infra.deploying.aws import TEMPLATE as AWS_TEMPLATE
from infra.deploying.aws import ChangeSet
from infra.deploying.azure import deployment_name, outputs_of, parameters_of
from infra.deploying.foretelling import Deployment, foretell_aws, foretell_azure, refuse
from infra.deploying.options import ROOT, SOURCE
from infra.deploying.packing import pack
from infra.deploying.releases import Release, commit_of, shown
from infra.deploying.releasing import Apps, SwapError
from infra.deploying.stopping import Status, StopError
from infra.deploying.supplying import check_secrets, forget_lost_key, migrate, secrets_of
from infra.deploying.verify import look_at_all
from infra.deploying.work import Work, confirm


def deploy(work: Work) -> tuple[Status, dict[str, Any]]:
    """Deploy what was asked for; return the status and the result."""
    options, progress = work.options, work.progress
    with progress.step("Tools, accounts, money"):
        _look_before(work)
    now = work.releases.begin(commit_of(ROOT), options.plan) if not options.dry_run else _unkept(work)
    run = Deployment(work, now)
    run.result.update(release=run.release.id, dryRun=options.dry_run)
    stack_set = foretell_aws(run) if options.aws else None
    try:
        if options.azure:
            _pack(run)
            foretell_azure(run)
        if not options.dry_run:
            if options.azure:
                check_secrets(run)
            confirm(work, f"Deploy {run.release.id} to {options.name}?")
    except StopError:
        run.keep(outcome="refused")
        if stack_set:
            work.aws.discard(stack_set)
        raise
    if not options.dry_run:
        return _carry_out(run, stack_set)
    if stack_set:
        work.aws.discard(stack_set)
    progress.say("A dry run: nothing was changed.")
    return Status.DONE, run.result


def _carry_out(run: Deployment, stack_set: ChangeSet | None) -> tuple[Status, dict[str, Any]]:
    options = run.work.options
    try:
        if stack_set:
            _change_aws(run, stack_set)
        migrate(run)
        outputs = _change_azure(run) if options.azure else {}
        if options.aws:
            _open_door(run, str(outputs.get("egressAddress", "")))
        status = _go_live(run, outputs) if options.azure else Status.DONE
    except StopError:
        run.keep(outcome="failed")
        raise
    run.keep(outcome="verified" if status is Status.DONE else "rolled back")
    run.result.update(shown(run.release))
    return status, run.result


def _look_before(work: Work) -> None:
    options = work.options
    if options.azure:
        work.programs.require("az")
        guards.azure(options, work.programs)
    if options.aws:
        work.programs.require("aws")
        guards.aws(options, work.programs)
    expected = preflight.check_budget(options)
    work.progress.say(f"${expected:,.0f} of ${options.environment.budget_usd:,} a month are expected")
    if options.azure:
        if missing := preflight.register(work.azure.arm, work.programs, dry_run=options.dry_run):
            work.progress.say(f"providers registered: {', '.join(missing)}")
        preflight.check_models(work.azure.arm, options.environment.location)
        for warning in preflight.retiring():
            work.progress.say(warning)


def _unkept(work: Work) -> Release:
    commit = commit_of(ROOT)
    return Release(id=f"dry-{commit[:12]}", commit=commit, at="", plan=work.options.plan)


def _change_aws(run: Deployment, change_set: ChangeSet) -> None:
    work = run.work
    if not change_set.changes:
        work.aws.discard(change_set)
        return
    folder = work.releases.of(run.release)
    if stack := work.aws.describe():
        before = folder / "aws-before.yaml"
        before.write_text(work.aws.template())
        parameters = {each["ParameterKey"]: each["ParameterValue"] for each in stack.get("Parameters", ())}
        run.keep(aws_previous_template=str(before), aws_previous_parameters=parameters)
    with work.progress.step("AWS: change"):
        work.aws.execute(change_set)
    run.keep(aws_template=str(AWS_TEMPLATE))


def _change_azure(run: Deployment) -> Mapping[str, Any]:
    """Deploy the template with the secrets that the vault lacks; return its outputs."""
    work = run.work
    before = work.azure.deployments()
    _keep_before(run, before)
    given = secrets_of(run)
    if before and not given and not run.result["azureChanges"]:
        run.keep(deployment=str(before[0]["name"]))
        return outputs_of(before[0])
    name = deployment_name(run.release.id)
    try:
        with work.progress.step(f"Azure: deploy {name}"), secrets.as_parameters(given) as file:
            outputs = work.azure.deploy(name, work.releases.of(run.release) / "template.json", file)
    except StopError:
        forget_lost_key(run)
        raise
    run.keep(deployment=name)
    return outputs


def _keep_before(run: Deployment, before: Sequence[Mapping[str, Any]]) -> None:
    if before:
        folder = run.work.releases.of(run.release)
        (folder / "parameters-before.json").write_text(parameters_of(before[0]))
        run.keep(previous_deployment=str(before[0]["name"]))


def _open_door(run: Deployment, egress: str) -> None:
    """Let the functions' address, once it is known, into PostgreSQL; and nothing else."""
    work = run.work
    if not egress:
        work.progress.say(
            "The functions have no address of their own: PostgreSQL lets in whom it did before."
        )
        return
    wanted = work.aws.parameters(egress)
    if wanted == work.aws.parameters():
        return
    with work.progress.step(f"AWS: let {egress} in"):
        change_set = work.aws.change_set(f"door-{run.release.id}", AWS_TEMPLATE, wanted)
        refuse(run, "AWS", change_set.changes)
        work.aws.execute(change_set) if change_set.changes else work.aws.discard(change_set)


def _go_live(run: Deployment, outputs: Mapping[str, Any]) -> Status:
    """Bring the package live; go back if it does not hold."""
    work, options = run.work, run.work.options
    apps = Apps(
        azure=work.azure,
        names=outputs["appNames"],
        bus=str(outputs["serviceBusNamespace"]),
        progress=work.progress,
    )
    slot = "staging" if options.plan == "ep1" else ""
    try:
        if _is_live(run):
            work.progress.say("This package is live: nothing to publish.")
        else:
            _publish_to(run, apps, slot)
            if slot:
                _swap(run, apps)
        with work.progress.step("What is live is ready"):
            apps.check()
        failed = [f"{each.area}: {each.name}" for each in look_at_all(work) if not each.holds]
    except StopError as error:
        failed = [str(error)]
    if not failed:
        return Status.DONE
    run.result["failed"] = failed
    if not run.release.swapped and (slot or not run.release.published):
        raise StopError(f"What was live before is live: {'; '.join(failed)}")
    work.progress.say("; ".join(failed))
    return _go_back(run, apps)


def _pack(run: Deployment) -> None:
    package = run.work.releases.of(run.release) / "package.zip"
    with run.work.progress.step("Pack"):
        extra = certificates.for_package(run.work.options.database_ca, database.CA_IN_PACKAGE)
        run.keep(package=str(package), package_sha256=pack(SOURCE, package, extra))


def _is_live(run: Deployment) -> bool:
    """Tell whether the last release that held was this package, on this plan."""
    last = run.work.releases.last()
    newest = [each for each in run.work.releases.all() if each.id != run.release.id]
    return (
        last is not None
        and all(each.outcome == "verified" for each in newest[newest.index(last) :] if each.published)
        and (last.package_sha256, last.plan) == (run.release.package_sha256, run.release.plan)
    )


def _publish_to(run: Deployment, apps: Apps, slot: str) -> None:
    """Publish the package, to the slots where there are any, and look at those.

    Raises:
        StopError: they are not as they should be; what is live was not touched.
    """
    progress = run.work.progress
    with progress.step("Publish" + (" to the slots" if slot else "")):
        run.keep(published=True)
        apps.publish(Path(run.release.package), slot)
    if not slot:
        return
    with progress.step("The slots are ready"):
        apps.check(slot)
    if failed := [f"{each.area}: {each.name}" for each in look_at_all(run.work, slot=slot) if not each.holds]:
        raise StopError(f"The slots are not as they should be, and were not swapped: {', '.join(failed)}.")


def _swap(run: Deployment, apps: Apps) -> None:
    with run.work.progress.step("Drain"):
        apps.drain(run.work.options.drain_seconds)
    try:
        with run.work.progress.step("Swap"):
            run.keep(swapped=apps.swap())
    except SwapError as error:
        with run.work.progress.step("Swap back what was swapped"):
            apps.swap(error.swapped)
        raise


def _go_back(run: Deployment, apps: Apps) -> Status:
    """Bring the release before live again.

    Raises:
        StopError: there is none, as after a first deployment.
    """
    before = run.work.releases.last()
    if before is None:
        raise StopError("It does not hold, and there is no release to go back to. Mend it, and deploy again.")
    with run.work.progress.step(f"Go back to {before.id}"):
        rolling_back.code(run.work, apps, run.release)
    return Status.ROLLED_BACK


def written(result: Mapping[str, Any]) -> str:
    """Return the result as a program reads it."""
    return json.dumps(result, indent=2, default=str)
