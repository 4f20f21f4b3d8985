"""`function_app` only composes: import-linter cannot watch a single module, so this does."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
ALLOWED = re.compile(
    r"^(__future__|logging|azure\.functions|shared\.observability(\.\w+)*"
    r"|workers\.\w+\.(trigger|webhook|\w+_trigger))$"
)


def _tree() -> ast.Module:
    return ast.parse((ROOT / "function_app.py").read_text(encoding="utf-8"))


def test_it_imports_nothing_but_triggers() -> None:
    """No handler, no adapter, no settings."""
    imported = {
        name
        for node in ast.walk(_tree())
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert not [name for name in imported if not ALLOWED.match(name)]


def test_it_defines_nothing() -> None:
    """A function here would be a worker without a home."""
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    assert not [node for node in ast.walk(_tree()) if isinstance(node, definitions)]
