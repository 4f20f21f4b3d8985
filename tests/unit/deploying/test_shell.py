"""The shell scripts are accepted by shellcheck, and stop at the first failure."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from infra.local.process import ROOT

SCRIPTS = sorted((ROOT / "infra").glob("*.sh"))


def test_shellcheck_accepts_them() -> None:
    checker = Path(sys.executable).with_name("shellcheck")
    done = subprocess.run(  # noqa: S603 - a development requirement
        [checker, *SCRIPTS], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("script", SCRIPTS, ids=[path.name for path in SCRIPTS])
def test_they_stop_at_the_first_failure(script: Path) -> None:
    assert "\nset -Eeuo pipefail\n" in script.read_text()
    assert script.stat().st_mode & 0o111


def test_a_missing_python_is_said() -> None:
    done = subprocess.run(  # noqa: S603 - our own script
        [ROOT / "infra" / "verify.sh", "--env", "beta"],
        env={"PATH": "/usr/bin:/bin", "PYTHON": "/nowhere/python"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "make setup" in done.stderr
