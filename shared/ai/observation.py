"""What a request to a model came to, as those who operate the workers see it: never a word of its text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.ai.failures import failure_of
from shared.ai.port import ModelCall, ModelReply, ModelRequest
from shared.ai.trail import Detail, Note
from shared.errors import JobError


@dataclass(frozen=True, kw_only=True)
class Observation:
    """A request that has ended, with an answer or an error."""

    request: ModelRequest
    seconds: float
    #: What was paid for on its way.
    calls: Sequence[ModelCall]
    notes: Sequence[Note]
    reply: ModelReply | None = None
    error: BaseException | None = None
    #: Until the first piece of a streamed answer.
    first_text_seconds: float | None = None

    @property
    def cache(self) -> str:
        """What the cache did: `hit`, `stale`, `miss`, `bypass`, or `unknown`."""
        if told := self._last("cache", "outcome"):
            return str(told)
        if self.reply is None:
            return "unknown"
        return "hit" if self.reply.cached else "miss"

    @property
    def requested_model(self) -> str | None:
        """The deployment that was the first choice; `None` when none was asked."""
        for note in self.notes:
            if note.kind in {"route", "attempt"} and "deployment" in note.details:
                return str(note.details["deployment"])
        if self.calls:
            return self.calls[0].deployment
        return self.reply.deployment if self.reply and not self.reply.cached else None

    @property
    def fallbacks(self) -> list[tuple[str, str]]:
        """The deployments that were given up, each with its failure."""
        found = [note.details for note in self.notes if note.kind == "fallback"]
        return [(str(details.get("deployment")), str(details.get("failure"))) for details in found]

    @property
    def error_type(self) -> str | None:
        """A low-cardinality name for the error: the code that its creator is told, or the class."""
        if self.error is None:
            return None
        return self.error.code if isinstance(self.error, JobError) else type(self.error).__qualname__

    def attributes(self) -> dict[str, Detail | list[str]]:
        """Return a span's attributes for how it ended; those for how it began are not among them."""
        found: dict[str, Detail | list[str] | None] = {
            "gen_ai.request.model": self.requested_model,
            "gen_ai.usage.input_tokens": sum(call.usage.input_tokens for call in self.calls),
            "gen_ai.usage.output_tokens": sum(call.usage.output_tokens for call in self.calls),
            "gen_ai.usage.reasoning.output_tokens": sum(call.usage.reasoning_tokens for call in self.calls),
            "gen_ai.response.time_to_first_chunk": self.first_text_seconds,
            "huntaze.cache": self.cache,
            "huntaze.cost_usd_micros": sum(call.cost_usd_micros for call in self.calls),
            "huntaze.calls": len(self.calls),
            "huntaze.retries": sum(note.kind == "retry" for note in self.notes),
            "huntaze.fallbacks": [f"{deployment}: {failure}" for deployment, failure in self.fallbacks],
            "huntaze.route.why": self._last("route", "why"),
            "huntaze.thrift": self._last("budget", "thrift") or int(self.request.thrift),
            "error.type": self.error_type,
        }
        if self.reply is not None:
            found["gen_ai.response.model"] = self.reply.deployment
            found["gen_ai.response.finish_reasons"] = [self.reply.finish_reason.value]
        if isinstance(self.error, JobError):
            found["huntaze.failure"] = failure_of(self.error).value
        return {name: value for name, value in found.items() if value is not None}

    def _last(self, kind: str, detail: str) -> Detail | None:
        for note in reversed(self.notes):
            if note.kind == kind and detail in note.details:
                return note.details[detail]
        return None
