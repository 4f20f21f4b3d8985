"""The function package holds what the app needs at run time and nothing else."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
OUR_OWN = {"function_app", "shared", "workers"}


def test_only_the_app_ships(shipped: Sequence[Path], relative: Callable[[Path], str]) -> None:
    """A new file at the root or a new folder stays out unless it is named here."""
    roots = {relative(path).split("/")[0] for path in shipped}
    assert roots <= {"function_app.py", "host.json", "requirements.txt", "shared", "workers"}
    assert {"function_app.py", "requirements.txt", "shared", "workers"} <= roots


def test_only_code_ships(shipped: Sequence[Path]) -> None:
    """No notes, caches or data slip into a package between the modules."""
    weights = ROOT / "shared" / "media" / "voice"
    page = ROOT / "workers" / "operations" / "console"
    assert {path.suffix for path in shipped if path.parent not in {weights, page}} <= {
        ".py",
        ".json",
        ".txt",
        ".j2",
    }
    of_page = {path.suffix for path in shipped if path.parent == page}
    assert of_page == {".css", ".html", ".js", ".svg", ".txt"}
    assert {path.name for path in shipped if path.parent == weights} == {"LICENSE", "silero_vad_16k.npz"}


def test_what_git_ignores_does_not_ship() -> None:
    """Caches, local settings and virtual environments exist on the machine that packs."""
    ignored = {line.strip("/") for line in (ROOT / ".gitignore").read_text().splitlines()}
    kept_out = {line.strip("/") for line in (ROOT / ".funcignore").read_text().splitlines()}
    assert {name for name in ignored - kept_out if not name.startswith(".")} <= {"*.py[cod]"}
    assert {".*", "*.pyc"} <= kept_out


def test_shipped_code_imports_only_what_is_installed_with_it(shipped: Sequence[Path]) -> None:
    """A development requirement that the app imports works everywhere but in production."""
    distributions = packages_distributions()
    runtime = _pinned(ROOT / "requirements.txt")
    missing = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in shipped
        if path.suffix == ".py"
        for name in _imported(path) - sys.stdlib_module_names - OUR_OWN
        if not {_normal(distribution) for distribution in distributions.get(name, [])} & runtime
    }
    assert not missing


def test_no_requirement_hides_our_packages() -> None:
    """On Azure an installed package of the same name may come first."""
    installed = packages_distributions()
    assert not [name for name in ("shared", "workers", "infra", "function_app") if name in installed]


def _imported(path: Path) -> set[str]:
    return set(_top_level_names(ast.parse(path.read_text(encoding="utf-8"))))


def _top_level_names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


def _pinned(path: Path) -> set[str]:
    return {_normal(name) for name in re.findall(r"^([A-Za-z0-9._-]+)==", path.read_text(), re.MULTILINE)}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
