"""What every chat model must do; Azure's adapter and the scripted twin run the same tests."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest

from shared.ai.azure_inference import AzureInferenceModel
from shared.ai.catalogue import known_deployment
from shared.ai.connections import Connections
from shared.ai.deployment import Wire
from shared.ai.port import ChatModel, FinishReason, ModelCall, ModelRequest
from shared.ai.scripted import ScriptedChatModel
from shared.clock import SystemClock
from shared.errors import JobTimeoutError

Ask = Callable[..., ModelRequest]


@pytest.fixture(params=["scripted", *Wire])
def model(request: pytest.FixtureRequest, connections: Connections) -> ChatModel:
    """Each model in turn."""
    if request.param == "scripted":
        return ScriptedChatModel(itertools.repeat("<think>hm</think>\n\n(simulated) Hello yourself."))
    deployment = replace(known_deployment("DeepSeek-V3"), wire=request.param)
    return AzureInferenceModel(deployment, connections, SystemClock())


async def test_a_question_is_answered(model: ChatModel, ask: Ask) -> None:
    """Completely, by a named deployment, and not from a cache."""
    reply = await model.complete(ask())
    assert "(simulated)" in reply.text
    assert "think" not in reply.text
    assert reply.finish_reason is FinishReason.STOP
    assert reply.deployment
    assert not reply.cached


async def test_every_paid_call_is_told_once(model: ChatModel, ask: Ask, paid: list[ModelCall]) -> None:
    """With what the reply says it cost."""
    reply = await model.complete(ask())
    assert paid == [
        ModelCall(
            task="test",
            role=ask().task.role,
            deployment=reply.deployment,
            usage=reply.usage,
            cost_usd_micros=reply.cost_usd_micros,
        )
    ]
    assert reply.cost_usd_micros > 0
    assert reply.usage.input_tokens > 0
    assert reply.usage.output_tokens > 0


async def test_nothing_is_asked_after_the_deadline(model: ChatModel, ask: Ask, paid: list[ModelCall]) -> None:
    """Nobody would want the answer."""
    with pytest.raises(JobTimeoutError):
        await model.complete(ask(seconds=-0.001))
    assert paid == []


async def test_many_at_once(model: ChatModel, ask: Ask, paid: list[ModelCall]) -> None:
    """Each is answered and paid for itself."""
    replies = await asyncio.gather(*(model.complete(ask(f"Question {number}")) for number in range(30)))
    assert len(replies) == len(paid) == 30
