"""The import rules in `pyproject.toml` hold, and each of them bites."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")

#: A rule, a module that breaks it, and what it must not import.
FORBIDDEN = {
    "a worker in shared": ("Workers stand on shared", "shared.clock", "workers.chat_suggestions.messages"),
    "the stack in a worker": ("Workers stand on shared", "workers.operations.spoilt", "infra.local.process"),
    "a worker in another": (
        "Workers never import",
        "workers.chat_suggestions.spoilt",
        "workers.content_analysis.messages",
    ),
    "an SDK in a handler": ("Handlers, prompts", "workers.chat_suggestions.handler", "azure"),
    "an SDK behind a prompt": (
        "Handlers, prompts",
        "workers.chat_suggestions.prompt",
        "shared.persistence.rows",
    ),
    "an adapter outside the bootstrap": (
        "Only the bootstrap",
        "shared.messaging.worker",
        "shared.persistence.postgres",
    ),
    "an SDK in a port": ("Ports, contracts", "shared.persistence.port", "psycopg"),
    "a test in shared": ("Nothing imports tests", "shared.clock", "tests"),
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the code that may be spoilt."""
    copy = tmp_path_factory.mktemp("tree")
    for package in ("shared", "workers", "infra", "docs"):
        shutil.copytree(
            ROOT / package, copy / package, ignore=lambda folder, names: _not_code(Path(folder), names)
        )
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


@pytest.fixture(scope="module")
def complaints(tree: Path) -> dict[str, str]:
    """Return what each rule complains of when all of them are broken at once."""
    for _, module, imported in FORBIDDEN.values():
        with (tree / module.replace(".", "/")).with_suffix(".py").open("a") as code:
            code.write(f"\nimport {imported}\n")
    result = _lint(tree)
    assert result.returncode == 1
    return _sections(result.stdout)


def _not_code(folder: Path, names: list[str]) -> list[str]:
    return [name for name in names if not (name.endswith(".py") or (folder / name).is_dir())]


def _lint(tree: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own tool
        [LINT_IMPORTS, "--no-cache"], cwd=tree, capture_output=True, text=True, check=False
    )


def _sections(output: str) -> dict[str, str]:
    """Return the details of each broken rule by its name; a rule of dashes underlines the name."""
    parts = re.split(r"\n(.+)\n-+\n", output.partition("Broken contracts")[2])
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_the_code_keeps_every_rule() -> None:
    """The working tree as it stands is clean."""
    result = _lint(ROOT)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(("rule", "module", "imported"), FORBIDDEN.values(), ids=FORBIDDEN)
def test_a_forbidden_import_is_reported(
    complaints: dict[str, str], rule: str, module: str, imported: str
) -> None:
    """Each rule is broken by the import that it is there for."""
    (details,) = [text for name, text in complaints.items() if name.startswith(rule)]
    assert f"{module} -> {imported} (l." in details
