"""`infra/verify.sh`: looks at everything, changes nothing, and says what is not as the files say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from infra.deploying import guards
from infra.deploying.azure import outputs_of
from infra.deploying.stopping import Status, StopError
from infra.deploying.verifying.apps import AppChecks
from infra.deploying.verifying.aws import AwsChecks
from infra.deploying.verifying.check import Check, as_json, table
from infra.deploying.verifying.messaging import MessagingChecks
from infra.deploying.verifying.services import ServiceChecks
from infra.deploying.work import Work


def verify(work: Work) -> tuple[Status, dict[str, Any]]:
    """Check who is signed in, look, show the table; return the status and the result."""
    if work.options.azure:
        guards.azure(work.options, work.programs)
    if work.options.aws:
        guards.aws(work.options, work.programs)
    checks = look_at_all(work, slot=work.options.slot)
    failed = [check for check in checks if not check.holds]
    return (Status.FAILED if failed else Status.DONE), {"checks": as_json(checks), "failed": len(failed)}


def look_at_all(work: Work, *, slot: str = "") -> list[Check]:
    """Look at what was asked for, and show the table."""
    with work.progress.step("Verify" + (" the slots" if slot else "")):
        checks = [
            *(_azure(work, slot) if work.options.azure else ()),
            *(_aws(work) if work.options.aws and not slot else ()),
        ]
    work.progress.show(table(checks))
    return checks


def _azure(work: Work, slot: str) -> Iterator[Check]:
    options, arm = work.options, work.azure.arm
    deployments = work.azure.deployments()
    if not deployments:
        raise StopError(f"Nothing of ours was ever deployed to {work.azure.group}.")
    outputs = outputs_of(deployments[0])
    plan = str(outputs.get("plan", options.plan))
    given = options.given
    yield from AppChecks(
        arm=arm,
        names=outputs["appNames"],
        plan=plan,
        plan_name=f"huntaze-{options.name}-plan",
        plan_sku=str(given.get("planSku", "EP1")),
        slot=slot if plan == "ep1" else "",
    ).all()
    if slot:
        return
    yield from MessagingChecks(
        arm=arm,
        namespace=outputs["serviceBusNamespace"],
        send_only_policy=bool(given.get("sendOnlyPolicy", True)),
    ).all()
    yield from ServiceChecks(
        arm=arm, environment=options.name, outputs=outputs, cache=bool(given.get("cache", True))
    ).all()


def _aws(work: Work) -> Iterator[Check]:
    return AwsChecks(aws=work.aws).all()
