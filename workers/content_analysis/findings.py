"""What analysing a piece of content yields beside its scores, as the result of `content.analyze` shows it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.contracts import WireModel

Score = Annotated[int, Field(ge=0, le=100)]
Sentence = Annotated[str, Field(min_length=1, max_length=500)]
Share = Annotated[float, Field(ge=0, le=1)]
Amount = Annotated[float, Field(ge=0)]


class ContentKind(StrEnum):
    """What the content turned out to be, whatever it was called."""

    TEXT = "text"
    IMAGE = "image"
    VIDEO = "video"


class Sentiment(StrEnum):
    """The mood that the content conveys."""

    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"
    MIXED = "mixed"


class SafetyCategory(StrEnum):
    """What a platform may object to."""

    NUDITY = "nudity"
    SEXUAL = "sexual"
    POSSIBLE_MINOR = "possible_minor"
    VIOLENCE = "violence"
    WEAPONS = "weapons"
    DRUGS = "drugs"
    SELF_HARM = "self_harm"
    HATE = "hate"
    HARASSMENT = "harassment"
    #: Names, addresses, faces of others, or a file that tells where it was made.
    PERSONAL_DATA = "personal_data"
    OFF_PLATFORM_PAYMENT = "off_platform_payment"
    MEETING_IN_PERSON = "meeting_in_person"
    SPAM = "spam"
    TRADEMARK = "trademark"
    OTHER = "other"


class Severity(StrEnum):
    """How serious a finding is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class SafetyFinding(WireModel):
    """Something that a platform may object to; a hint, never a verdict."""

    category: SafetyCategory
    severity: Severity
    note: Sentence


class Recommendation(WireModel):
    """One thing to do."""

    #: What it is about: `caption`, `light`, `crop`, `hook`, `price`, `posting_time`, …
    topic: Annotated[str, Field(min_length=1, max_length=60)]
    text: Annotated[str, Field(min_length=1, max_length=1_000)]


class Outlook(StrEnum):
    """How the content will do beside what this creator usually publishes."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Expected(WireModel):
    """What a figure will likely be, computed from the creator's own past."""

    #: `views`, `likes`, `comments`, `revenue`, `engagement_rate`, …
    metric: str
    low: Amount
    typical: Amount
    high: Amount
    #: Of how many past pieces of content that is told.
    sample: Annotated[int, Field(ge=1)]


class Engagement(WireModel):
    """How people will take to the content."""

    outlook: Outlook
    #: 100 is the best. Of content that is published, where it stands among the creator's past, in per cent.
    score: Score
    reasons: Sequence[Sentence] = ()
    #: Empty when nothing is known of the past.
    expected: Sequence[Expected] = ()


class MeasuredMetric(WireModel):
    """One figure of the content, beside the creator's past."""

    metric: str
    value: Amount | None = None
    #: Of the past.
    median: Amount | None = None
    #: The share of the past that did no better, in per cent.
    percentile: Annotated[float, Field(ge=0, le=100)] | None = None
    #: Of how many past pieces of content that is told.
    sample: Annotated[int, Field(ge=0)] = 0


class MediaFacts(WireModel):
    """What was measured in a picture or a video."""

    #: As shown, after rotation.
    width: Annotated[int, Field(gt=0)]
    #: As shown, after rotation.
    height: Annotated[int, Field(gt=0)]
    size_bytes: Annotated[int, Field(ge=0)]
    #: `jpeg`, `png`, `webp`, `gif`, or a video's container.
    format: str
    #: Variance of the Laplacian at 270 pixels: under 15 it looks soft. Of pictures only.
    sharpness: Amount | None = None
    #: 0 to 1: neither dark nor bright, with little lost. Of pictures only.
    exposure: Share | None = None
    brightness: Share | None = None
    #: Faces that look into the camera; some are missed.
    faces: Annotated[int, Field(ge=0)] | None = None
    duration_seconds: Amount | None = None
    scene_count: Annotated[int, Field(ge=0)] | None = None
    #: `none`, `silence`, `no_speech` or `speech`. Of videos only.
    sound: str | None = None


class Part(StrEnum):
    """A part of the analysis that may be left out."""

    #: All that only a look at the pictures tells.
    VISION = "vision"
    #: All that is judged: sentiment, aspects, engagement, recommendations.
    JUDGEMENT = "judgement"
    #: Thinking it through at length; a shorter judgement is there.
    DEPTH = "depth"


class Skipped(WireModel):
    """A part of the analysis that is missing, and why."""

    part: Part
    reason: Annotated[str, Field(min_length=1, max_length=300)]


class Costs(WireModel):
    """What this analysis used up."""

    input_tokens: Annotated[int, Field(ge=0)] = 0
    output_tokens: Annotated[int, Field(ge=0)] = 0
    downloaded_bytes: Annotated[int, Field(ge=0)] = 0
    cpu_seconds: Amount = 0.0
