"""The metrics of requests to models: the GenAI conventions' three, and what they have no name for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.ai.observation import Observation
from shared.ai.port import ModelCall

if TYPE_CHECKING:
    from opentelemetry.metrics import Meter

#: Both from the conventions.
_TOKEN_BUCKETS = [4.0**power for power in range(14)]
_SECONDS_BUCKETS = [0.01 * 2**power for power in range(14)]
#: Theirs for a server's time to the first token.
_FIRST_TEXT_BUCKETS = [
    *(0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08),
    *(0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0),
]

#: Answers that no model was asked for.
_SERVED = frozenset({"hit", "stale"})


class Measures:
    """Counts requests, seconds, tokens and money. Costs next to nothing while nobody reads the meter."""

    def __init__(self, meter: Meter, provider: str) -> None:
        self._common = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": provider}
        self._tokens = meter.create_histogram(
            "gen_ai.client.token.usage",
            unit="{token}",
            description="Number of input and output tokens used.",
            explicit_bucket_boundaries_advisory=_TOKEN_BUCKETS,
        )
        self._seconds = meter.create_histogram(
            "gen_ai.client.operation.duration",
            unit="s",
            description="Duration of requests that a model was asked for, fallbacks and waiting included.",
            explicit_bucket_boundaries_advisory=_SECONDS_BUCKETS,
        )
        self._first_text = meter.create_histogram(
            "gen_ai.client.operation.time_to_first_chunk",
            unit="s",
            description="Time to receive the first chunk of a streamed answer.",
            explicit_bucket_boundaries_advisory=_FIRST_TEXT_BUCKETS,
        )
        self._requests = meter.create_counter(
            "huntaze.ai.requests", unit="{request}", description="Requests, by what the cache did."
        )
        self._cost = meter.create_counter(
            "huntaze.ai.cost", unit="{usd_micro}", description="Money spent on models, in micro-dollars."
        )
        self._fallbacks = meter.create_counter(
            "huntaze.ai.fallbacks", unit="{fallback}", description="Deployments given up, by their failure."
        )

    def paid(self, call: ModelCall) -> None:
        """Count one paid call of a model, whatever became of its answer."""
        model = {"gen_ai.request.model": call.deployment, "huntaze.task": call.task}
        common = {**self._common, **model}
        self._tokens.record(call.usage.input_tokens, {**common, "gen_ai.token.type": "input"})
        self._tokens.record(call.usage.output_tokens, {**common, "gen_ai.token.type": "output"})
        self._cost.add(call.cost_usd_micros, {**model, "huntaze.estimated": call.is_estimated})

    def ended(self, observation: Observation) -> None:
        """Count a request that has ended."""
        error = {"error.type": observation.error_type} if observation.error_type else {}
        task = {"huntaze.task": observation.request.task.name}
        self._requests.add(1, {**task, **error, "huntaze.cache": observation.cache})
        if observation.cache not in _SERVED:
            self._seconds.record(
                observation.seconds, {**self._common, **task, **error, **_models(observation)}
            )
            if observation.first_text_seconds is not None:
                self._first_text.record(
                    observation.first_text_seconds, {**self._common, **task, **_models(observation)}
                )
        for deployment, failure in observation.fallbacks:
            self._fallbacks.add(1, {"gen_ai.request.model": deployment, "huntaze.failure": failure})


def _models(observation: Observation) -> dict[str, str]:
    asked, reply = observation.requested_model, observation.reply
    return {
        **({"gen_ai.request.model": asked} if asked else {}),
        **({"gen_ai.response.model": reply.deployment} if reply else {}),
    }
