"""The parts of one call, put together."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from infra.deploying.arm import Arm
from infra.deploying.aws import Aws
from infra.deploying.azure import Azure
from infra.deploying.options import Options
from infra.deploying.programs import Programs
from infra.deploying.progress import Progress
from infra.deploying.releases import Releases
from infra.deploying.stopping import RefusedError


@dataclass(frozen=True, kw_only=True)
class Work:
    """What a script works with."""

    options: Options
    progress: Progress
    programs: Programs
    azure: Azure
    aws: Aws
    releases: Releases


def work_for(options: Options) -> Work:
    """Put the parts together."""
    progress = Progress()
    programs = Programs(progress=progress, pause_seconds=options.pause_seconds)
    arm = Arm(programs, options.subscription, options.environment.resource_group)
    return Work(
        options=options,
        progress=progress,
        programs=programs,
        azure=Azure(options=options, programs=programs, arm=arm),
        aws=Aws(options=options, programs=programs),
        releases=Releases(options.releases),
    )


def confirm(work: Work, question: str) -> None:
    """Ask before the first change, unless told not to.

    Raises:
        RefusedError: the answer is not yes, or nobody is there to give one.
    """
    if work.options.yes:
        return
    if not sys.stdin.isatty():
        raise RefusedError("Nobody is there to be asked: --yes says that nobody needs to be.")
    work.progress.console.print(f"{question} [y/N] ", end="", markup=False)
    if sys.stdin.readline().strip().casefold() not in {"y", "yes"}:
        raise RefusedError("Nothing was changed.")
