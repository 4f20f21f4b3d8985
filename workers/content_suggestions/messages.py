"""What a `content.suggest` job carries and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from shared.contracts import WireModel


class ContentType(StrEnum):
    """What kind of content an idea is for."""

    POST = "post"
    MESSAGE = "message"
    #: Pay-per-view: content that a fan unlocks for a price.
    PPV = "ppv"
    STORY = "story"
    PHOTO = "photo"
    VIDEO = "video"


class Tone(StrEnum):
    """How the creator wants to sound."""

    SEDUCTIVE = "seductive"
    PLAYFUL = "playful"
    ROMANTIC = "romantic"
    BOLD = "bold"
    MYSTERIOUS = "mysterious"


class ContentSuggestionsPayload(WireModel):
    """The payload of a `content.suggest` job."""

    #: Where it will be published, such as `onlyfans` or `instagram`.
    platform: Annotated[str, Field(min_length=1, max_length=60, strict=True)]
    content_type: ContentType
    #: Left to the model when absent.
    tone: Tone | None = None
    topic: Annotated[str, Field(max_length=1_000, strict=True)] | None = None
    #: Whatever else the creator wants respected (language, limits, audience, …); context for the model.
    preferences: dict[str, Any] | None = None


class Idea(WireModel):
    """One idea, ready to be used or edited."""

    title: Annotated[str, Field(min_length=1, max_length=120)]
    #: The caption, message or script itself.
    text: Annotated[str, Field(min_length=1, max_length=2_000)]
    #: Without the leading `#`.
    hashtags: Sequence[Annotated[str, Field(min_length=1, max_length=60)]] = ()
    #: What the fan is invited to do.
    call_to_action: Annotated[str, Field(max_length=200)] | None = None
    #: Why it may work for this creator and platform.
    reason: Annotated[str, Field(max_length=300)] | None = None


class ContentSuggestionsResult(WireModel):
    """The result of a `content.suggest` job."""

    #: The best first.
    ideas: Annotated[list[Idea], Field(min_length=1, max_length=10)]
    tone: Tone | None = None
    #: BCP 47 language of the ideas.
    language: str
    #: The deployment that wrote them.
    model: str
    #: Whether they were served again without asking the model.
    cached: bool = False
