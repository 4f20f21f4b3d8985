"""The proof in small: jobs under kills and faults, and broken orderings that are found."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from infra.local.process import ROOT


@pytest.mark.timeout(400)
def test_the_quick_proof_holds(tmp_path: Path) -> None:
    """As `make prove ARGS=--quick` runs it; the page, its JSON and its chart are there."""
    command = [sys.executable, "-m", "proof", "--quick", "--output", str(tmp_path)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    document = json.loads((tmp_path / "proof.json").read_text())
    told = {name: part for name, part in document["parts"].items() if not part["good"]}
    assert (ran.returncode, told) == (0, {}), ran.stderr[-2_000:]
    assert document["parts"]["main"]["data"]["kills"] >= 10
    assert "## R1 to R24" in (tmp_path / "proof.md").read_text()
    assert (tmp_path / "main.svg").read_text().startswith("<svg")
