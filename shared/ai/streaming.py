"""Reading a streamed answer: server-sent events, the pieces of the answer in them, and what they add up to.

Our own, because the SDK's reader stops at comments and at CRLF, and drops an error that arrives inside a
stream. Pure: bytes in, pieces of text out; how the bytes are cut makes no difference.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from shared.ai.completions import Completion
from shared.ai.failures import DeploymentError, ModelFailure
from shared.ai.thinking import AnswerText
from shared.errors import JobError, NetworkError

#: No event of a chat completion comes near.
MAX_EVENT_BYTES = 1024 * 1024

_END_OF_LINE = re.compile(rb"\r\n|\n|\r")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_DONE = "[DONE]"
_STRANGE = "The AI service streamed in an unknown form."
_BROKEN_OFF = "The AI endpoint broke off its answer."


class EventReader:
    """Splits a stream of bytes into the data of its server-sent events."""

    def __init__(self) -> None:
        self._unread = b""
        self._data: list[bytes] = []
        self._size_bytes = 0
        self._is_after_cr = False
        self._is_at_start = True

    def feed(self, chunk: bytes) -> Iterator[str]:
        """Yield the data of each event that a further chunk completes.

        Raises:
            DeploymentError: an event is larger than any that a model writes.
        """
        fresh = chunk[1:] if self._is_after_cr and chunk.startswith(b"\n") else chunk
        self._is_after_cr = chunk.endswith(b"\r") if chunk else self._is_after_cr
        *lines, self._unread = _END_OF_LINE.split(self._unread + fresh)
        for line in lines:
            yield from self._line(line)
        if self._size_bytes + len(self._unread) > MAX_EVENT_BYTES:
            raise DeploymentError(_STRANGE, failure=ModelFailure.UNUSABLE)

    def end(self) -> Iterator[str]:
        """Yield the data of an event whose closing blank line the service forgot."""
        yield from self.feed(b"\n\n")

    def _line(self, line: bytes) -> Iterator[str]:
        if self._is_at_start:
            line, self._is_at_start = line.removeprefix(_BYTE_ORDER_MARK), False
        if not line:
            if self._data:
                yield b"\n".join(self._data).decode(errors="replace")
            self._data, self._size_bytes = [], 0
            return
        name, _, value = line.partition(b":")
        if name == b"data":  # all else is a comment, an id, a kind or an interval: nothing to us
            self._data.append(value.removeprefix(b" "))
            self._size_bytes += len(value)


class StreamedCompletion:
    """Adds up a streamed answer, and hands on its text as it comes."""

    def __init__(
        self,
        on_text: Callable[[str], None],
        *,
        refused: Callable[[Mapping[str, Any]], JobError],
        reasoning: bool = False,
    ) -> None:
        """Begin an answer.

        Args:
            on_text: given the pieces of the answer; never its thinking, nor blanks around the answer.
            refused: makes an error of one that arrives in the stream.
            reasoning: whether the model thinks, so that text may be thinking until it is known not to be.
        """
        self._events = EventReader()
        self._on_text = on_text
        self._refused = refused
        self._answer = AnswerText(may_think_untagged=reasoning)
        self._content: list[str] = []
        self._thinking: list[str] = []
        self._usage: Any = None
        self._finish_reason: str | None = None
        #: Whether the model has written anything, which is paid whatever happens next.
        self.is_begun = False
        #: Whether the service has said that nothing more comes.
        self.is_done = False

    def feed(self, chunk: bytes) -> None:
        """Take a further chunk of the response's body.

        Raises:
            JobError: the service says that it failed, or streams what is no answer.
        """
        for data in self._events.feed(chunk):
            self._take(data)

    def completion(self) -> Completion:
        """Return the whole answer, now that the stream has ended.

        Raises:
            NetworkError: it ended before the answer did.
            JobError: see `feed`.
        """
        for data in self._events.end():
            self._take(data)
        if not (self.is_done or self._finish_reason):
            raise NetworkError(_BROKEN_OFF)
        self._tell(self._answer.end())
        message = {"content": "".join(self._content), "reasoning_content": "".join(self._thinking)}
        choices = [{"message": message, "finish_reason": self._finish_reason}] if self.is_begun else None
        return Completion.model_validate({"choices": choices, "usage": self._usage})

    def _take(self, data: str) -> None:
        if self.is_done:
            return
        if data.strip() == _DONE:
            self.is_done = True
            return
        event = _event(data)
        if event.get("error"):
            raise self._refused(event)
        if event.get("usage") is not None:
            self._usage = event["usage"]
        choices = event.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            if isinstance(choice, dict):
                self._grow(choice)

    def _grow(self, choice: Mapping[str, Any]) -> None:
        if isinstance(reason := choice.get("finish_reason"), str):
            self._finish_reason = reason
        delta = choice.get("delta")
        thought, piece = _texts(delta) if isinstance(delta, dict) else ("", "")
        self.is_begun = self.is_begun or bool(thought or piece or self._finish_reason)
        self._thinking.append(thought)
        self._content.append(piece)
        self._tell(self._answer.feed(piece))

    def _tell(self, piece: str) -> None:
        if piece:
            self._on_text(piece)


def _texts(delta: Mapping[str, Any]) -> tuple[str, str]:
    """Return what an event adds to the thinking and to the answer."""
    thought, piece = delta.get("reasoning_content"), delta.get("content")
    return thought if isinstance(thought, str) else "", piece if isinstance(piece, str) else ""


def _event(data: str) -> Mapping[str, Any]:
    try:
        event = json.loads(data)
    except (ValueError, RecursionError):
        event = None
    if not isinstance(event, dict):
        raise DeploymentError(_STRANGE, failure=ModelFailure.UNUSABLE)
    return event
