"""Plain words: no address and no markup, by a reading of its own, not the workers'."""

from __future__ import annotations

import re

from tests.golden.cases import Answer, Case

_ADDRESS = re.compile(
    r"://|\bwww\.|\b[\w-]+\.(?:com|net|org|me|io|fr|es|link|app)\b|\S+@\S+\.\S+", re.IGNORECASE
)
_MARKUP = re.compile(r"</?[a-z][^>]*>|\*\*|```|\]\(|[{}\[\]]|^#{1,6} |&[a-z]+;", re.IGNORECASE | re.MULTILINE)


def problems(answer: Answer, case: Case) -> list[str]:
    """Say what is no plain text."""
    del case
    found = [f"an address: {text}" for text in answer.texts if _ADDRESS.search(text)]
    return found + [f"markup: {text}" for text in answer.texts if _MARKUP.search(text)]
