"""A chat job and its pieces."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from shared.contracts import JobType
from shared.messaging.worker import JobContext
from workers.chat_suggestions.messages import ChatPayload

TEXTS = (
    "Hey Tom, so good to hear from you!",
    "Careful, Tom, I might miss you too <3",
    "What made you smile?",
)


@pytest.fixture
def context() -> JobContext:
    """A claimed job with a second left."""
    return JobContext(
        job_id="job_1",
        job_type=JobType.CHAT_SUGGEST,
        creator_id="123",
        attempt=0,
        epoch=0,
        deadline=1.0,
    )


@pytest.fixture
def payload() -> Callable[..., ChatPayload]:
    """Make a payload as the front end sends it."""

    def _payload(fan_message: str = "I miss you", **context: Any) -> ChatPayload:
        return ChatPayload.model_validate({"fanMessage": fan_message, "context": context})

    return _payload


@pytest.fixture
def written() -> Callable[..., str]:
    """Write an answer as a model does."""

    def _written(*texts: str, language: object = "en", **changes: Any) -> str:
        drafts = [{"text": text, "tone": "warm", "intent": "connect", **changes} for text in texts or TEXTS]
        return json.dumps({"language": language, "suggestions": drafts})

    return _written
