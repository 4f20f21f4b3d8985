"""Faults that the simulator commits when told to, so that failure paths can be walked at will."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


class FaultKind(StrEnum):
    """How a call goes wrong."""

    #: 429; with a `Retry-After` if the fault has `retry_after_seconds`.
    RATE_LIMIT = "rate_limit"
    #: 500, or the fault's `status`.
    SERVER_ERROR = "server_error"
    #: No answer, until the caller gives up; also called `hang`.
    TIMEOUT = "timeout"
    #: A good answer that takes `seconds` longer; in a stream, so much longer for every piece.
    SLOW = "slow"
    #: Cut off in the middle, with the finish reason `length`; also called `length`.
    TRUNCATED = "truncated"
    #: Cut off in the middle, though the finish reason is `stop`.
    TRUNCATED_JSON = "truncated_json"
    #: A complete answer whose content is no JSON.
    INVALID_JSON = "invalid_json"
    #: Thinking until no token is left for the answer: no content, and the finish reason `length`.
    ONLY_THINKING = "only_thinking"
    #: 400: the prompt is refused; also called `filter`.
    CONTENT_FILTER = "content_filter"
    #: 200 with the finish reason `content_filter`: the answer is withheld.
    FILTERED_ANSWER = "filtered_answer"
    #: 404, as after a model's retirement.
    RETIRED = "retired"
    #: A status of 200 with a body that is no completion.
    GARBAGE = "garbage"
    #: The connection breaks instead of answering.
    DISCONNECT = "disconnect"
    #: The connection breaks in the middle of the stream; without a stream, instead of answering.
    CUT_STREAM = "cut_stream"
    #: An error in the middle of a stream whose status was 200; without a stream, a 500.
    STREAM_ERROR = "stream_error"
    #: A good stream with comments, other fields and CRLF in it; without a stream, nothing special.
    ODD_STREAM = "odd_stream"


_ALSO_CALLED: dict[Any, FaultKind] = {
    "hang": FaultKind.TIMEOUT,
    "filter": FaultKind.CONTENT_FILTER,
    "length": FaultKind.TRUNCATED,
}


def _kind(name: Any) -> Any:
    return _ALSO_CALLED.get(name, name) if isinstance(name, str) else name


#: A kind by either of its names.
NamedKind = Annotated[FaultKind, BeforeValidator(_kind)]


class Fault(BaseModel):
    """The next calls, of one deployment or of all, go wrong."""

    model_config = ConfigDict(extra="forbid")

    kind: NamedKind
    deployment: str | None = None
    count: Annotated[int, Field(ge=1)] = 1
    retry_after_seconds: Annotated[float, Field(ge=0)] | None = None
    status: Annotated[int, Field(ge=500, le=599)] = 500
    seconds: Annotated[float, Field(ge=0)] = 0.2


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
    return Fault.model_validate({"kind": kind, "count": count or 1, "deployment": deployment or None})
