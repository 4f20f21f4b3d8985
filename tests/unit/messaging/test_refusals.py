"""What a front-end developer reads when a message is refused."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from shared.contracts import Envelope
from shared.messaging.refusals import reason
from workers.chat_suggestions.messages import ChatPayload
from workers.content_suggestions.messages import ContentSuggestionsPayload

ENVELOPE = {"jobId": "job_1", "jobType": "chat.suggest", "creatorId": "1", "payload": {}}


@pytest.mark.parametrize(
    ("model", "value", "said"),
    [
        (ChatPayload, {}, "fanMessage: is missing"),
        (ChatPayload, {"fanMessage": ""}, "fanMessage: must not be empty"),
        (ChatPayload, {"fanMessage": "x" * 8_001}, "fanMessage: has more than 8000 characters"),
        (ChatPayload, {"fanMessage": "x", "context": 3}, "context: must be an object"),
        (
            ChatPayload,
            {"fanMessage": "x", "context": {"persona": 5}},
            "context.persona: must be an object or must be text",
        ),
        (
            ChatPayload,
            {"fanMessage": "x", "context": {"recentMessages": [3]}},
            "context.recentMessages.0: must be an object or must be text",
        ),
        (
            ChatPayload,
            {"fanMessage": "x", "context": {"recentMessages": "hi"}},
            "context.recentMessages: must be a list",
        ),
        (
            ChatPayload,
            {"fanMessage": "x", "conversationId": []},
            "conversationId: must be text or must be a whole number",
        ),
        (Envelope, {**ENVELOPE, "jobId": "a b"}, "jobId: is too long or has characters that are not allowed"),
        (Envelope, {**ENVELOPE, "payload": []}, "payload: must be an object"),
        (Envelope, {**ENVELOPE, "attempt": -1}, "attempt: must be at least 0"),
        (Envelope, {**ENVELOPE, "deadlineMs": 10**9}, "deadlineMs: must be at most 540000"),
        (Envelope, {**ENVELOPE, "deadlineMs": "soon"}, "deadlineMs: must be a whole number"),
        (
            Envelope,
            {**ENVELOPE, "createdAt": "yesterday"},
            "createdAt: must be a date and time such as 2026-11-24T10:00:00.000Z",
        ),
        (Envelope, {}, "jobId: is missing; jobType: is missing; creatorId: is missing (and 1 more)"),
    ],
)
def test_a_reason_is_for_people(model: type[BaseModel], value: dict[str, Any], said: str) -> None:
    """The field by its published name, and what it should have been."""
    with pytest.raises(ValidationError) as caught:
        model.model_validate(value)
    assert reason(caught.value) == said


def test_a_choice_is_named() -> None:
    """What would have been taken."""
    with pytest.raises(ValidationError) as caught:
        ContentSuggestionsPayload.model_validate({"platform": "onlyfans", "contentType": "poem"})
    assert reason(caught.value).startswith("contentType: must be one of 'post', 'message'")


def test_a_reason_quotes_no_value() -> None:
    """Values are fans' words, and format strings."""
    with pytest.raises(ValidationError) as caught:
        ChatPayload.model_validate({"fanMessage": {"{error}": "hush"}, "context": "hush {expected}"})
    assert "hush" not in reason(caught.value)
