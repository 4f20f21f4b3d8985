"""`types.ts` says what an independent reader of the JSON Schemas says."""

from __future__ import annotations

import subprocess
from pathlib import Path

from docs.contracts.schemas import schema_files
from infra.local.process import ROOT

TOOLS = ROOT / "node_modules" / ".bin"
CONTRACTS = ROOT / "docs" / "contracts"

#: Two types that can each stand for the other are the same to a compiler.
_SAME = """\
import type {{ {name} as Ours{number} }} from "./types";
import type {{ {name} as Theirs{number} }} from "./{module}";
export const theirs{number} = (value: Ours{number}): Theirs{number} => value;
export const ours{number} = (value: Theirs{number}): Ours{number} => value;
"""


def test_the_types_are_those_of_the_schemas(tmp_path: Path) -> None:
    """By json-schema-to-typescript and the compiler; bounds of lists are not part of ours."""
    schemas = str(CONTRACTS / "schemas" / "*.json")
    _run("json2ts", "--input", schemas, "--output", str(tmp_path), "--ignoreMinAndMaxItems", "--no-format")
    (tmp_path / "types.ts").write_text((CONTRACTS / "types.ts").read_text())
    compared = [
        _SAME.format(name=schema["title"], number=number, module=file.removesuffix(".json"))
        for number, (file, schema) in enumerate(schema_files().items())
    ]
    (tmp_path / "same.ts").write_text("".join(compared))
    _run("tsc", "--noEmit", "--strict", "--exactOptionalPropertyTypes", str(tmp_path / "same.ts"))


def _run(tool: str, *arguments: str) -> None:
    ended = subprocess.run(  # noqa: S603 - pinned development tools
        [TOOLS / tool, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=240, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
