"""Everything that is generated, and what of it is stale in a working tree."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from docs.contracts.asyncapi import asyncapi
from docs.contracts.markdown import filled
from docs.contracts.page import page
from docs.contracts.routes.openapi import openapi
from docs.contracts.routes.page import http_page
from docs.contracts.schemas import schema_files
from docs.contracts.tables import TABLES
from docs.contracts.typescript import types_file

#: Where the generated files live, from the root of the working tree.
DIRECTORY = Path("docs") / "contracts"


def documents() -> dict[Path, str]:
    """Return every file that is generated as a whole, by its path from the root."""
    return {
        **{DIRECTORY / "schemas" / name: _json(schema) for name, schema in schema_files().items()},
        DIRECTORY / "asyncapi.json": _json(asyncapi()),
        DIRECTORY / "openapi.json": _json(openapi()),
        DIRECTORY / "http.md": http_page(),
        DIRECTORY / "types.ts": types_file(),
        DIRECTORY / "README.md": page(),
    }


def stale(root: Path) -> dict[Path, str | None]:
    """Return the files under a root that differ from what they should be; `None` for one too many."""
    wanted: dict[Path, str | None] = {root / path: text for path, text in documents().items()}
    left_over = {path: None for path in (root / DIRECTORY / "schemas").glob("*") if path not in wanted}
    marked = {path: filled(_read(path) or "", TABLES) for path in _pages(root) if path not in wanted}
    found = {**wanted, **left_over, **marked}
    return {path: text for path, text in found.items() if text != _read(path)}


def write(files: Mapping[Path, str | None]) -> None:
    """Bring files to what they should be."""
    for path, text in files.items():
        if text is None:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _pages(root: Path) -> Iterator[Path]:
    yield from root.glob("*.md")
    yield from (root / "docs").rglob("*.md")


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _json(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
