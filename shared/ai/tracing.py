"""Spans and metrics of every request to a model, by OpenTelemetry's GenAI conventions.

The outermost of the policies: what it reports is what the caller got, and what the policies inside it noted
on the way (`shared.ai.trail`). Only OpenTelemetry's API is used: without an SDK in the process every call
of it does nothing. A prompt, an answer, or an exception's text is never part of what is reported.

Names: the GenAI conventions of 2026 (`gen_ai.*`, of "development" status) where they have one, ours under
`huntaze.*` where they have none. A span's `gen_ai.usage.*` is what this request paid for, refused answers
included, and so nothing when the answer came from the cache.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TYPE_CHECKING

from opentelemetry import metrics, trace
from opentelemetry.trace import SpanKind, Status, StatusCode

from shared.ai.measures import Measures
from shared.ai.observation import Observation
from shared.ai.port import ChatModel, ModelCall, ModelReply, ModelRequest
from shared.ai.trail import Trail
from shared.clock import Clock
from shared.observability.exporting import is_sdk

if TYPE_CHECKING:
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import Span, TracerProvider

#: The instrumentation scope.
SCOPE = "huntaze.workers.ai"
#: The conventions' name for Azure's inference service, of which DeepSeek, Mistral, Llama and Phi are models.
PROVIDER = "azure.ai.inference"


class TracedChatModel:
    """A chat model whose requests are seen by whoever operates it.

    Args:
        model: what answers.
        clock: measures durations.
        tracer_provider: the process's own by default.
        meter_provider: the process's own by default.
    """

    def __init__(
        self,
        model: ChatModel,
        clock: Clock,
        *,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
    ) -> None:
        self._model = model
        self._clock = clock
        self._providers = (tracer_provider, meter_provider)
        self._tracer = trace.get_tracer(SCOPE, tracer_provider=tracer_provider)
        self._measures = Measures(metrics.get_meter(SCOPE, meter_provider=meter_provider), PROVIDER)

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Return the model's answer.

        Raises:
            JobError: see `ChatModel.complete`.
        """
        if not self._is_heard():
            return await self._model.complete(request)
        span = self._tracer.start_span("chat", kind=SpanKind.CLIENT, attributes=_asked(request))
        watch = _Watch(request, self._clock, self._measures.paid)
        with _current(span), Trail() as trail:
            try:
                reply = await self._model.complete(watch.watched())
            except BaseException as error:
                self._report(span, watch.ended(trail, error=error))
                raise
            self._report(span, watch.ended(trail, reply=reply))
            return reply

    def _is_heard(self) -> bool:
        """Say whether there is an SDK; one may be set up at any time."""
        tracers, meters = self._providers
        return is_sdk(tracers or trace.get_tracer_provider()) or is_sdk(
            meters or metrics.get_meter_provider()
        )

    def _report(self, span: Span, observation: Observation) -> None:
        self._measures.ended(observation)
        if span.is_recording():
            _describe(span, observation)


class _Watch:
    """Looks on while a request is answered."""

    def __init__(self, request: ModelRequest, clock: Clock, paid: Callable[[ModelCall], None]) -> None:
        self._request = request
        self._clock = clock
        self._paid = paid
        self._started = clock.monotonic()
        self._calls: list[ModelCall] = []
        self._first_text_seconds: float | None = None

    def watched(self) -> ModelRequest:
        """Return the request, with our ear at what is told of it."""
        on_text = None if self._request.on_text is None else self._on_text
        return replace(self._request, spent=self._spent, on_text=on_text)

    def ended(
        self, trail: Trail, *, reply: ModelReply | None = None, error: BaseException | None = None
    ) -> Observation:
        """Return what was seen."""
        return Observation(
            request=self._request,
            seconds=self._clock.monotonic() - self._started,
            calls=self._calls,
            notes=trail.notes,
            reply=reply,
            error=error,
            first_text_seconds=self._first_text_seconds,
        )

    def _spent(self, call: ModelCall) -> None:
        self._request.spent(call)
        self._calls.append(call)
        self._paid(call)

    def _on_text(self, piece: str) -> None:
        if self._first_text_seconds is None:
            self._first_text_seconds = self._clock.monotonic() - self._started
        if self._request.on_text is not None:
            self._request.on_text(piece)


def _current(span: Span) -> AbstractContextManager[Span]:
    """Make a span the current one, and end it; an error's text stays off it, for it may quote the prompt."""
    return trace.use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False)


def _asked(request: ModelRequest) -> dict[str, str | int | float | bool]:
    """Return a span's attributes for how it begins: samplers decide by them."""
    task = request.task
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": PROVIDER,
        "gen_ai.output.type": "text" if request.answer_schema is None else "json",
        "gen_ai.request.max_tokens": task.max_output_tokens,
        "gen_ai.request.temperature": task.temperature,
        "gen_ai.request.stream": request.on_text is not None,
        "huntaze.task": task.name,
        "huntaze.prompt_version": task.prompt_version,
        "huntaze.role": task.role.value,
        **({"huntaze.complexity": request.complexity.value} if request.complexity else {}),
    }


def _describe(span: Span, observation: Observation) -> None:
    """Say on a span how its request ended, and by which ways it came there."""
    if model := observation.requested_model:
        span.update_name(f"chat {model}")
    span.set_attributes(observation.attributes())
    for note in observation.notes:
        span.add_event(f"huntaze.{note.kind}", dict(note.details), timestamp=note.at_ns)
    if observation.error is not None:
        span.set_status(Status(StatusCode.ERROR))
