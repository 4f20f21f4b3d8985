"""A fault that is put into a Bicep file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.check.checking import MAIN
from infra.check.findings import Fault

MODULES = MAIN.parent / "modules"


@dataclass(frozen=True, kw_only=True)
class Seeded:
    """One fault: the text of a file that is replaced, and what the checker has to call it."""

    name: str
    file: Path
    old: str
    new: str
    fault: Fault
    #: What stands in the line that is named.
    at: str
    switches: tuple[tuple[str, Any], ...] = ()
    #: Found where the module is used, not in it.
    whole: bool = False
