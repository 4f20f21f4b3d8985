"""Telling a model's answer from its thinking while both are still being written.

The counterpart of `shared.ai.answers.separate_thinking`, which has the whole text before it: what this one
lets through adds up to the same answer.
"""

from __future__ import annotations

import re
from enum import Enum, auto

THINKING, THOUGHT = "<think>", "</think>"
#: What begins like this is an answer, not thinking whose opening tag the chat template swallowed.
ANSWER_STARTS = ("{", "[", "`")

_SURROGATE = re.compile("[\ud800-\udfff]")
_FIRST_HALF = re.compile("[\ud800-\udbff]$")


def mended(text: str) -> str:
    """Return a text whose characters are whole: halves joined, and those without another half as U+FFFD.

    JSON may escape an emoji as two halves, and a stream may part them.
    """
    if not _SURROGATE.search(text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class _State(Enum):
    UNDECIDED = auto()
    #: Inside tags.
    THINKING = auto()
    #: Perhaps inside tags, of which the first one was not written: nobody knows until the second one is.
    PERHAPS_THINKING = auto()
    ANSWERING = auto()


class AnswerText:
    """Lets a growing text through, without its thinking and without blanks around the answer."""

    def __init__(self, *, may_think_untagged: bool) -> None:
        """Begin a text.

        Args:
            may_think_untagged: whether the text may open with thinking that no tag announces. Then nothing
                but JSON is let through before the thinking's closing tag, or the text's end, is seen.
        """
        self._may_think_untagged = may_think_untagged
        self._state = _State.UNDECIDED
        self._held = ""
        self._is_begun = False
        self._has_ended = False

    def feed(self, piece: str) -> str:
        """Take a further piece of the text; return what is known to be answer now."""
        self._held += piece
        if self._state is _State.UNDECIDED:
            self._decide()
        if self._state in {_State.THINKING, _State.PERHAPS_THINKING}:
            self._think()
        return self._answer() if self._state is _State.ANSWERING else ""

    def end(self) -> str:
        """Return what was held back and turns out to be answer, now that the text has ended."""
        self._has_ended = True
        if self._state is _State.THINKING:
            return ""
        self._state = _State.ANSWERING
        return self._answer()

    def _decide(self) -> None:
        head = self._held.lstrip()
        if THINKING.startswith(head[: len(THINKING)]) and len(head) < len(THINKING):
            return
        if head.startswith(THINKING):
            self._state, self._held = _State.THINKING, head[len(THINKING) :]
        elif self._may_think_untagged and not head.startswith(ANSWER_STARTS):
            self._state = _State.PERHAPS_THINKING
        else:
            self._state = _State.ANSWERING

    def _think(self) -> None:
        _, tag, answer = self._held.partition(THOUGHT)
        if tag:
            self._state, self._held = _State.ANSWERING, answer
        elif self._state is _State.THINKING:
            self._held = self._held[1 - len(THOUGHT) :]

    def _answer(self) -> str:
        """Return what is held, but keep what may not be: blanks at its end, and half a character."""
        text = self._held if self._is_begun else self._held.lstrip()
        answer = text.rstrip()
        if not self._has_ended and _FIRST_HALF.search(answer):
            answer = answer[:-1]
        self._held = text[len(answer) :]
        self._is_begun = self._is_begun or bool(answer)
        return mended(answer)
