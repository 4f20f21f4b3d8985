"""What looking at a video and thinking about it yields, as the result of `video.analysis` shows it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.contracts import WireModel

Seconds = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
#: No sound is that far from full scale, in either direction.
Decibels = Annotated[float, Field(ge=-1_000, le=1_000)]


class ScreenText(WireModel):
    """Words that are seen in the picture: captions, signs."""

    text: Annotated[str, Field(min_length=1, max_length=300)]
    #: Indexes into `scenes` of the scenes that show them.
    scenes: Sequence[Annotated[int, Field(ge=0)]] = ()


class Hook(WireModel):
    """Whether the first seconds make people stay."""

    #: 0 (nobody stays) to 10 (nobody leaves).
    strength: Annotated[float, Field(ge=0, le=10)]
    reason: str | None = None
    #: How to make it stronger.
    advice: str | None = None


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
    PERSONAL_DATA = "personal_data"
    TRADEMARK = "trademark"
    OTHER = "other"


class Severity(StrEnum):
    """How serious a finding is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class SafetyFinding(WireModel):
    """Something in the picture that a platform may object to; a hint by a model, never a verdict."""

    category: SafetyCategory
    severity: Severity
    #: Index into `scenes` of the scene that shows it.
    scene: Annotated[int, Field(ge=0)]
    at_seconds: Seconds
    note: str | None = None


class TimelineEntry(WireModel):
    """What happens in a stretch of the video."""

    start_seconds: Seconds
    end_seconds: Seconds
    text: str


class Sentiment(StrEnum):
    """The mood that picture and words convey."""

    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"
    MIXED = "mixed"


class SuggestedCut(WireModel):
    """A stretch that the video is better without."""

    start_seconds: Seconds
    end_seconds: Seconds
    reason: Annotated[str, Field(min_length=1, max_length=400)]


class Virality(WireModel):
    """How likely the video is to be shared, thought through; only when it was asked for."""

    #: 0 (not at all) to 10.
    score: Annotated[float, Field(ge=0, le=10)]
    reasoning: str


class Stretch(WireModel):
    """A stretch of time."""

    start_seconds: Seconds
    end_seconds: Seconds


class SoundTrack(WireModel):
    """What the sound is like, without its words."""

    #: `none`, `silence`, `no_speech` (music or noise) or `speech`.
    kind: str
    channels: Annotated[int, Field(ge=0)] = 0
    #: EBU R 128 integrated loudness; platforms play at about -14.
    loudness_lufs: Decibels | None = None
    #: The highest sample, in dBFS.
    peak_dbfs: Decibels | None = None
    #: The share of the time in which somebody speaks.
    speech_share: Share = 0.0
    silences: Sequence[Stretch] = ()
    #: The sound begins this much after the picture (negative: before it).
    offset_seconds: Annotated[float, Field(ge=-3_600, le=3_600)] = 0.0


class TechnicalReport(WireModel):
    """What a technician would want to know of the file."""

    container: str
    pixel_format: str
    #: Clockwise, by which players turn the coded picture.
    rotation_degrees: int
    high_dynamic_range: bool
    #: The mean over the whole file.
    bits_per_second: Annotated[int, Field(ge=0)]
    scene_count: Annotated[int, Field(ge=0)]
    #: The mean length of a scene.
    scene_seconds: Seconds
    #: Where the picture is black.
    black: Sequence[Stretch] = ()
    sound: SoundTrack
    #: What was left out and why, in plain English.
    notes: Sequence[str] = ()


class Costs(WireModel):
    """What this analysis used up."""

    input_tokens: Annotated[int, Field(ge=0)] = 0
    output_tokens: Annotated[int, Field(ge=0)] = 0
    #: Sound that a speech service was paid for.
    audio_seconds: Seconds = 0.0
    downloaded_bytes: Annotated[int, Field(ge=0)] = 0
    cpu_seconds: Seconds = 0.0
