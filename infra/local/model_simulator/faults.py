"""Faults that the simulator commits when told to, so that failure paths can be walked at will."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class FaultKind(StrEnum):
    """How a call goes wrong."""

    RATE_LIMIT = "rate_limit"
    SERVER_ERROR = "server_error"
    #: No answer, until the caller gives up.
    TIMEOUT = "timeout"
    #: Cut off in the middle, with the finish reason `length`.
    TRUNCATED = "truncated"
    #: A complete answer whose content is no JSON.
    INVALID_JSON = "invalid_json"
    CONTENT_FILTER = "content_filter"
    #: A status of 200 with a body that is no completion.
    GARBAGE = "garbage"
    #: The connection breaks instead of answering.
    DISCONNECT = "disconnect"


class Fault(BaseModel):
    """The next calls, of one deployment or of all, go wrong."""

    model_config = ConfigDict(extra="forbid")

    kind: FaultKind
    deployment: str | None = None
    count: Annotated[int, Field(ge=1)] = 1
    retry_after_seconds: Annotated[float, Field(ge=0)] | None = None


class Faults:
    """The faults still to come, first ordered first committed."""

    def __init__(self, faults: Sequence[Fault] = ()) -> None:
        self._pending = list(faults)

    def add(self, fault: Fault) -> None:
        """Let the next calls go wrong."""
        self._pending.append(fault)

    def clear(self) -> None:
        """Forget the faults that are still to come."""
        self._pending.clear()

    def take(self, deployment: str) -> Fault | None:
        """Return the fault of a deployment's next call, which uses it up."""
        for index, fault in enumerate(self._pending):
            if fault.deployment in {None, deployment}:
                left = fault.count - 1
                self._pending[index : index + 1] = [fault.model_copy(update={"count": left})] if left else []
                return fault
        return None


def parse_fault(text: str) -> Fault:
    """Return the fault that a command line's `kind[:count[:deployment]]` or a JSON object names.

    Raises:
        ValueError: it names none.
    """
    if text.lstrip().startswith("{"):
        return Fault.model_validate_json(text)
    kind, count, deployment = (*text.split(":"), "", "")[:3]
    return Fault(kind=FaultKind(kind), count=int(count or 1), deployment=deployment or None)
