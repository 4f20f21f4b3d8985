"""An unusable answer goes to the next deployment, and is repaired once: by its worker, in its own words."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from shared.ai.port import ChatModel
from shared.ai.scripted import ScriptedChatModel
from shared.clock import SystemClock
from shared.contracts import JobType
from shared.errors import ModelError
from shared.messaging.worker import JobContext
from tests.integration.router.faulty import deployment, router
from workers.chat_suggestions.handler import suggest
from workers.chat_suggestions.messages import ChatPayload

PAYLOAD = ChatPayload.model_validate({"fanMessage": "I miss you"})
GOOD = json.dumps(
    {
        "language": "en",
        "suggestions": [
            {"text": text, "tone": "warm", "intent": "connect"} for text in ("one", "two", "three")
        ],
    }
)


@pytest.fixture
def context() -> JobContext:
    """A job with time enough."""
    return JobContext(
        job_id="job_1",
        job_type=JobType.CHAT_SUGGEST,
        creator_id="1",
        attempt=0,
        epoch=0,
        deadline=SystemClock().monotonic() + 90,
    )


@pytest.fixture
def over() -> Callable[..., tuple[list[ScriptedChatModel], ChatModel]]:
    """Compose the router over scripts."""

    def _over(*scripts: list[str]) -> tuple[list[ScriptedChatModel], ChatModel]:
        models = [ScriptedChatModel(script) for script in scripts]
        by_name = {str(number): model for number, model in enumerate(models)}
        names = [deployment(name) for name in by_name]
        return models, router(names, lambda one: by_name[one.name], SystemClock())

    return _over


Over = Callable[..., tuple[list[ScriptedChatModel], ChatModel]]


async def test_the_next_deployment_is_asked_the_same_before_anything_is_repaired(
    context: JobContext, over: Over
) -> None:
    models, routed = over(["bad"], [GOOD], [])
    result = await suggest(context, PAYLOAD, model=routed)
    assert (result.model, len(context.calls)) == ("scripted", 2)
    assert models[0].requests[0].messages == models[1].requests[0].messages


async def test_the_repair_is_asked_once_and_says_what_was_wrong(context: JobContext, over: Over) -> None:
    models, routed = over(["bad", GOOD], ["worse"], ["never asked"])
    result = await suggest(context, PAYLOAD, model=routed)
    assert len(result.suggestions) == 3
    assert [len(model.requests) for model in models] == [2, 1, 0]
    assert "could not be used" in models[0].requests[1].messages[-1].text


async def test_nobody_circles(context: JobContext, over: Over) -> None:
    """Two answers, two repairs, and the engine decides."""
    models, routed = over(*[["bad"] * 9] * 3)
    with pytest.raises(ModelError):
        await suggest(context, PAYLOAD, model=routed)
    assert [len(model.requests) for model in models] == [2, 2, 0]
    assert len(context.calls) == 4
