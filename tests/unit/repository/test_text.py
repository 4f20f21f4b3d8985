"""What every file of the repository is held to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
MAX_MODULE_LINES = 350
#: A suite is a list of cases about one thing, and may be longer.
MAX_SUITE_LINES = 600

VAGUE = {"base", "common", "helper", "helpers", "manager", "managers", "misc", "service", "util", "utils"}
#: Written so that this file does not mark itself.
UNDONE = re.compile(r"\b(?:TOD[O]|FIXM[E]|XX[X]|HAC[K]|NotImplementedErro[r])\b")

_LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_HEADING = re.compile(r"^#+ (?P<text>.+)$", re.MULTILINE)


def test_modules_are_short(files: Sequence[Path], relative: Callable[[Path], str]) -> None:
    """A module that outgrows this is about more than one thing."""
    lengths = {path: len(_text(path).splitlines()) for path in files if path.suffix == ".py"}
    too_long = [path for path, lines in lengths.items() if lines > _most_lines(path)]
    assert not [relative(path) for path in too_long]


def test_modules_are_named_for_what_they_do(files: Sequence[Path], relative: Callable[[Path], str]) -> None:
    """A vague name collects whatever has no place."""
    named = [path for path in files if path.suffix in {".py", ".ts"}]
    parts = {relative(path): {*path.relative_to(ROOT).parent.parts, path.stem} for path in named}
    assert not {name for name, words in parts.items() if words & VAGUE}


def test_nothing_is_marked_as_undone(files: Sequence[Path], relative: Callable[[Path], str]) -> None:
    """What is not done is not in the code."""
    source = [
        path for path in files if path.suffix in {".py", ".ts", ".md", ".json", ".toml", ".sh", ".bicep"}
    ]
    assert not [relative(path) for path in source if UNDONE.search(_text(path))]


def test_no_file_knows_where_it_was_written(files: Sequence[Path], relative: Callable[[Path], str]) -> None:
    """What is generated tells of the project, not of the folder it was generated in."""
    written = [path for path in files if path.suffix in {".md", ".json", ".ts", ".svg", ".yaml", ".yml"}]
    assert not [relative(path) for path in written if f"{ROOT}/" in _text(path)]


def test_every_link_in_the_documents_resolves(files: Sequence[Path], relative: Callable[[Path], str]) -> None:
    """A relative link leads to a file, and its fragment to a heading of it."""
    pages = [path for path in files if path.suffix == ".md"]
    assert not {f"{relative(page)}: {link}" for page in pages for link in _dead_links(page)}


def _most_lines(path: Path) -> int:
    return MAX_SUITE_LINES if path.name.startswith("test_") else MAX_MODULE_LINES


def _dead_links(page: Path) -> Iterator[str]:
    for link in _LINK.finditer(_CODE.sub("", _text(page))):
        target, _, fragment = link["target"].partition("#")
        if "://" in target or target.startswith("mailto:"):
            continue
        found = (page.parent / target) if target else page
        if not found.exists() or (fragment and fragment not in _anchors(found)):
            yield link["target"]


def _anchors(page: Path) -> set[str]:
    """Return the fragments of a page's headings, as GitHub makes them."""
    return {
        re.sub(r"[^\w\- ]", "", heading["text"].lower()).replace(" ", "-")
        for heading in _HEADING.finditer(_text(page))
    }


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
