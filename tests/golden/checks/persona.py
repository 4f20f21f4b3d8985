"""The creator's limits are kept: nothing is said that the creator never says."""

from __future__ import annotations

import re

from tests.golden.cases import Answer, Case


def problems(answer: Answer, case: Case) -> list[str]:
    """Say which limit is crossed, and where."""
    return [
        f"crosses {pattern!r}: {text}"
        for pattern in case.never
        for text in answer.published
        if re.search(pattern, text, re.IGNORECASE)
    ]
