"""Each text is as long as its place has room for, and says something."""

from __future__ import annotations

from tests.golden.cases import Answer, Case

#: Less is no reply.
SHORTEST = 2


def problems(answer: Answer, case: Case) -> list[str]:
    """Say what is too long or too short."""
    del case
    found = [f"no words: {text!r}" for text in answer.texts if len(text.strip()) < SHORTEST]
    too_long = [text for text in answer.published if len(text) > answer.longest]
    return found + [f"{len(text)} characters, {answer.longest} at most: {text}" for text in too_long]
