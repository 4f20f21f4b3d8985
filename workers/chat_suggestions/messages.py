"""What a `chat.suggest` job carries and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Literal

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
    #: The front end's identifier of the conversation: its newest message makes earlier ones pointless.
    conversation_id: str | int | None = None
    #: The front end's identifier of the fan, who stands for the conversation where that has none.
    fan_id: str | int | None = None

    @property
    def chat(self) -> ChatContext:
        """What is known of the conversation; nothing, if nothing was said."""
        return self.context or ChatContext()


def thread_of(payload: ChatPayload) -> str | None:
    """Return what names a message's conversation; `None` if nothing does."""
    if payload.conversation_id not in {None, ""}:
        return f"conversation:{payload.conversation_id}"
    return f"fan:{payload.fan_id}" if payload.fan_id not in {None, ""} else None


class FlagCode(StrEnum):
    """What the platform forbids."""

    #: The fan is, or asks for, somebody under 18.
    MINOR = "MINOR"
    #: A meeting in person is to be paid for.
    MEETING_FOR_MONEY = "MEETING_FOR_MONEY"
    #: Money is to pass by the platform.
    OFF_PLATFORM_PAYMENT = "OFF_PLATFORM_PAYMENT"
    #: The creator's private data are asked for or threatened to be told.
    DOXXING = "DOXXING"
    #: A model refused to write, twice, and did not say why in one of the other codes.
    REFUSED = "REFUSED"


class Flag(WireModel):
    """Something forbidden in a conversation; the suggestions beside it decline."""

    code: FlagCode
    #: `rules` for a clear case, which no model was asked about; `model` for one that a model saw.
    source: Literal["rules", "model"]


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
    #: The deployment that wrote them; `prewritten` for those that no model wrote.
    model: str
    #: Whether they were served again without asking the model.
    cached: bool = False
    #: Whether they are of the creator's bank of lines for everyday messages.
    from_bank: bool = False
    #: A newer message of the same conversation has come: these are to be ignored, and cost nothing.
    superseded: bool = False
    #: What is forbidden in the conversation; mostly nothing.
    flags: Sequence[Flag] = ()
