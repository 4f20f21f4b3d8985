"""A fan's message in, three suggestions out, or one clear error."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from shared.ai.caching import CachedChatModel
from shared.ai.port import FinishReason, ModelReply, ModelRequest
from shared.ai.scripted import ScriptedAnswer, ScriptedChatModel
from shared.cache.memory import MemoryCache
from shared.clock import ManualClock
from shared.errors import ContentFilteredError, JobError, JobTimeoutError, ModelError, RateLimitError
from shared.messaging.worker import JobContext
from workers.chat_suggestions.handler import suggest
from workers.chat_suggestions.messages import ChatPayload

Payload = Callable[..., ChatPayload]
Written = Callable[..., str]


def _model(*script: str | ScriptedAnswer | JobError) -> ScriptedChatModel:
    return ScriptedChatModel(script, clock=ManualClock())


async def test_three_suggestions(context: JobContext, payload: Payload, written: Written) -> None:
    """With who wrote them, in which language; the paid call is reported."""
    result = await suggest(context, payload(), model=_model(written(language="en-GB")))
    assert len(result.suggestions) == 3
    assert result.suggestions[0].text == "Hey Tom, so good to hear from you!"
    assert (result.language, result.model, result.cached) == ("en-GB", "scripted", False)
    assert [call.cost_usd_micros for call in context.calls] == [570]


@pytest.mark.parametrize(
    "first",
    [
        "I can't do that.",
        ScriptedAnswer(text='{"language": "en", "sugg', finish_reason=FinishReason.LENGTH),
        ScriptedAnswer(text="<think>all the tokens went here", finish_reason=FinishReason.LENGTH),
        '{"language": "en", "suggestions": []}',
    ],
)
async def test_an_unusable_answer_is_repaired_once(
    context: JobContext, payload: Payload, written: Written, first: str | ScriptedAnswer
) -> None:
    """And both calls are paid."""
    model = _model(first, written())
    assert len((await suggest(context, payload(), model=model)).suggestions) == 3
    assert "could not be used" in model.requests[1].messages[1].text
    assert len(context.calls) == 2


async def test_a_second_unusable_answer_fails_the_attempt(context: JobContext, payload: Payload) -> None:
    """The engine tries again later; here nobody circles."""
    model = _model("bad", "worse", "never asked")
    with pytest.raises(ModelError):
        await suggest(context, payload(), model=model)
    assert len(model.requests) == len(context.calls) == 2


async def test_no_repair_after_the_deadline(context: JobContext, payload: Payload, written: Written) -> None:
    """The first answer took all the time there was, and is paid all the same."""
    clock = ManualClock()
    slow = ScriptedChatModel(["bad", written()], clock=clock)

    class Slow:
        async def complete(self, request: ModelRequest) -> ModelReply:
            reply = await slow.complete(request)
            clock.advance(5)
            return reply

    with pytest.raises(JobTimeoutError):
        await suggest(context, payload(), model=Slow())
    assert len(context.calls) == 1


@pytest.mark.parametrize("error", [RateLimitError(), ContentFilteredError(), JobTimeoutError()])
async def test_the_models_errors_pass(context: JobContext, payload: Payload, error: JobError) -> None:
    """They are in the engine's terms already; nothing is repaired."""
    model = _model(error)
    with pytest.raises(type(error)):
        await suggest(context, payload(), model=model)
    assert len(model.requests) == 1


async def test_a_filtered_answer_is_not_repaired(context: JobContext, payload: Payload) -> None:
    """Asking again for the same would be filtered again."""
    model = _model(ScriptedAnswer(text="", finish_reason=FinishReason.CONTENT_FILTER))
    with pytest.raises(ContentFilteredError):
        await suggest(context, payload(), model=model)
    assert len(model.requests) == 1


async def test_the_same_question_is_paid_once(
    context: JobContext, payload: Payload, written: Written
) -> None:
    """The second time it comes from the cache, and says so."""
    clock = ManualClock()
    model = CachedChatModel(
        ScriptedChatModel([written()], clock=clock), MemoryCache(clock), key=b"key", clock=clock
    )
    first = await suggest(context, payload(), model=model)
    second = await suggest(context, payload(), model=model)
    assert second == first.model_copy(update={"cached": True})
    assert len(context.calls) == 1


async def test_a_bad_answer_is_not_served_again(
    context: JobContext, payload: Payload, written: Written
) -> None:
    """Two bad answers fail the attempt; the next attempt asks the model, not the cache."""
    clock = ManualClock()
    script = ScriptedChatModel(["bad", "worse", written()], clock=clock)
    model = CachedChatModel(script, MemoryCache(clock), key=b"key", clock=clock)
    with pytest.raises(ModelError):
        await suggest(context, payload(), model=model)
    assert not (await suggest(context, payload(), model=model)).cached


@pytest.mark.parametrize(
    ("said", "hint", "language"), [("fr", None, "fr"), ("French", "de", "en"), ("?", None, "en")]
)
async def test_the_language_is_a_tag(
    context: JobContext, payload: Payload, written: Written, said: str, hint: str | None, language: str
) -> None:
    """A good answer is not thrown away for a language misnamed: the replies tell it, or the fan's words."""
    job = payload(language=hint) if hint else payload()
    assert (await suggest(context, job, model=_model(written(language=said)))).language == language


async def test_nothing_a_fan_said_is_logged(
    context: JobContext, payload: Payload, written: Written, caplog: pytest.LogCaptureFixture
) -> None:
    """Only what was wrong with the answer."""
    caplog.set_level(logging.DEBUG)
    job = payload("my secret", fanName="Secretname")
    await suggest(context, job, model=_model('{"suggestions": ["my secret, Secretname"]}', written()))
    assert [record.message for record in caplog.records] == ["The model's answer is not usable"]
    assert "ecret" not in str([record.__dict__ for record in caplog.records])
