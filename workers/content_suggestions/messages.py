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
    #: Whatever else the creator wants respected; context for the model. Read by name: `language`, `persona`,
    #: `limits`, `forbiddenWords`, `currency`, `priceMin`, `priceMax`, `count` (3 to 5), `alreadyUsed` (titles
    #: not to be repeated) and when fans are active (`activeHours`, `audienceActivity`, `bestTimes`).
    preferences: dict[str, Any] | None = None


class Basis(StrEnum):
    """What an advice stands on."""

    #: What the payload or the creator's profile tells, such as when fans are active.
    GIVEN = "given"
    #: General knowledge of the platform; nothing is known of this creator's fans.
    GENERAL = "general"


class BestTime(WireModel):
    """When to publish, in the creator's local time."""

    #: Such as `Friday 18:00-21:00`.
    when: Annotated[str, Field(min_length=1, max_length=80)]
    #: Why then.
    reason: Annotated[str, Field(min_length=1, max_length=300)]
    #: `given` by the payload or the profile, or `general` knowledge.
    basis: Basis = Basis.GENERAL


class PriceIdea(WireModel):
    """What fans may be asked to pay for it."""

    #: In the currency's own unit, within what the platform takes.
    amount: Annotated[float, Field(gt=0)]
    #: ISO 4217, from the preferences; `USD` when they name none.
    currency: Annotated[str, Field(min_length=3, max_length=3)]
    #: Why so much.
    reason: Annotated[str, Field(max_length=300)] | None = None


class PlatformLimits(WireModel):
    """What the ideas were held to; a platform that is not known is held to what fits everywhere."""

    #: The platform as it was understood; `other` when it was not.
    platform: str
    #: The longest text, its hashtags included.
    text_length: int
    #: What that counts: `characters`, `utf16`, `bytes` or `weighted` (X's own rules).
    counting: str
    #: The most of them; none in a private message.
    hashtags: int
    #: Whether the figures are published; the others are what creators report.
    is_verified: bool


class Idea(WireModel):
    """One idea, ready to be used or edited."""

    title: Annotated[str, Field(min_length=1, max_length=120)]
    #: The caption, message or script itself, complete without the parts below.
    text: Annotated[str, Field(min_length=1, max_length=2_000)]
    #: The words or the picture that make fans stop.
    hook: Annotated[str, Field(max_length=200)] | None = None
    #: Without the leading `#`.
    hashtags: Sequence[Annotated[str, Field(min_length=1, max_length=60)]] = ()
    #: How long text and hashtags are together, as the platform counts.
    length: Annotated[int, Field(ge=0)] | None = None
    #: Always there; what it stands on is told.
    best_time: BestTime | None = None
    #: For `ppv` on a platform that sells.
    price: PriceIdea | None = None
    #: What the fan is invited to do.
    call_to_action: Annotated[str, Field(max_length=200)] | None = None
    #: Why it may work for this creator and platform.
    reason: Annotated[str, Field(max_length=300)] | None = None


class ContentSuggestionsResult(WireModel):
    """The result of a `content.suggest` job."""

    #: The best first.
    ideas: Annotated[list[Idea], Field(min_length=1, max_length=10)]
    tone: Tone | None = None
    #: What the platform takes, and whether that is known for certain.
    limits: PlatformLimits | None = None
    #: BCP 47 language of the ideas.
    language: str
    #: The deployment that wrote them.
    model: str
    #: Whether they were served again without asking the model.
    cached: bool = False
