"""What an operator sees of a request: by the conventions' names, and never a word of its text."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from shared.ai.failures import DeploymentError, ModelFailure
from shared.ai.port import ChatModel, Complexity, FinishReason, ModelCall, ModelReply, ModelRequest, Usage
from shared.ai.scripted import ScriptedAnswer, ScriptedChatModel
from shared.ai.tracing import TracedChatModel
from shared.ai.trail import note
from shared.clock import ManualClock
from shared.errors import BudgetExceededError

Ask = Callable[..., ModelRequest]
SECRET = "sesame"


@dataclass(frozen=True, kw_only=True)
class Telescope:
    """A process's telemetry, kept in memory."""

    spans: InMemorySpanExporter
    reader: InMemoryMetricReader
    tracer_provider: TracerProvider
    meter_provider: MeterProvider

    def traced(self, model: ChatModel, clock: ManualClock | None = None) -> TracedChatModel:
        """Wrap a model."""
        return TracedChatModel(
            model,
            clock or ManualClock(),
            tracer_provider=self.tracer_provider,
            meter_provider=self.meter_provider,
        )

    def span(self) -> ReadableSpan:
        """Return the only span."""
        (span,) = self.spans.get_finished_spans()
        return span

    def attributes(self) -> Mapping[str, Any]:
        """Return the only span's attributes."""
        return self.span().attributes or {}

    def points(self, name: str) -> list[tuple[dict[str, Any], float, tuple[float, ...]]]:
        """Return a metric's points: attributes, value or sum, buckets."""
        data = self.reader.get_metrics_data()
        return [
            (
                dict(point.attributes or {}),
                getattr(point, "sum", getattr(point, "value", 0)),
                tuple(getattr(point, "explicit_bounds", ())),
            )
            for resource in (data.resource_metrics if data else ())
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.name == name
            for point in metric.data.data_points
        ]

    def everything(self) -> str:
        """Return all that would leave the process."""
        data = self.reader.get_metrics_data()
        spans = [span.to_json() for span in self.spans.get_finished_spans()]
        return json.dumps(spans) + (data.to_json() if data else "")


@pytest.fixture
def telescope() -> Iterator[Telescope]:
    """An SDK with in-memory exporters."""
    spans, reader = InMemorySpanExporter(), InMemoryMetricReader()
    tracer_provider, meter_provider = TracerProvider(), MeterProvider([reader])
    tracer_provider.add_span_processor(SimpleSpanProcessor(spans))
    yield Telescope(
        spans=spans, reader=reader, tracer_provider=tracer_provider, meter_provider=meter_provider
    )
    tracer_provider.shutdown()
    meter_provider.shutdown()


class Noting:
    """Does what the policies inside do: notes, and waits."""

    def __init__(self, model: ChatModel, notes: Iterable[Callable[[], None]], clock: ManualClock) -> None:
        self._model = model
        self._notes = notes
        self._clock = clock

    async def complete(self, request: ModelRequest) -> ModelReply:
        for tell in self._notes:
            tell()
        self._clock.advance(1.5)
        return await self._model.complete(request)


async def test_a_paid_answer_by_the_conventions(telescope: Telescope, ask: Ask) -> None:
    answer = ScriptedAnswer(
        text="Hi",
        deployment="DeepSeek-V3",
        usage=Usage(input_tokens=300, output_tokens=50, reasoning_tokens=20),
    )
    model = telescope.traced(ScriptedChatModel([answer], clock=ManualClock()))
    await model.complete(ask(complexity=Complexity.SIMPLE))

    span = telescope.span()
    assert (span.name, span.kind, span.status.status_code) == (
        "chat DeepSeek-V3",
        SpanKind.CLIENT,
        StatusCode.UNSET,
    )
    assert telescope.attributes() == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "azure.ai.inference",
        "gen_ai.output.type": "text",
        "gen_ai.request.model": "DeepSeek-V3",
        "gen_ai.request.max_tokens": 100,
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.stream": False,
        "gen_ai.response.model": "DeepSeek-V3",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 300,
        "gen_ai.usage.output_tokens": 50,
        "gen_ai.usage.reasoning.output_tokens": 20,
        "huntaze.task": "chat.suggest",
        "huntaze.prompt_version": 1,
        "huntaze.role": "generation",
        "huntaze.complexity": "simple",
        "huntaze.cache": "miss",
        "huntaze.cost_usd_micros": 570,
        "huntaze.calls": 1,
        "huntaze.retries": 0,
        "huntaze.fallbacks": (),
        "huntaze.thrift": 0,
    }


