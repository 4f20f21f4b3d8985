"""What a deployment would change, shown before anything is: and refused where something would be lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rich.table import Table

from infra.deploying.aws import TEMPLATE as AWS_TEMPLATE
from infra.deploying.aws import ChangeSet
from infra.deploying.changes import Change, destructive
from infra.deploying.releases import Release
from infra.deploying.stopping import RefusedError, StopError
from infra.deploying.work import Work

_NEW = ("Create", "Add")


@dataclass
class Deployment:
    """One run of deploy.sh."""

    work: Work
    release: Release
    result: dict[str, Any] = field(default_factory=dict)
    #: A key that was made for this run and is in no vault yet.
    fresh_key: tuple[str, str] | None = None

    def keep(self, **changed: Any) -> None:
        """Note how far it got."""
        self.release = replace(self.release, **changed)
        if not self.work.options.dry_run:
            self.work.releases.write(self.release)


def foretell_aws(run: Deployment) -> ChangeSet:
    """Make the change set, show it, and refuse what would be lost."""
    work = run.work
    with work.progress.step("AWS: what would change"):
        change_set = work.aws.change_set(f"release-{run.release.id}", AWS_TEMPLATE, work.aws.parameters())
    try:
        refuse(run, "AWS", change_set.changes)
    except StopError:
        work.aws.discard(change_set)
        raise
    return change_set


def foretell_azure(run: Deployment) -> None:
    """Compile, ask what would change, show it, and refuse what would be lost."""
    work = run.work
    folder = work.releases.of(run.release)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    template = folder / "template.json"
    with work.progress.step("Azure: compile"):
        work.azure.compile(template)
    if work.options.dry_run and not work.azure.group_exists():
        work.progress.say(f"{work.azure.group} is not there: everything would be made.")
        run.result["azure"] = "everything would be made"
        return
    with work.progress.step("Azure: what would change"):
        if not work.azure.group_exists():
            work.azure.make_group()
        changes = work.azure.foretell(template)
    refuse(run, "Azure", changes)
    run.keep(template=str(template))


def refuse(run: Deployment, cloud: str, changes: Sequence[Change]) -> None:
    """Show what would change.

    Raises:
        RefusedError: something would be lost, and nobody asked for that.
    """
    show(run.work, cloud, changes)
    run.result[f"{cloud.lower()}Changes"] = [
        {"action": each.action, "what": each.what, "type": each.kind, "destructive": each.destructive}
        for each in changes
    ]
    lost = destructive(changes)
    if lost and not run.work.options.allow_destructive:
        run.keep(outcome="refused")
        reasons = "\n".join(f"{each.kind} {each.what}: {each.destructive}" for each in lost)
        raise RefusedError(f"Not unasked (--allow-destructive):\n{reasons}")


def show(work: Work, cloud: str, changes: Sequence[Change]) -> None:
    """Show what would change: what is new by its type, what is not one by one."""
    if not changes:
        work.progress.say(f"{cloud}: nothing would change")
        return
    table = Table(title=f"{cloud}: {len(changes)} changes", title_justify="left", title_style="bold")
    for column in ("", "type", "name", "properties"):
        table.add_column(column, overflow="fold")
    new = Counter(each.kind for each in changes if each.action in _NEW)
    for kind, count in sorted(new.items()):
        table.add_row("Create", kind, f"{count} new", "")
    for each in (each for each in changes if each.action not in _NEW):
        style = "red" if each.destructive else ""
        table.add_row(each.action, each.kind, each.what, ", ".join(each.details[:6]), style=style)
    work.progress.show(table)
