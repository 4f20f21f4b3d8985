"""Faults that the simulator commits when told to, so that failure paths can be walked at will."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Operation(StrEnum):
    """What a fault may spoil."""

    SUBMIT = "submit"
    LIST = "list"
    GET = "get"
    FILES = "files"
    CONTENT = "content"
    DELETE = "delete"
    FAST = "fast"


class FaultKind(StrEnum):
    """How an operation goes wrong."""

    #: 429; with a `Retry-After` if the fault has `retry_after_seconds`.
    RATE_LIMIT = "rate_limit"
    #: 500, or the fault's `status`.
    SERVER_ERROR = "server_error"
    #: No answer, until the caller gives up.
    HANG = "hang"
    #: The connection breaks instead of answering.
    DISCONNECT = "disconnect"
    #: What is asked for is done, and then the connection breaks.
    DONE_THEN_DISCONNECT = "done_then_disconnect"
    #: A status of 200 with a body that is no JSON.
    GARBAGE = "garbage"
    #: The transcription that is submitted will fail.
    FAILED = "failed"
    #: The transcription that is submitted will succeed, and its report says that its file failed.
    FILE_FAILED = "file_failed"
    #: The transcription that is submitted runs for ever.
    NEVER = "never"


#: Those that are about a transcription's end, not about an answer.
ENDINGS = frozenset({FaultKind.FAILED, FaultKind.FILE_FAILED, FaultKind.NEVER})


class Fault(BaseModel):
    """The next operations, of one kind or of all, go wrong."""

    model_config = ConfigDict(extra="forbid")

    kind: FaultKind
    operation: Operation | None = None
    count: Annotated[int, Field(ge=1)] = 1
    retry_after_seconds: Annotated[float, Field(ge=0)] | None = None
    status: Annotated[int, Field(ge=500, le=599)] = 500
    #: What a failed transcription says.
    code: str = "InvalidData"


class Faults:
    """The faults still to come, first ordered first committed."""

    def __init__(self) -> None:
        self._pending: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Let the next operations go wrong."""
        self._pending.append(fault)

    def clear(self) -> None:
        """Forget the faults that are still to come."""
        self._pending.clear()

    def spoiling(self, operation: Operation) -> Fault | None:
        """Return the fault of an operation's answer, which uses it up."""
        return self._take(operation, frozenset(FaultKind) - ENDINGS)

    def ending(self) -> Fault | None:
        """Return how a transcription that is submitted now will go wrong, which uses the fault up."""
        return self._take(Operation.SUBMIT, ENDINGS)

    def _take(self, operation: Operation, kinds: Collection[FaultKind]) -> Fault | None:
        for index, fault in enumerate(self._pending):
            if fault.kind in kinds and fault.operation in {None, operation}:
                left = fault.count - 1
                self._pending[index : index + 1] = [fault.model_copy(update={"count": left})] if left else []
                return fault
        return None
