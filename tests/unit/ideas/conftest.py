"""A job for ideas and its pieces."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from shared.contracts import JobType
from shared.messaging.worker import JobContext
from shared.persistence.creators import CreatorProfile
from workers.content_suggestions.brief import Brief, brief_of
from workers.content_suggestions.messages import ContentSuggestionsPayload

IDEAS: tuple[dict[str, Any], ...] = (
    {
        "title": "Guess the beach",
        "text": "Sand in my shoes, phone almost dead, zero regrets. Guess which beach?",
        "hook": "Zero regrets.",
        "call_to_action": "Guess in the comments.",
    },
    {
        "title": "Before I press record",
        "text": "This is what my room really looks like five minutes before a shoot.",
        "hook": "You were not supposed to see this.",
        "call_to_action": "Tell me what you spotted first.",
    },
    {
        "title": "A small confession",
        "text": "I rehearse my laugh in the mirror, and the second one always wins.",
        "hook": "I have to admit something.",
        "call_to_action": "Your turn to admit something.",
    },
    {
        "title": "Red or black",
        "text": "Two dresses, one evening, no idea. You decide for me tonight!",
        "hook": "Help.",
        "call_to_action": "Vote with an emoji.",
    },
)
REST: dict[str, Any] = {
    "hashtags": ["beachday"],
    "best_time": {
        "when": "Friday 18:00-21:00",
        "reason": "General knowledge: evenings.",
        "basis": "general",
    },
    "reason": "A question invites replies.",
    "price": None,
}


@pytest.fixture
def context() -> JobContext:
    """A claimed job with a second left."""
    return JobContext(
        job_id="job_1",
        job_type=JobType.CONTENT_SUGGEST,
        creator_id="123",
        attempt=0,
        epoch=0,
        deadline=1.0,
    )


@pytest.fixture
def payload() -> Callable[..., ContentSuggestionsPayload]:
    """Make a payload as the front end sends it."""

    def _payload(**fields: Any) -> ContentSuggestionsPayload:
        return ContentSuggestionsPayload.model_validate(
            {"platform": "instagram", "contentType": "post", **fields}
        )

    return _payload


@pytest.fixture
def brief(payload: Callable[..., ContentSuggestionsPayload]) -> Callable[..., Brief]:
    """Make a brief of a payload and what is known of the creator."""

    def _brief(profile: CreatorProfile | None = None, **fields: Any) -> Brief:
        return brief_of(payload(**fields), profile or CreatorProfile(creator_id="123"))

    return _brief


@pytest.fixture
def written() -> Callable[..., str]:
    """Write an answer as a model does, every idea changed in some parts."""

    def _written(*, language: object = "en", ideas: object = None, **changes: Any) -> str:
        usual = [{**REST, **idea, **changes} for idea in IDEAS]
        return json.dumps({"language": language, "ideas": usual if ideas is None else ideas})

    return _written
