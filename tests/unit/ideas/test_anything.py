"""Whatever is sent or answered, one of the promised errors is all that comes of it."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.ai.answers import UnusableAnswerError
from shared.contracts import JobType
from shared.errors import ContentFilteredError
from shared.messaging.worker import JobContext
from shared.persistence.creators import CreatorProfile
from tests.unit.ideas.conftest import IDEAS, REST
from workers.content_suggestions.answer import read_ideas
from workers.content_suggestions.brief import Brief, brief_of
from workers.content_suggestions.lengths import length_of
from workers.content_suggestions.messages import ContentSuggestionsPayload, ContentSuggestionsResult
from workers.content_suggestions.platforms import PLATFORMS
from workers.content_suggestions.preferences import (
    ACTIVITY,
    COUNT,
    FORBIDDEN_WORDS,
    LANGUAGE,
    NEVER,
    PERSONA,
    USED,
)
from workers.content_suggestions.prompt import RULES, ideas_request
from workers.content_suggestions.result import idea_of, limits_of

CONTEXT = JobContext(
    job_id="j", job_type=JobType.CONTENT_SUGGEST, creator_id="1", attempt=0, epoch=0, deadline=1.0
)
_KNOWN = [*LANGUAGE, *PERSONA, *NEVER, *FORBIDDEN_WORDS, *COUNT, *USED, *ACTIVITY, "currency", "priceMax"]
_TEXTS = st.text(max_size=60) | st.sampled_from(["#a #b", "@me", "free video", "$5", "🇫🇷❤️", "x" * 300])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=12,
)
_PREFERENCES = st.dictionaries(st.sampled_from(_KNOWN) | _TEXTS, _JSON, max_size=6)
_PARTS = st.dictionaries(st.sampled_from([*REST, *IDEAS[0]]), _JSON, max_size=3)


def _brief(preferences: dict[str, Any], platform: str = "onlyfans", topic: str = "") -> Brief:
    payload = ContentSuggestionsPayload.model_validate(
        {"platform": platform, "contentType": "ppv", "topic": topic, "preferences": preferences}
    )
    return brief_of(payload, CreatorProfile(creator_id="1"))


@given(preferences=_PREFERENCES, topic=_TEXTS)
def test_any_preference_can_be_asked_for(preferences: dict[str, Any], topic: str) -> None:
    """On one line of JSON, or it is refused."""
    with suppress(ContentFilteredError):
        question = ideas_request(CONTEXT, _brief(preferences, topic=topic)).messages[1].text
        json.loads(question.split("\n")[1])


@given(parts=st.lists(_PARTS, min_size=4, max_size=5), platform=st.sampled_from(sorted(PLATFORMS)))
def test_any_answer_is_read_or_unusable(parts: list[dict[str, Any]], platform: str) -> None:
    """What is read fits the published shape and the platform."""
    brief = _brief({"language": "en"}, platform)
    ideas = [{**REST, **idea, **part} for idea, part in zip((*IDEAS, IDEAS[0]), parts, strict=False)]
    with suppress(UnusableAnswerError):
        drafts = read_ideas(json.dumps({"language": "en", "ideas": ideas}), brief, rules=RULES).drafts
        result = ContentSuggestionsResult(
            ideas=[idea_of(draft, brief) for draft in drafts],
            limits=limits_of(brief),
            language="en",
            model="m",
        )
        for idea in result.ideas:
            published = " ".join((idea.text, *(f"#{tag}" for tag in idea.hashtags)))
            assert idea.length == length_of(published, brief.platform.counting) <= brief.text_length
            assert len(idea.hashtags) <= brief.hashtags


@given(answer=_JSON)
def test_any_json_is_read_or_unusable(answer: Any) -> None:
    with suppress(UnusableAnswerError):
        read_ideas(json.dumps({"ideas": answer}), _brief({}), rules=RULES)
    with suppress(UnusableAnswerError):
        read_ideas(json.dumps(answer), _brief({}), rules=RULES)
