"""Each deployment as a chat model, wrapped in all that a single deployment needs.

Retries are outermost, so that a call that waits holds neither a turn nor a probe; the circuit breaker is
innermost, so that it hears of every call, and so that a call that has had to wait for its turn looks at the
circuit again before it goes out.
"""

from __future__ import annotations

from collections.abc import Callable

from shared.ai.allowance import ExtraCalls
from shared.ai.breaker import Breaker, BreakingChatModel
from shared.ai.deployment import Deployment
from shared.ai.limiting import LimitedChatModel
from shared.ai.port import ChatModel
from shared.ai.retrying import RetryingChatModel
from shared.clock import Clock


class DeploymentModels:
    """The chat model of each deployment, made once: its turns and its connections are shared by all calls."""

    def __init__(
        self,
        transport: Callable[[Deployment], ChatModel],
        breaker: Breaker,
        clock: Clock,
        *,
        extra: ExtraCalls | None = None,
    ) -> None:
        self._transport = transport
        self._breaker = breaker
        self._clock = clock
        self._extra = extra or ExtraCalls()
        self._models: dict[Deployment, ChatModel] = {}

    def __call__(self, deployment: Deployment) -> ChatModel:
        """Return a deployment's model."""
        model = self._models.get(deployment)
        if model is None:
            model = self._models[deployment] = self._made(deployment)
        return model

    def _made(self, deployment: Deployment) -> ChatModel:
        name, clock = deployment.name, self._clock
        guarded = BreakingChatModel(self._transport(deployment), name, self._breaker, clock)
        limited = LimitedChatModel(guarded, name, clock, max_concurrent_calls=deployment.max_concurrent_calls)
        return RetryingChatModel(limited, name, clock, extra=self._extra)
