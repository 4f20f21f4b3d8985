"""What the policies around a call did to it, told to whoever follows the request.

A policy tells with `note`, and need not know who listens; `shared.ai.tracing` collects the notes of each
request and turns them into attributes and events of its span. Without a collector a note costs a look-up
and is dropped. The collector stands in a context variable, so tasks that a request starts note to it, too;
what they note after the request has its answer goes nowhere.

The kinds of note, each with its usual details (values are plain, few, and never a fan's text):

=========== ============================================================================================
`cache`     `outcome`: `hit`, `stale`, `miss`, `bypass`; `waited="process"` or `"cluster"` when another
            request's answer was shared (single-flight)
`budget`    `thrift`: the rung; `action`: `reserved`, `refused`, `settled`, …
`route`     `deployment` chosen, `why`: `role`, `complexity`, `context_tokens`, `images`, `thrift`, …
`attempt`   one call of a deployment: `deployment`
`retry`     `deployment`, `failure` that is tried again, `delay_seconds`
`fallback`  `deployment` that is given up, its `failure`
`breaker`   `deployment`, `state`: `open`, `half_open`, `closed`
`limit`     `deployment`, `waited_seconds` for its turn
=========== ============================================================================================
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from typing import Literal, Self, TypeAlias

Kind: TypeAlias = Literal["cache", "budget", "route", "attempt", "retry", "fallback", "breaker", "limit"]
Detail: TypeAlias = str | int | float | bool

#: No honest request leaves more; a loop gone wild must not fill the memory.
MAX_NOTES = 64


@dataclass(frozen=True, slots=True)
class Note:
    """Something that a policy did."""

    kind: Kind
    details: Mapping[str, Detail]
    #: When, in nanoseconds since 1970, as OpenTelemetry stamps events.
    at_ns: int = field(default_factory=time.time_ns, compare=False)


@dataclass(slots=True)
class Trail:
    """The notes of one request, in order; collects for as long as its block lasts.

    Blocks nest: a note goes to the innermost.
    """

    notes: list[Note] = field(default_factory=list)
    _token: Token[Trail | None] | None = None
    _open: bool = False

    def __enter__(self) -> Self:
        """Begin to collect."""
        self._token = _following.set(self)
        self._open = True
        return self

    def __exit__(self, *_exception: object) -> None:
        """Collect no more, not even from tasks that live on."""
        self._open = False
        if self._token is not None:
            _following.reset(self._token)

    def take(self, note: Note) -> None:
        """Keep a note, while there is room."""
        if self._open and len(self.notes) < MAX_NOTES:
            self.notes.append(note)

    def of(self, kind: Kind) -> list[Note]:
        """Return the notes of one kind."""
        return [note for note in self.notes if note.kind == kind]


_following: ContextVar[Trail | None] = ContextVar("huntaze_trail", default=None)


def note(kind: Kind, /, **details: Detail) -> None:
    """Tell what was done, to whoever follows this request."""
    trail = _following.get()
    if trail is not None:
        trail.take(Note(kind, details))
