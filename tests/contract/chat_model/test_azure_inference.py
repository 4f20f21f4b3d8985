"""Azure's wire and Azure's failures, in our terms."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest
from pydantic import SecretStr

from infra.local.model_simulator import Endpoint
from infra.local.process import free_port
from shared.ai.azure_inference import AzureInferenceModel
from shared.ai.catalogue import known_deployment
from shared.ai.connections import Connections
from shared.ai.deployment import Deployment, Wire
from shared.ai.failures import DeploymentError, ModelFailure, failure_of
from shared.ai.port import FinishReason, Image, Message, ModelCall, ModelRequest, Role
from shared.clock import SystemClock
from shared.errors import (
    ContentFilteredError,
    JobError,
    JobTimeoutError,
    ModelError,
    NetworkError,
    RateLimitError,
    TransientError,
)

Ask = Callable[..., ModelRequest]
Order = Callable[..., Awaitable[None]]
Count = Callable[[], Awaitable[int]]
Deployed = Callable[[str], AzureInferenceModel]
ModelAt = Callable[[str, str, Deployment], AzureInferenceModel]


@pytest.fixture
async def model_at(wire: Wire) -> AsyncIterator[ModelAt]:
    """Make the adapter for a deployment at some endpoint."""
    opened: list[Connections] = []

    def _model_at(url: str, key: str, deployment: Deployment) -> AzureInferenceModel:
        opened.append(Connections(endpoint=url, key=SecretStr(key)))
        return AzureInferenceModel(replace(deployment, wire=wire), opened[-1], SystemClock())

    yield _model_at
    for connections in opened:
        await connections.close()


@pytest.mark.parametrize(
    ("kind", "error", "meaning"),
    [
        ("rate_limit", RateLimitError, ModelFailure.RATE_LIMITED),
        ("server_error", DeploymentError, ModelFailure.UNAVAILABLE),
        ("content_filter", ContentFilteredError, ModelFailure.FILTERED),
        ("garbage", DeploymentError, ModelFailure.UNUSABLE),
        ("disconnect", NetworkError, ModelFailure.UNAVAILABLE),
    ],
)
async def test_failures_are_translated_and_never_retried(
    azure: AzureInferenceModel,
    ask: Ask,
    order: Order,
    count: Count,
    paid: list[ModelCall],
    kind: str,
    error: type[JobError],
    meaning: ModelFailure,
) -> None:
    """Each fault is one error of ours after one call, and costs nothing we know of; the next call is fine."""
    before = await count()
    await order(kind, retry_after_seconds=2)
    with pytest.raises(error) as failure:
        await azure.complete(ask())
    assert type(failure.value) is error
    assert failure_of(failure.value) is meaning
    assert await count() == before + 1
    assert [call.is_estimated for call in paid] == [True] * (kind == "garbage")
    assert (await azure.complete(ask())).text


@pytest.mark.parametrize(
    ("asked", "wait"), [(90, 90.0), (0.5, 0.5), (3_600, 3_600.0), (0, None), (None, None)]
)
async def test_a_rate_limit_says_how_long(
    azure: AzureInferenceModel, ask: Ask, order: Order, asked: float | None, wait: float | None
) -> None:
    """And nobody sleeps here: the caller decides."""
    await order("rate_limit", retry_after_seconds=asked)
    started = time.monotonic()
    with pytest.raises(RateLimitError) as failure:
        await azure.complete(ask())
    assert failure.value.retry_after_seconds == wait
    assert time.monotonic() - started < 30


async def test_the_deadline_ends_a_silent_call(azure: AzureInferenceModel, ask: Ask, order: Order) -> None:
    """On time."""
    await order("timeout")
    started = time.monotonic()
    with pytest.raises(JobTimeoutError):
        await azure.complete(ask(seconds=0.3))
    assert 0.25 < time.monotonic() - started < 15


async def test_a_truncated_answer_says_so_and_is_paid(
    azure: AzureInferenceModel, ask: Ask, order: Order, paid: list[ModelCall]
) -> None:
    """The tokens are gone all the same."""
    await order("truncated")
    reply = await azure.complete(ask())
    assert reply.finish_reason is FinishReason.LENGTH
    assert len(paid) == 1


async def test_the_limit_of_tokens_reaches_the_service(azure: AzureInferenceModel, ask: Ask) -> None:
    """A short limit cuts the answer."""
    reply = await azure.complete(ask(task={"max_output_tokens": 3}))
    assert reply.finish_reason is FinishReason.LENGTH


async def test_thinking_is_paid_but_not_answered(deployed: Deployed, ask: Ask, paid: list[ModelCall]) -> None:
    """A reasoning model puts it into the content on one route, beside it on the other."""
    reply = await deployed("DeepSeek-R1").complete(ask(task={"role": Role.REASONING}))
    assert "think" not in reply.text
    assert 0 < reply.usage.reasoning_tokens < reply.usage.output_tokens
    assert paid[0].cost_usd_micros == known_deployment("DeepSeek-R1").cost_usd_micros(reply.usage)


async def test_pictures_are_sent(deployed: Deployed, ask: Ask, picture: Image) -> None:
    """And counted by the service."""
    azure = deployed("Phi-4-multimodal-instruct")
    plain = await azure.complete(ask(task={"role": Role.VISION}))
    messages = (Message(role="user", text="What is this?", images=(picture,)),)
    seen = await azure.complete(ask(task={"role": Role.VISION}, messages=messages))
    assert seen.usage.input_tokens > plain.usage.input_tokens + 500


@pytest.mark.parametrize(
    ("deployment", "is_json"), [("DeepSeek-V3", True), ("Llama-3.3-70B-Instruct", False)]
)
async def test_json_is_asked_for_where_the_model_can(
    deployed: Deployed, ask: Ask, deployment: str, *, is_json: bool
) -> None:
    """Others would refuse the parameter."""
    reply = await deployed(deployment).complete(ask())
    assert reply.text.startswith("{") is is_json
    assert not is_json or json.loads(reply.text)


async def test_a_retired_deployment_is_named(model_endpoint: Endpoint, model_at: ModelAt, ask: Ask) -> None:
    """The operator reads which one, and which setting to change; it does not look like a rate limit."""
    retired = replace(known_deployment("DeepSeek-V3"), name="DeepSeek-V2")
    model = model_at(model_endpoint.url, model_endpoint.key, retired)
    with pytest.raises(DeploymentError, match=r"no deployment 'DeepSeek-V2'.*AZURE_AI_DEPLOYMENT") as failure:
        await model.complete(ask())
    assert failure.value.failure is ModelFailure.GONE


async def test_a_wrong_key_is_named_without_quoting_it(
    model_endpoint: Endpoint, model_at: ModelAt, ask: Ask
) -> None:
    """Which setting, not its value."""
    model = model_at(model_endpoint.url, "wrong-key", known_deployment("DeepSeek-V3"))
    with pytest.raises(ModelError, match="AZURE_AI_KEY") as failure:
        await model.complete(ask())
    assert failure_of(failure.value) is ModelFailure.UNAUTHORIZED
    assert "wrong-key" not in str(failure.value)


@pytest.mark.parametrize("is_streamed", [False, True])
@pytest.mark.parametrize("ends_by", ["deadline", "cancellation"])
async def test_a_call_that_is_cut_off_is_charged_an_estimate(
    azure: AzureInferenceModel,
    ask: Ask,
    order: Order,
    paid: list[ModelCall],
    ends_by: str,
    *,
    is_streamed: bool,
) -> None:
    """The service does not know that nobody waits any more: it may go on, and bill it."""
    await order("hang")
    told: list[str] = []
    request = ask(seconds=1.5 if ends_by == "deadline" else 60, on_text=told.append if is_streamed else None)
    calling = asyncio.create_task(azure.complete(request))
    await asyncio.sleep(1)
    if ends_by == "cancellation":
        calling.cancel()
    with pytest.raises((JobTimeoutError, asyncio.CancelledError)):
        await calling
    (call,) = paid
    assert call.is_estimated
    assert call.usage.output_tokens == 500
    assert 0 < call.usage.input_tokens < 100
    paid.clear()
    await azure.complete(ask())
    assert [call.is_estimated for call in paid] == [False]


async def test_nobody_there(model_at: ModelAt, ask: Ask, paid: list[ModelCall]) -> None:
    """A refused connection is the network's failure, and costs nothing."""
    model = model_at(f"http://127.0.0.1:{free_port()}/models", "key", known_deployment("DeepSeek-V3"))
    with pytest.raises(NetworkError) as failure:
        await model.complete(ask())
    assert isinstance(failure.value, TransientError)
    assert paid == []


async def test_it_is_usable_after_close(
    azure: AzureInferenceModel, connections: Connections, ask: Ask
) -> None:
    """Closing lets go of connections only."""
    await azure.complete(ask())
    await connections.close()
    assert (await azure.complete(ask())).text


async def test_a_picture_is_shown_to_those_alone_that_see(
    azure: AzureInferenceModel, ask: Ask, count: Count, picture: Image
) -> None:
    """The others are not even asked."""
    before = await count()
    with pytest.raises(DeploymentError) as failure:
        await azure.complete(ask(messages=(Message(role="user", text="What?", images=(picture,)),)))
    assert failure.value.failure is ModelFailure.REFUSED
    assert await count() == before


async def test_nothing_of_a_prompt_is_logged(
    azure: AzureInferenceModel, ask: Ask, order: Order, caplog: pytest.LogCaptureFixture
) -> None:
    """Not by us, not by the SDK, at no level, whether the call works or fails."""
    caplog.set_level(logging.DEBUG)
    await azure.complete(ask("my secret"))
    await order("content_filter")
    with pytest.raises(ContentFilteredError):
        await azure.complete(ask("my secret"))
    assert "secret" not in caplog.text
    assert "simulated-key" not in caplog.text