async def test_metrics_by_the_conventions(telescope: Telescope, ask: Ask) -> None:
    """Names, buckets, and the two kinds of token."""
    clock = ManualClock()
    scripted = ScriptedChatModel([ScriptedAnswer(text="Hi", deployment="m")], clock=clock)
    await telescope.traced(Noting(scripted, [], clock), clock).complete(ask())

    common = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "azure.ai.inference"}
    tokens = {one[0]["gen_ai.token.type"]: one for one in telescope.points("gen_ai.client.token.usage")}
    assert {kind: value for kind, (_, value, _) in tokens.items()} == {"input": 300, "output": 50}
    assert tokens["input"][2][:4] == (1, 4, 16, 64)
    assert common.items() <= tokens["input"][0].items()
    ((attributes, seconds, buckets),) = telescope.points("gen_ai.client.operation.duration")
    assert seconds == 1.5
    assert (buckets[0], buckets[-1]) == (0.01, 81.92)
    assert attributes == {
        **common,
        "gen_ai.request.model": "m",
        "gen_ai.response.model": "m",
        "huntaze.task": "chat.suggest",
    }
    ((attributes, micros, _),) = telescope.points("huntaze.ai.cost")
    assert (attributes["gen_ai.request.model"], micros) == ("m", 570)


async def test_a_cached_answer_costs_nothing_and_asks_no_model(telescope: Telescope, ask: Ask) -> None:
    """Its time is not a model's, so it does not flatter the model's durations."""

    class Kept:
        async def complete(self, _request: ModelRequest) -> ModelReply:
            return ModelReply(
                text="Hi",
                deployment="m",
                finish_reason=FinishReason.STOP,
                usage=Usage(input_tokens=0, output_tokens=0),
                cost_usd_micros=0,
                cached=True,
            )

    await telescope.traced(Kept()).complete(ask())
    assert telescope.span().name == "chat"
    told = telescope.attributes()
    assert "gen_ai.request.model" not in told
    assert told["gen_ai.response.model"] == "m"
    assert (told["huntaze.cache"], told["huntaze.cost_usd_micros"], told["huntaze.calls"]) == ("hit", 0, 0)
    ((attributes, count, _),) = telescope.points("huntaze.ai.requests")
    assert (attributes, count) == ({"huntaze.task": "chat.suggest", "huntaze.cache": "hit"}, 1)
    assert telescope.points("gen_ai.client.operation.duration") == []


async def test_what_the_policies_noted(telescope: Telescope, ask: Ask) -> None:
    """Which model and why, and what drove the request there."""
    clock = ManualClock()
    notes = [
        lambda: note("budget", thrift=2),
        lambda: note("route", deployment="DeepSeek-V3", why="thrift"),
        lambda: note("retry", deployment="DeepSeek-V3", failure="unavailable", delay_seconds=0.2),
        lambda: note("fallback", deployment="DeepSeek-V3", failure="gone"),
    ]
    scripted = ScriptedChatModel([ScriptedAnswer(text="Hi", deployment="Llama")], clock=clock)
    await telescope.traced(Noting(scripted, notes, clock), clock).complete(ask())

    told = telescope.attributes()
    assert telescope.span().name == "chat DeepSeek-V3"
    assert (told["gen_ai.request.model"], told["gen_ai.response.model"]) == ("DeepSeek-V3", "Llama")
    assert (told["huntaze.thrift"], told["huntaze.route.why"]) == (2, "thrift")
    assert (told["huntaze.retries"], told["huntaze.fallbacks"]) == (1, ("DeepSeek-V3: gone",))
    events = telescope.span().events
    assert [event.name for event in events] == [
        "huntaze.budget",
        "huntaze.route",
        "huntaze.retry",
        "huntaze.fallback",
    ]
    assert dict(events[-1].attributes or {}) == {"deployment": "DeepSeek-V3", "failure": "gone"}
    ((attributes, count, _),) = telescope.points("huntaze.ai.fallbacks")
    assert (attributes, count) == ({"gen_ai.request.model": "DeepSeek-V3", "huntaze.failure": "gone"}, 1)


