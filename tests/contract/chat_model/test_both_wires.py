"""Both wire forms, whole and streamed, give equal replies at equal cost; and streams fail as they should."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from shared.ai.azure_inference import AzureInferenceModel
from shared.ai.catalogue import known_deployment
from shared.ai.connections import Connections, chat_url
from shared.ai.deployment import THINKING_TOKENS, Wire
from shared.ai.failures import ModelFailure, failure_of
from shared.ai.port import FinishReason, Image, Message, ModelCall, ModelReply, ModelRequest
from shared.clock import SystemClock
from shared.errors import JobError, JobTimeoutError, NetworkError

Ask = Callable[..., ModelRequest]
Order = Callable[..., Awaitable[None]]
Deployed = Callable[[str], AzureInferenceModel]

FAN = Message(role="user", text='{"fan_message": "Coucou, tu fais quoi ? 😘", "fan_name": "Léo"}')
LONG = Message(role="user", text="漢字 and \\u2028 lines\r\n" * 500)
SCHEMALESS: dict[str, Any] = {"answer_schema": None}
#: deployment, fault, changes of the request
CASES = [
    ("DeepSeek-V3", None, {}),
    ("DeepSeek-V3", None, SCHEMALESS),
    ("DeepSeek-V3", None, {"messages": (FAN,)}),
    ("DeepSeek-V3", None, {"messages": (LONG,)}),
    ("DeepSeek-V3", None, {"task": {"max_output_tokens": 3}}),
    ("DeepSeek-V3", "truncated", {}),
    ("DeepSeek-V3", "truncated_json", {}),
    ("DeepSeek-V3", "invalid_json", {}),
    ("DeepSeek-V3", "filtered_answer", {}),
    ("DeepSeek-V3", "odd_stream", {"messages": (FAN,)}),
    ("DeepSeek-R1", None, {"messages": (FAN,)}),
    ("DeepSeek-R1", None, {"task": {"max_output_tokens": 3}}),
    ("DeepSeek-R1", "only_thinking", {}),
    ("DeepSeek-R1", "odd_stream", SCHEMALESS),
    ("Mistral-Large", None, {"messages": (FAN,)}),
    ("Llama-3.3-70B-Instruct", None, {}),
    ("Phi-4-mini-instruct", None, {}),
    ("Phi-4-multimodal-instruct", None, {}),
]


@pytest.mark.parametrize(("name", "fault", "changes"), CASES)
async def test_all_four_ways_give_the_same_reply(
    connections: Connections,
    ask: Ask,
    order: Order,
    paid: list[ModelCall],
    name: str,
    fault: str | None,
    changes: dict[str, Any],
) -> None:
    """Text, usage, finish reason and cost; and what was told piece by piece is the text."""
    replies: list[ModelReply] = []
    for wire in Wire:
        model = AzureInferenceModel(replace(known_deployment(name), wire=wire), connections, SystemClock())
        for streamed in (False, True):
            told: list[str] = []
            if fault:
                await order(fault)
            replies.append(await model.complete(ask(on_text=told.append if streamed else None, **changes)))
            assert "".join(told) == (replies[-1].text if streamed else "")
    assert len({repr(reply) for reply in replies}) == 1
    assert [call.cost_usd_micros for call in paid] == [replies[0].cost_usd_micros] * 4
    assert replies[0].cost_usd_micros > 0
    assert "think" not in replies[0].text


async def test_thinking_may_eat_the_whole_answer(deployed: Deployed, ask: Ask, order: Order) -> None:
    """It is paid, empty, and says that it was cut off: nobody takes it for an answer."""
    await order("only_thinking")
    reply = await deployed("DeepSeek-R1").complete(ask())
    assert (reply.text, reply.finish_reason) == ("", FinishReason.LENGTH)
    assert reply.usage.reasoning_tokens == reply.usage.output_tokens == 500 + THINKING_TOKENS


async def test_a_picture_is_streamed_to(deployed: Deployed, ask: Ask, picture: Image) -> None:
    """As to any other question."""
    told: list[str] = []
    messages = (Message(role="user", text="What is this?", images=(picture,)),)
    reply = await deployed("Phi-4-multimodal-instruct").complete(ask(messages=messages, on_text=told.append))
    assert "".join(told) == reply.text != ""


async def test_text_is_told_before_the_end(deployed: Deployed, ask: Ask, order: Order) -> None:
    """As it is written."""
    moments: list[float] = []
    await order("slow", seconds=0.02)
    await deployed("DeepSeek-V3").complete(ask(on_text=lambda _: moments.append(time.monotonic())))
    assert len(moments) > 3
    assert moments[-1] - moments[0] > 0.04


async def test_the_deadline_ends_a_slow_stream(
    azure: AzureInferenceModel, ask: Ask, order: Order, paid: list[ModelCall]
) -> None:
    """Though every piece comes soon enough; what was written is paid."""
    told: list[str] = []
    await order("slow", seconds=0.5)
    started = time.monotonic()
    with pytest.raises(JobTimeoutError):
        await azure.complete(ask(seconds=1.5, on_text=told.append))
    assert 1.4 < time.monotonic() - started < 15
    assert len(paid) == 1


@pytest.mark.parametrize(
    ("kind", "failure", "is_paid"),
    [
        ("rate_limit", ModelFailure.RATE_LIMITED, False),
        ("server_error", ModelFailure.UNAVAILABLE, False),
        ("content_filter", ModelFailure.FILTERED, False),
        ("retired", ModelFailure.GONE, False),
        ("garbage", ModelFailure.UNUSABLE, True),
        ("disconnect", ModelFailure.UNAVAILABLE, False),
        ("stream_error", ModelFailure.UNAVAILABLE, True),
        ("cut_stream", ModelFailure.UNAVAILABLE, True),
    ],
)
async def test_a_streams_failures_are_those_of_a_whole_answer(
    azure: AzureInferenceModel,
    ask: Ask,
    order: Order,
    paid: list[ModelCall],
    kind: str,
    failure: ModelFailure,
    *,
    is_paid: bool,
) -> None:
    """An answer that broke off is charged the most it can have cost; the next call is fine."""
    await order(kind)
    with pytest.raises(JobError) as raised:
        await azure.complete(ask(on_text=_ignore))
    assert failure_of(raised.value) is failure
    assert [(call.usage.output_tokens, call.is_estimated) for call in paid] == [(500, True)] * is_paid
    assert (await azure.complete(ask(on_text=_ignore))).text


async def test_a_cut_stream_is_the_networks_failure(
    azure: AzureInferenceModel, ask: Ask, order: Order
) -> None:
    """The model is not to blame."""
    await order("cut_stream")
    with pytest.raises(NetworkError):
        await azure.complete(ask(on_text=_ignore))


async def test_a_cancelled_stream_is_paid(
    azure: AzureInferenceModel, ask: Ask, order: Order, paid: list[ModelCall]
) -> None:
    """And lets go of its connection: closing it is how the service learns that nobody listens."""
    begun = asyncio.Event()
    await order("slow", seconds=0.1)
    call = asyncio.create_task(azure.complete(ask(on_text=lambda _: begun.set())))
    await begun.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert len(paid) == 1


@pytest.mark.parametrize(
    ("endpoint", "wire", "url"),
    [
        ("https://r.services.ai.azure.com/models", Wire.MODELS, "https://r.services.ai.azure.com/models"),
        (
            "https://r.services.ai.azure.com/models/",
            Wire.OPENAI_V1,
            "https://r.services.ai.azure.com/openai/v1",
        ),
        ("https://r.services.ai.azure.com/openai/v1", Wire.MODELS, "https://r.services.ai.azure.com/models"),
        ("https://r.openai.azure.com", Wire.OPENAI_V1, "https://r.openai.azure.com/openai/v1"),
        ("https://r.openai.azure.com/openai/v1/", Wire.OPENAI_V1, "https://r.openai.azure.com/openai/v1"),
        ("https://m.eastus2.models.ai.azure.com", Wire.MODELS, "https://m.eastus2.models.ai.azure.com"),
        ("http://127.0.0.1:11434/v1", Wire.OPENAI_V1, "http://127.0.0.1:11434/v1"),
    ],
)
def test_an_endpoint_may_be_written_in_many_ways(endpoint: str, wire: Wire, url: str) -> None:
    """As the portal shows it, or as another server documents it."""
    assert chat_url(endpoint, wire) == f"{url}/chat/completions"


async def test_plans_reach_the_adapter(
    admin: aiohttp.ClientSession, azure: AzureInferenceModel, ask: Ask
) -> None:
    """A list for the next calls."""
    calls = ["server_error", "ok", {"kind": "rate_limit", "retry_after_seconds": 3}]
    (await admin.post("simulator/plan", json=calls)).raise_for_status()
    outcomes: list[str] = []
    for _ in range(4):
        try:
            outcomes.append((await azure.complete(ask())).finish_reason)
        except JobError as error:
            outcomes.append(failure_of(error))
    assert outcomes == [ModelFailure.UNAVAILABLE, "stop", ModelFailure.RATE_LIMITED, "stop"]


def _ignore(_: str) -> None:
    """Take a piece of an answer."""
