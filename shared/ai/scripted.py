"""The models' in-memory twin: answers from a script, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared.ai.answers import separate_thinking
from shared.ai.port import FinishReason, ModelCall, ModelReply, ModelRequest, Usage
from shared.clock import Clock, SystemClock
from shared.errors import JobError, JobTimeoutError, ModelError

#: The founding document's average, which costs 570 micro-dollars of DeepSeek-V3.
_USAGE = Usage(input_tokens=300, output_tokens=50)


@dataclass(frozen=True, kw_only=True)
class ScriptedAnswer:
    """One paid answer of the script."""

    text: str
    finish_reason: FinishReason = FinishReason.STOP
    usage: Usage = _USAGE
    cost_usd_micros: int = 570
    deployment: str = "scripted"


class ScriptedChatModel:
    """Answers each request with the next line of a script; `itertools.repeat` makes an endless one.

    A text is a complete answer; an error is raised, and costs nothing.
    """

    def __init__(
        self, script: Iterable[str | ScriptedAnswer | JobError], *, clock: Clock | None = None
    ) -> None:
        self._script = iter(script)
        self._clock = clock or SystemClock()
        #: What was asked, in order.
        self.requests: list[ModelRequest] = []

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Answer with the script's next line.

        Raises:
            JobError: the script says so.
            JobTimeoutError: the request's deadline is over.
            ModelError: the script is used up.
        """
        if self._clock.monotonic() >= request.deadline:
            raise JobTimeoutError
        self.requests.append(request)
        line = next(self._script, None)
        if line is None:
            raise ModelError("The script is used up.")
        if isinstance(line, JobError):
            raise line
        return _reply(request, ScriptedAnswer(text=line) if isinstance(line, str) else line)

    async def close(self) -> None:
        """Do nothing: there is nothing to close."""


def _reply(request: ModelRequest, answer: ScriptedAnswer) -> ModelReply:
    request.spent(
        ModelCall(
            task=request.task.name,
            role=request.task.role,
            deployment=answer.deployment,
            usage=answer.usage,
            cost_usd_micros=answer.cost_usd_micros,
        )
    )
    text = separate_thinking(answer.text)[1]
    if request.on_text is not None and text:
        request.on_text(text)
    return ModelReply(
        text=text,
        deployment=answer.deployment,
        finish_reason=answer.finish_reason,
        usage=answer.usage,
        cost_usd_micros=answer.cost_usd_micros,
    )
