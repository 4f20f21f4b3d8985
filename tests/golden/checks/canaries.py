"""No creator's name, nor anything else that only another creator's prompt holds, is in this answer."""

from __future__ import annotations

from tests.golden.cases import Answer, Case, canaries


def problems(answer: Answer, case: Case) -> list[str]:
    """Say which other creator is named."""
    own = {name.split()[-1] for name in case.names}
    others = canaries() - own
    return [f"names {name}: {text}" for name in sorted(others) for text in answer.texts if name in text]
