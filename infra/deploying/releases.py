"""What was deployed, when, and what it took the place of.

A release is its commit: the package is built from it, the same bytes each time. Azure keeps the templates and
parameters of its last 800 deployments by itself, so a machine that has no notes, such as a new runner of the
workflow, can go back, too. Nothing is written into a storage account: the one that is there opens to no key,
and whoever deploys needs no right to data. The notes, the package and the template are kept here for the one
who deploys, and by the workflow as its artifact.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Release:
    """One deployment."""

    id: str
    commit: str
    at: str
    outcome: str = "begun"
    plan: str = "ep1"
    #: Azure's names of this deployment, and of the one before it.
    deployment: str = ""
    previous_deployment: str = ""
    #: Whether some app or slot may have been given the package.
    published: bool = False
    package: str = ""
    package_sha256: str = ""
    previous_package: str = ""
    template: str = ""
    previous_template: str = ""
    aws_template: str = ""
    aws_previous_template: str = ""
    aws_previous_parameters: dict[str, str] = field(default_factory=dict)
    swapped: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Releases:
    """The notes of an environment, in one folder."""

    folder: Path

    def begin(self, commit: str, plan: str, now: datetime | None = None) -> Release:
        """Note that a deployment begins."""
        at = (now or datetime.now(tz=UTC)).strftime("%Y%m%dT%H%M%SZ")
        release = Release(id=f"{at}-{commit[:12]}", commit=commit, at=at, plan=plan)
        before = self.last()
        if before:
            known = {"previous_package": before.package, "previous_template": before.template}
            release = Release(**{**asdict(release), **known})
        self.write(release)
        return release

    def write(self, release: Release) -> None:
        """Keep a note, readable by its owner alone."""
        folder = self.of(release)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        note = folder / "release.json"
        note.write_text(json.dumps(asdict(release), indent=2) + "\n")
        note.chmod(0o600)

    def of(self, release: Release) -> Path:
        """Return a release's folder."""
        return self.folder / release.id

    def all(self) -> list[Release]:
        """Return every note, the oldest first."""
        notes = sorted(self.folder.glob("*/release.json"))
        return [Release(**json.loads(note.read_text())) for note in notes]

    def last(self, outcome: str = "verified") -> Release | None:
        """Return the newest release that ended in such a way."""
        return next((each for each in reversed(self.all()) if each.outcome == outcome), None)


def commit_of(root: Path) -> str:
    """Return the commit that is checked out; marked where files differ from it."""
    commit = _git(root, "rev-parse", "HEAD")
    changed = _git(root, "status", "--porcelain", "--untracked-files=no")
    return f"{commit}-changed" if changed else commit


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 - git, with our own arguments
        ["git", "-C", str(root), *arguments],  # noqa: S607 - found on the path like every tool here
        capture_output=True,
        text=True,
        check=False,
    )
    return "unknown" if done.returncode else done.stdout.strip()


def shown(release: Release) -> dict[str, Any]:
    """Return a release as the result tells of it."""
    return {key: value for key, value in asdict(release).items() if value}
