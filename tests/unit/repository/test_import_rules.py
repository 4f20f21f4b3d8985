"""The import rules in `pyproject.toml` hold, and each of them bites."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")

#: A module that must not exist like this, and the rule that it breaks.
FORBIDDEN = {
    "a worker in shared": ("shared/clock.py", "import workers.chat_suggestions", "Workers stand on shared"),
    "the stack in a worker": (
        "workers/chat_suggestions/trigger.py",
        "import infra.local.process",
        "Workers stand on shared",
    ),
    "a worker in another": (
        "workers/chat_suggestions/trigger.py",
        "import workers.content_analysis.messages",
        "Workers never import one another",
    ),
    "an SDK in a handler": (
        "workers/chat_suggestions/handler.py",
        "import azure.functions",
        "Handlers, prompts",
    ),
    "an adapter's SDK behind a handler": (
        "workers/chat_suggestions/prompt.py",
        "import shared.persistence.rows",
        "Handlers, prompts",
    ),
    "an adapter outside the bootstrap": (
        "shared/messaging/worker.py",
        "import shared.persistence.postgres",
        "Only the bootstrap",
    ),
    "an SDK in a port": ("shared/persistence/port.py", "import psycopg", "Ports, contracts and errors"),
    "a test in shared": ("shared/clock.py", "import tests", "Nothing imports tests"),
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a copy of the code that may be spoilt."""
    for package in ("shared", "workers", "infra", "docs"):
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=lambda folder, names: _not_code(Path(folder), names)
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def _not_code(folder: Path, names: list[str]) -> list[str]:
    return [name for name in names if not (name.endswith(".py") or (folder / name).is_dir())]


def _lint(tree: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own tool
        [LINT_IMPORTS, "--no-cache"], cwd=tree, capture_output=True, text=True, check=False
    )


def test_the_code_keeps_every_rule(tree: Path) -> None:
    """The working tree as it stands is clean."""
    result = _lint(tree)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(("module", "statement", "rule"), FORBIDDEN.values(), ids=FORBIDDEN)
def test_a_forbidden_import_is_reported(tree: Path, module: str, statement: str, rule: str) -> None:
    """Each rule is broken by the import it is there for."""
    path = tree / module
    path.write_text(f"{path.read_text() if path.exists() else ''}\n{statement}\n")
    result = _lint(tree)
    assert result.returncode == 1
    assert [line for line in result.stdout.splitlines() if line.startswith(rule) and "BROKEN" in line]