async def test_a_failure_is_named_but_not_quoted(telescope: Telescope, ask: Ask) -> None:
    error = DeploymentError(f"refused: {SECRET}", failure=ModelFailure.REFUSED)
    with pytest.raises(DeploymentError):
        await telescope.traced(ScriptedChatModel([error], clock=ManualClock())).complete(ask())
    span, told = telescope.span(), telescope.attributes()
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, None)
    assert (told["error.type"], told["huntaze.failure"]) == ("MODEL_ERROR", "refused")
    ((attributes, _, _),) = telescope.points("gen_ai.client.operation.duration")
    assert attributes["error.type"] == "MODEL_ERROR"
    assert SECRET not in telescope.everything()


async def test_no_text_of_request_or_answer_leaves(telescope: Telescope, ask: Ask, paid: list[Any]) -> None:
    """Streamed pieces neither."""
    script = ScriptedChatModel([f"{SECRET} yourself"], clock=ManualClock())
    await telescope.traced(script).complete(ask(f"{SECRET}, please", on_text=lambda _piece: None))
    assert len(paid) == 1
    assert SECRET not in telescope.everything()


async def test_a_refused_answer_that_was_paid_is_counted(telescope: Telescope, ask: Ask) -> None:
    """Money is counted when it is spent, whatever becomes of the request."""

    class Refusing:
        async def complete(self, request: ModelRequest) -> ModelReply:
            usage = Usage(input_tokens=7, output_tokens=3)
            request.spent(
                ModelCall(task="t", role=request.task.role, deployment="m", usage=usage, cost_usd_micros=42)
            )
            raise BudgetExceededError

    with pytest.raises(BudgetExceededError):
        await telescope.traced(Refusing()).complete(ask())
    assert telescope.attributes()["huntaze.cost_usd_micros"] == 42
    assert telescope.points("huntaze.ai.cost")[0][1] == 42


async def test_a_cancelled_request_ends_its_span(telescope: Telescope, ask: Ask) -> None:
    class Endless:
        async def complete(self, _request: ModelRequest) -> ModelReply:
            await asyncio.Event().wait()
            raise AssertionError

    task = asyncio.create_task(telescope.traced(Endless()).complete(ask()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert telescope.attributes()["error.type"] == "CancelledError"


async def test_the_first_piece_of_a_streamed_answer_is_timed(telescope: Telescope, ask: Ask) -> None:
    clock = ManualClock()
    pieces: list[str] = []

    class Streaming:
        async def complete(self, request: ModelRequest) -> ModelReply:
            for piece in ("Hel", "lo"):
                clock.advance(0.25)
                assert request.on_text is not None
                request.on_text(piece)
            return ModelReply(
                text="Hello",
                deployment="m",
                finish_reason=FinishReason.STOP,
                usage=Usage(input_tokens=1, output_tokens=1),
                cost_usd_micros=1,
            )

    await telescope.traced(Streaming(), clock).complete(ask(on_text=pieces.append))
    assert pieces == ["Hel", "lo"]
    told = telescope.attributes()
    assert (told["gen_ai.response.time_to_first_chunk"], told["gen_ai.request.stream"]) == (0.25, True)


async def test_what_a_model_calls_belongs_to_the_requests_span(telescope: Telescope, ask: Ask) -> None:
    """An instrumented HTTP client's spans become its children."""
    current = []

    class Looking:
        async def complete(self, request: ModelRequest) -> ModelReply:
            current.append(trace.get_current_span().get_span_context().span_id)
            return await ScriptedChatModel(["Hi"], clock=ManualClock()).complete(request)

    await telescope.traced(Looking()).complete(ask())
    context = telescope.span().context
    assert context is not None
    assert current == [context.span_id]


async def test_without_an_sdk_the_request_goes_its_way_untouched(ask: Ask, paid: list[ModelCall]) -> None:
    """Next to nothing is what nobody looks at may cost."""
    inner = ScriptedChatModel(["Hi"], clock=ManualClock())
    request = ask()
    reply = await TracedChatModel(inner, ManualClock()).complete(request)
    assert (reply.text, len(paid)) == ("Hi", 1)
    assert inner.requests[0] is request


@pytest.mark.parametrize("heard", ["tracer_provider", "meter_provider"])
async def test_one_half_of_an_sdk_is_enough(telescope: Telescope, ask: Ask, heard: str) -> None:
    """Spans alone, or metrics alone."""
    providers: dict[str, Any] = {heard: getattr(telescope, heard)}
    model = TracedChatModel(ScriptedChatModel(["Hi"], clock=ManualClock()), ManualClock(), **providers)
    await model.complete(ask())
    assert len(telescope.spans.get_finished_spans()) == (heard == "tracer_provider")
    assert len(telescope.points("huntaze.ai.requests")) == (heard == "meter_provider")
