"""What the checker has to say, in the form that editors understand."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from typing_extensions import override


class Fault(StrEnum):
    """The kinds of faults, as printed."""

    SYNTAX = "syntax"
    UNDECLARED = "undeclared"
    UNUSED = "unused"
    DUPLICATE = "duplicate"
    UNKNOWN_FUNCTION = "unknown-function"
    WRONG_ARGUMENTS = "wrong-arguments"
    UNKNOWN_MEMBER = "unknown-member"
    NOT_AT_START = "not-known-at-start"
    PARAMETER = "parameter"
    UNKNOWN_TYPE = "unknown-type"
    UNKNOWN_PROPERTY = "unknown-property"
    MISSING_PROPERTY = "missing-property"
    READ_ONLY = "read-only"
    WRONG_ENUM = "wrong-enum"
    WRONG_TYPE = "wrong-type"
    OUT_OF_BOUNDS = "out-of-bounds"
    WRONG_PARENT = "wrong-parent"
    SECRET = "secret"  # noqa: S105 - the name of a fault


@dataclass(frozen=True, kw_only=True, order=True)
class Finding:
    """One fault, and where."""

    file: str
    line: int
    fault: Fault
    message: str

    @override
    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.fault}: {self.message}"
