"""All checks, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tests.golden.cases import Answer, Case
from tests.golden.checks import canaries, distinctness, language, length, persona, plainness, promises

Check = Callable[[Answer, Case], list[str]]

CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "language": language.problems,
        "length": length.problems,
        "distinct": distinctness.problems,
        "persona": persona.problems,
        "no other creator": canaries.problems,
        "plain text": plainness.problems,
        "no promise": promises.problems,
    }
)


def check(answer: Answer, case: Case) -> Mapping[str, list[str]]:
    """Return what each check found."""
    return {name: problems(answer, case) for name, problems in CHECKS.items()}
