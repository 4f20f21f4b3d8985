"""What a `chat.suggest` job carries and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import AliasChoices, Field

from shared.contracts import WireModel

#: OnlyFans-like platforms cut messages far below this; the cap bounds the prompt and its price.
MAX_MESSAGE_CHARACTERS = 8_000
MAX_RECENT_MESSAGES = 200


class RecentMessage(WireModel):
    """One earlier line of the conversation."""

    sender: Annotated[
        str,
        Field(validation_alias=AliasChoices("sender", "from", "role", "author"), serialization_alias="from"),
    ] = "fan"
    text: Annotated[
        str,
        Field(
            max_length=MAX_MESSAGE_CHARACTERS,
            validation_alias=AliasChoices("text", "content", "message"),
            serialization_alias="text",
        ),
    ]


class Persona(WireModel):
    """How the creator wants to sound."""

    name: str | None = None
    style: str | None = None
    language: str | None = None
    limits: Sequence[str] = ()


class ChatContext(WireModel):
    """What the front end knows of the conversation; every part is optional."""

    fan_name: Annotated[str, Field(max_length=200)] | None = None
    tier: Annotated[str, Field(max_length=100)] | None = None
    persona: Persona | Annotated[str, Field(max_length=4_000)] | None = None
    recent_messages: Annotated[
        Sequence[RecentMessage | Annotated[str, Field(max_length=MAX_MESSAGE_CHARACTERS)]],
        Field(
            max_length=MAX_RECENT_MESSAGES,
            validation_alias=AliasChoices("recentMessages", "recent_messages", "messages", "history"),
            serialization_alias="recentMessages",
        ),
    ] = ()


class ChatPayload(WireModel):
    """The payload of a `chat.suggest` job."""

    fan_message: Annotated[str, Field(min_length=1, max_length=MAX_MESSAGE_CHARACTERS, strict=True)]
    context: ChatContext = ChatContext()
    conversation_id: str | int | None = None


class Suggestion(WireModel):
    """One reply, ready to be tapped."""

    text: Annotated[str, Field(min_length=1, max_length=1_000)]
    tone: Annotated[str, Field(min_length=1, max_length=60)]
    intent: Annotated[str, Field(min_length=1, max_length=120)]


class ChatResult(WireModel):
    """The result of a `chat.suggest` job: exactly three distinct suggestions."""

    suggestions: Annotated[list[Suggestion], Field(min_length=3, max_length=3)]
    language: str
    model: str
    cached: bool = False
