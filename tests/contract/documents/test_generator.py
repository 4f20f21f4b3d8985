"""`python -m docs.contracts`: writes what is stale, or names it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from docs.contracts import prose
from docs.contracts.generator import documents, stale, write
from docs.contracts.markdown import filled, table
from docs.contracts.tables import TABLES
from shared.contracts import JobStatus

ROOT = Path(__file__).resolve().parents[3]
MARKED = "# Workers\n\n<!-- generated:workers -->\nold\n<!-- /generated -->\n\nEnd.\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a folder in which everything has been generated."""
    write(stale(tmp_path))
    return tmp_path


def test_what_is_committed_is_what_is_generated() -> None:
    """Whoever changes a model runs `make format`."""
    assert [path.relative_to(ROOT).as_posix() for path in stale(ROOT)] == []


def test_writing_leaves_nothing_stale(tree: Path) -> None:
    """Every file is there, and a second run has nothing to do."""
    assert stale(tree) == {}
    assert all((tree / path).is_file() for path in documents())


def test_generating_twice_gives_the_same() -> None:
    """No order depends on a hash seed or a clock."""
    assert documents() == documents()


def test_a_changed_file_is_stale_and_is_put_right(tree: Path) -> None:
    """Only that file."""
    path = tree / "docs" / "contracts" / "schemas" / "envelope.schema.json"
    right = path.read_text()
    path.write_text("{}")
    found = stale(tree)
    assert list(found) == [path]
    write(found)
    assert path.read_text() == right


def test_a_schema_too_many_is_stale_and_goes(tree: Path) -> None:
    """A renamed job type leaves no orphan behind."""
    path = tree / "docs" / "contracts" / "schemas" / "old.schema.json"
    path.write_text("{}")
    write(stale(tree))
    assert not path.exists()


def test_a_marked_region_of_a_page_is_filled(tree: Path) -> None:
    """And the words around it stay."""
    page = tree / "README.md"
    page.write_text(MARKED)
    write(stale(tree))
    text = page.read_text()
    assert "chat.suggest" in text
    assert text.startswith("# Workers\n\n<!-- generated:workers -->\n| worker |")
    assert text.endswith("<!-- /generated -->\n\nEnd.\n")
    assert stale(tree) == {}


def test_an_unknown_region_is_an_error() -> None:
    """A typing error in a marker would leave a table stale for ever."""
    with pytest.raises(KeyError, match="wrkers"):
        filled("<!-- generated:wrkers -->\n<!-- /generated -->", TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_every_table_is_one(name: str) -> None:
    """A header, a rule and rows of the same width, without an empty first cell."""
    header, rule, *rows = TABLES[name]().replace("\\|", "").splitlines()
    assert rows
    assert {line.count("|") for line in (header, rule, *rows)} == {header.count("|")}
    assert all(row.startswith("| `") for row in rows)


def test_a_bar_in_a_cell_does_not_end_it() -> None:
    """Types are full of them."""
    assert table(["a"], [["x | y"]]) == "| a |\n| --- |\n| x \\| y |\n"


def test_every_status_and_its_event_are_explained() -> None:
    """`job.enriched` has no status of its own."""
    assert set(prose.STATUSES) == set(JobStatus)
    assert set(prose.EVENTS) == {*(f"job.{status}" for status in JobStatus), "job.enriched"}


def test_check_names_a_stale_file_and_fails(tmp_path: Path) -> None:
    """As CI runs it, in a copy of the code."""
    for package in ("shared", "workers", "infra", "docs"):
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("local", "__pycache__")
        )
    shutil.copy(ROOT / "function_app.py", tmp_path)
    clean = _check(tmp_path)
    (tmp_path / "docs" / "contracts" / "types.ts").write_text("")
    spoilt = _check(tmp_path)
    assert (clean.returncode, clean.stdout) == (0, "")
    assert (spoilt.returncode, spoilt.stdout.splitlines()[0]) == (1, "stale: docs/contracts/types.ts")


def _check(tree: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "docs.contracts", "--check"]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
