"""A request in, ideas out, or one clear error."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable

import pytest

from shared.ai.caching import CachedChatModel
from shared.ai.port import FinishReason
from shared.ai.scripted import ScriptedAnswer, ScriptedChatModel
from shared.cache.memory import MemoryCache
from shared.clock import ManualClock
from shared.errors import (
    BudgetExceededError,
    ContentFilteredError,
    JobError,
    JobTimeoutError,
    ModelError,
    RateLimitError,
)
from shared.messaging.worker import JobContext
from shared.persistence.creators import CreatorProfile
from shared.persistence.memory_creators import MemoryCreatorTable
from shared.persistence.remembered_creators import RememberedCreators
from workers.content_suggestions.handler import suggest_content
from workers.content_suggestions.messages import Basis, ContentSuggestionsPayload, ContentSuggestionsResult

Payload = Callable[..., ContentSuggestionsPayload]
Written = Callable[..., str]
LEA = CreatorProfile(creator_id="123", name="Léa", language="en", preferences={"currency": "EUR"})


def _model(*script: str | ScriptedAnswer | JobError) -> ScriptedChatModel:
    return ScriptedChatModel(script, clock=ManualClock())


async def _suggest(
    context: JobContext, payload: ContentSuggestionsPayload, model: ScriptedChatModel | CachedChatModel
) -> ContentSuggestionsResult:
    creators = RememberedCreators(MemoryCreatorTable(LEA), ManualClock())
    return await suggest_content(context, payload, model=model, creators=creators)


async def test_ideas_with_all_that_belongs_to_them(
    context: JobContext, payload: Payload, written: Written
) -> None:
    asked = payload(platform="OnlyFans", contentType="ppv", tone="bold")
    model = _model(written(price={"amount": 12, "reason": "Usual for a short set."}))
    result = await _suggest(context, asked, model)
    assert len(result.ideas) == 4
    idea = result.ideas[0]
    assert idea.price
    assert (idea.price.amount, idea.price.currency) == (12, "EUR")
    assert (idea.hook, list(idea.hashtags), idea.length) == ("Zero regrets.", ["beachday"], 79)
    assert (result.language, result.tone, result.model, result.cached) == ("en", "bold", "scripted", False)
    assert result.limits
    assert (result.limits.platform, result.limits.is_verified) == ("onlyfans", False)
    assert "Léa" in model.requests[0].messages[1].text
    assert [call.cost_usd_micros for call in context.calls] == [570]


@pytest.mark.parametrize(
    ("activity", "basis"),
    [
        (None, Basis.GENERAL),
        ("21-23", Basis.GIVEN),
        ({"friday": ["21:00", "23:00"]}, Basis.GIVEN),
        ("9:21-9:41", Basis.GENERAL),
        ("08h-10h", Basis.GENERAL),
        ("mostly on Fridays", Basis.GENERAL),
    ],
)
async def test_a_time_stands_on_data_only_if_that_names_it(
    context: JobContext, payload: Payload, written: Written, activity: object, basis: Basis
) -> None:
    """Whatever the model claims."""
    claimed = {"when": "Friday 21:00", "reason": "Your fans are there.", "basis": "given"}
    asked = payload(preferences={"activeHours": activity})
    result = await _suggest(context, asked, _model(written(best_time=claimed)))
    assert {idea.best_time.basis for idea in result.ideas if idea.best_time} == {basis}


async def test_a_day_alone_may_stand_on_data(context: JobContext, payload: Payload, written: Written) -> None:
    claimed = {"when": "Friday evening", "reason": "Your fans are there.", "basis": "given"}
    asked = payload(preferences={"activeHours": "mostly on Fridays"})
    result = await _suggest(context, asked, _model(written(best_time=claimed)))
    assert {idea.best_time.basis for idea in result.ideas if idea.best_time} == {Basis.GIVEN}


async def test_what_is_not_sold_has_no_price(context: JobContext, payload: Payload, written: Written) -> None:
    result = await _suggest(context, payload(), _model(written(price={"amount": 3, "reason": "x"})))
    assert {idea.price for idea in result.ideas} == {None}


@pytest.mark.parametrize(
    "first",
    [
        "I can't do that.",
        ScriptedAnswer(text='{"language": "en", "ideas": [{"ti', finish_reason=FinishReason.LENGTH),
        ScriptedAnswer(text="<think>all the tokens went here", finish_reason=FinishReason.LENGTH),
        '{"language": "fr", "ideas": [{}]}',
    ],
)
async def test_an_unusable_answer_is_repaired_once(
    context: JobContext,
    payload: Payload,
    written: Written,
    first: str | ScriptedAnswer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Both calls are paid, and the log says what was wrong without quoting anything."""
    model = _model(first, written())
    with caplog.at_level(logging.WARNING):
        assert len((await _suggest(context, payload(topic="secret topic"), model)).ideas) == 4
    assert "could not be used" in model.requests[1].messages[1].text
    assert len(context.calls) == 2
    assert "secret topic" not in json.dumps([record.__dict__ for record in caplog.records], default=str)


async def test_a_second_unusable_answer_fails_the_attempt(context: JobContext, payload: Payload) -> None:
    model = _model("bad", "worse", "never asked")
    with pytest.raises(ModelError):
        await _suggest(context, payload(), model)
    assert len(model.requests) == len(context.calls) == 2


@pytest.mark.parametrize(
    "error", [RateLimitError(), ContentFilteredError(), JobTimeoutError(), BudgetExceededError()]
)
async def test_the_models_errors_pass(context: JobContext, payload: Payload, error: JobError) -> None:
    model = _model(error)
    with pytest.raises(type(error)):
        await _suggest(context, payload(), model)
    assert len(model.requests) == 1


async def test_a_filtered_answer_is_not_repaired(context: JobContext, payload: Payload) -> None:
    model = _model(ScriptedAnswer(text="", finish_reason=FinishReason.CONTENT_FILTER))
    with pytest.raises(ContentFilteredError):
        await _suggest(context, payload(), model)
    assert len(model.requests) == 1


async def test_only_a_usable_answer_is_served_again(
    context: JobContext, payload: Payload, written: Written
) -> None:
    """And ideas that were used already are asked for anew."""
    clock = ManualClock()
    model = ScriptedChatModel(["bad", written(), written(), written()], clock=clock)
    cached = CachedChatModel(model, MemoryCache(clock), key=b"k", clock=clock)
    assert not (await _suggest(context, payload(), cached)).cached
    assert not (await _suggest(context, payload(), cached)).cached
    assert (await _suggest(context, payload(), cached)).cached
    assert len(model.requests) == 3
    more = payload(preferences={"alreadyUsed": ["Guess the beach"]})
    result = await _suggest(context, more, cached)
    assert (result.cached, len(result.ideas)) == (False, 3)
