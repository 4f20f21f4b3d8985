"""Deployments that fail by chance, and a router over them: everything but the network is real."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from shared.ai.allowance import ExtraCalls
from shared.ai.breaker import Breaker
from shared.ai.circuits import MemoryBreakerStore
from shared.ai.deployment import Deployment
from shared.ai.port import (
    AnswerSchema,
    CacheScope,
    ChatModel,
    FinishReason,
    Message,
    ModelCall,
    ModelReply,
    ModelRequest,
    Role,
    Task,
    Usage,
)
from shared.ai.routing import RoutedChatModel
from shared.ai.stack import DeploymentModels
from shared.clock import Clock
from shared.errors import ContentFilteredError, JobTimeoutError, NetworkError, RateLimitError

DEADLINE_SECONDS = 90.0
GOOD, CUT = '{"answer": true}', '{"answer": tr'
#: The mix that the router must live with, in this order.
MIX: Mapping[str, float] = {
    "rate_limit": 0.2,
    "server_error": 0.1,
    "hang": 0.05,
    "truncated_json": 0.05,
    "filter": 0.02,
}

_TASK = Task(
    name="chat.suggest",
    prompt_version=1,
    role=Role.GENERATION,
    cache_scope=CacheScope.NONE,
    cache_ttl_seconds=0,
    max_output_tokens=100,
    temperature=0.5,
)

_SCHEMA = AnswerSchema(
    name="answer",
    json_schema={"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"]},
)


def deployment(name: str, **changes: object) -> Deployment:
    """Make a deployment."""
    values: dict[str, object] = {
        "name": name,
        "input_usd_micros_per_million_tokens": 1_000_000,
        "output_usd_micros_per_million_tokens": 1_000_000,
        "max_output_tokens": 1_000,
    }
    return Deployment(**values | changes)  # type: ignore[arg-type]  # the tests' own values


def question(
    clock: Clock, *, seconds: float = DEADLINE_SECONDS, text: str = "Hello", **changes: object
) -> ModelRequest:
    """Make a request that has so many seconds, and takes only a complete answer."""
    values: dict[str, object] = {
        "task": _TASK,
        "creator_id": "1",
        "messages": (Message(role="user", text=text),),
        "deadline": clock.monotonic() + seconds,
        "spent": lambda _: None,
        "answer_schema": _SCHEMA,
        "accepts": lambda text: text.endswith("}"),
    }
    return ModelRequest(**values | changes)  # type: ignore[arg-type]  # the tests' own values


@dataclass(kw_only=True)
class Faulty:
    """A deployment whose calls fail by chance."""

    name: str
    clock: Clock
    chance: random.Random
    mix: Mapping[str, float]
    #: What its 429s ask for.
    retry_after_seconds: Sequence[float] = (1.0,)
    latency_seconds: float = 2.0

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Answer, or don't."""
        fate = self._fate()
        match fate:
            case "rate_limit":
                await asyncio.sleep(0.05)
                raise RateLimitError(retry_after_seconds=self.chance.choice(self.retry_after_seconds))
            case "server_error":
                await asyncio.sleep(0.2)
                raise NetworkError("The AI endpoint is not available (500).")
            case "hang":
                await asyncio.sleep(max(0.0, request.deadline - self.clock.monotonic()))
                raise JobTimeoutError
            case "filter":
                await asyncio.sleep(0.2)
                raise ContentFilteredError
        await asyncio.sleep(self.latency_seconds * self.chance.uniform(0.5, 1.5))
        return self._reply(request, CUT if fate == "truncated_json" else GOOD)

    def _fate(self) -> str:
        left = self.chance.random()
        for fate, probability in self.mix.items():
            left -= probability
            if left < 0:
                return fate
        return "ok"

    def _reply(self, request: ModelRequest, text: str) -> ModelReply:
        usage = Usage(input_tokens=300, output_tokens=50)
        call = ModelCall(
            task="chat.suggest", role=Role.GENERATION, deployment=self.name, usage=usage, cost_usd_micros=350
        )
        request.spent(call)
        return ModelReply(
            text=text,
            deployment=self.name,
            finish_reason=FinishReason.STOP,
            usage=usage,
            cost_usd_micros=call.cost_usd_micros,
        )


class Honoured:
    """A deployment that remembers when nobody should have called it."""

    def __init__(self, model: ChatModel, clock: Clock) -> None:
        self._model = model
        self._clock = clock
        self._limited_until = 0.0
        self.too_early = 0
        self.calls = 0

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Pass the question on."""
        self.calls += 1
        self.too_early += self._clock.monotonic() < self._limited_until
        try:
            return await self._model.complete(request)
        except RateLimitError as error:
            until = self._clock.monotonic() + (error.retry_after_seconds or 0.0)
            self._limited_until = max(self._limited_until, until)
            raise


def router(
    deployments: Sequence[Deployment],
    transport: Callable[[Deployment], ChatModel],
    clock: Clock,
    *,
    breaker: Breaker | None = None,
) -> RoutedChatModel:
    """Compose the router as the app does, over any transport."""
    breaker = breaker or Breaker(MemoryBreakerStore(clock), clock)

    async def candidates(_: ModelRequest) -> Sequence[Deployment]:
        return deployments

    extra = ExtraCalls()
    models = DeploymentModels(transport, breaker, clock, extra=extra)
    return RoutedChatModel(candidates, models, breaker, clock, extra=extra)
