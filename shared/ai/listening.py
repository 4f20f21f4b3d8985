"""Whether a request's answer has begun to be read: what a creator has seen can't be taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from shared.ai.port import ModelRequest


class Listener:
    """Passes an answer's pieces on, and remembers that it did."""

    def __init__(self, on_text: Callable[[str], None] | None) -> None:
        self._on_text = on_text
        #: Something was passed on.
        self.has_heard = False

    def attached(self, request: ModelRequest) -> ModelRequest:
        """Return the request with this listener in the place of its own, if it has one."""
        return request if self._on_text is None else replace(request, on_text=self._hear)

    def _hear(self, text: str) -> None:
        self.has_heard = True
        if self._on_text is not None:
            self._on_text(text)
