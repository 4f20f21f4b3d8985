"""What the tests of the repository look at: its files, as git sees them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def _listed(*options: str) -> list[Path]:
    command = ["git", "ls-files", "-z", "--cached", "--others", *options]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S603 - constants
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


@pytest.fixture(scope="session")
def files() -> Sequence[Path]:
    """Return every file of the working tree that git does not ignore."""
    return _listed("--exclude-standard")


@pytest.fixture(scope="session")
def shipped(files: Sequence[Path]) -> Sequence[Path]:
    """Return the files of the function package: what `.funcignore` leaves."""
    kept_out = set(_listed("--ignored", "--exclude-from=.funcignore"))
    return [path for path in files if path not in kept_out]


@pytest.fixture(scope="session")
def relative() -> Callable[[Path], str]:
    """Return how a file is named in a failure."""
    return lambda path: path.relative_to(ROOT).as_posix()
