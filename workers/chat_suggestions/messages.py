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

    #: `fan` or `creator`; also read as `from`, `role` or `author`.
    sender: Annotated[
        str,
        Field(validation_alias=AliasChoices("sender", "from", "role", "author"), serialization_alias="from"),
    ] = "fan"
    #: What was written; also read as `content` or `message`.
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

    #: Who speaks.
    name: str | None = None
    #: Manner of speaking, such as `warm, teasing`.
    style: str | None = None
    #: BCP 47 language for when the fan's own can't be told.
    language: str | None = None
    #: What must never be said or promised.
    limits: Sequence[str] = ()


class ChatContext(WireModel):
    """What the front end knows of the conversation; every part is optional."""

    #: How the fan is addressed.
    fan_name: Annotated[str, Field(max_length=200)] | None = None
    #: The fan's subscription, such as `vip`.
    tier: Annotated[str, Field(max_length=100)] | None = None
    #: How the creator wants to sound, in fields or in words.
    persona: Persona | Annotated[str, Field(max_length=4_000)] | None = None
    #: The conversation so far, the oldest first; also read as `messages` or `history`.
    recent_messages: Annotated[
        Sequence[RecentMessage | Annotated[str, Field(max_length=MAX_MESSAGE_CHARACTERS)]] | None,
        Field(
            max_length=MAX_RECENT_MESSAGES,
            validation_alias=AliasChoices("recentMessages", "recent_messages", "messages", "history"),
            serialization_alias="recentMessages",
        ),
    ] = None


class ChatPayload(WireModel):
    """The payload of a `chat.suggest` job."""

    #: The message to answer.
    fan_message: Annotated[str, Field(min_length=1, max_length=MAX_MESSAGE_CHARACTERS, strict=True)]
    #: Whatever is known makes the suggestions fit better.
    context: ChatContext | None = None
    #: The front end's identifier of the conversation, for its own use.
    conversation_id: str | int | None = None

    @property
    def chat(self) -> ChatContext:
        """What is known of the conversation; nothing, if nothing was said."""
        return self.context or ChatContext()


class Suggestion(WireModel):
    """One reply, ready to be tapped."""

    #: What to send, as it stands.
    text: Annotated[str, Field(min_length=1, max_length=1_000)]
    #: How it sounds, in a word or two.
    tone: Annotated[str, Field(min_length=1, max_length=60)]
    #: What it is meant to do, in a few words.
    intent: Annotated[str, Field(min_length=1, max_length=120)]


class ChatResult(WireModel):
    """The result of a `chat.suggest` job: exactly three distinct suggestions."""

    suggestions: Annotated[list[Suggestion], Field(min_length=3, max_length=3)]
    #: BCP 47 language of the suggestions.
    language: str
    #: The deployment that wrote them.
    model: str
    #: Whether they were served again without asking the model.
    cached: bool = False
