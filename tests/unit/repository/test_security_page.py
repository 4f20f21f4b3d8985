"""The threat model stands on tests: each one that it names has to exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
_NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def test_every_test_that_the_threat_model_names_exists() -> None:
    named = _NAMED.findall((ROOT / "docs" / "security.md").read_text(encoding="utf-8"))
    missing = [
        f"{path}::{name}"
        for path, name in named
        if not (ROOT / path).exists() or not re.search(rf"def {name}\(", (ROOT / path).read_text())
    ]
    assert missing == []
    assert len(named) > 30


def test_every_threat_has_a_control_and_a_test() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    rows = page.partition("## Threats")[2].partition("\n## ")[0].splitlines()
    threats = [line.strip("|").split("|") for line in rows if line.startswith("| ")][2:]
    assert len(threats) > 15
    assert all(len(row) == 3 and row[1].strip() and _NAMED.search(row[2]) for row in threats)


def test_the_readme_shows_the_committed_proof() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = readme.partition("<!-- proof -->\n")[2].partition("<!-- /proof -->")[0]
    assert shown.count("\n") >= 3
    assert shown in (ROOT / "docs" / "proof.md").read_text(encoding="utf-8")
