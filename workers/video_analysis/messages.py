"""What a `video.analysis` job carries and what it answers.

A video is analysed under a deadline: whatever could not be done in time is named in `skipped`, and what was
found is still returned.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from shared.contracts import WireModel
from workers.video_analysis.insights import (
    Costs,
    Hook,
    SafetyFinding,
    ScreenText,
    Seconds,
    Sentiment,
    Share,
    SuggestedCut,
    TechnicalReport,
    TimelineEntry,
    Virality,
)

#: A presigned S3 URL with a session token has some 2,000 characters; browsers stop at twice that.
MAX_URL_CHARACTERS = 4_096


class VideoPayload(WireModel):
    """The payload of a `video.analysis` job."""

    #: Where the video can be read, usually a presigned URL; it must outlive the job's deadline.
    video_url: Annotated[str, Field(min_length=1, max_length=MAX_URL_CHARACTERS, strict=True)]
    #: The front end's identifier of the video, for its own use.
    video_id: str | int | None = None
    #: What the front end knows of the video (title, caption, platform, …); context for the model.
    metadata: dict[str, Any] | None = None


class VideoFacts(WireModel):
    """What the file itself says."""

    duration_seconds: Seconds
    #: As shown, after rotation.
    width: Annotated[int, Field(gt=0)]
    #: As shown, after rotation.
    height: Annotated[int, Field(gt=0)]
    #: The mean rate; phones record at a variable one.
    frames_per_second: Annotated[float, Field(gt=0)] | None = None
    size_bytes: Annotated[int, Field(ge=0)]
    video_codec: str
    #: Absent when the video is silent.
    audio_codec: str | None = None


class Transition(StrEnum):
    """How a scene begins."""

    START = "start"
    CUT = "cut"
    GRADUAL = "gradual"


class Scene(WireModel):
    """A stretch of the video between two cuts, with the frame that stands for it."""

    #: Seconds from the beginning, by the file's own timestamps.
    start_seconds: Seconds
    end_seconds: Seconds
    transition: Transition = Transition.CUT
    #: Where the scene's key frame is: the sharpest one.
    key_frame_seconds: Seconds
    #: What the key frame shows.
    description: str | None = None
    key_frame_url: str | None = None


class DetectedObject(WireModel):
    """Something that is seen in the video."""

    label: Annotated[str, Field(min_length=1, max_length=120)]
    #: Indexes into `scenes` of the scenes that show it: the evidence.
    scenes: Sequence[Annotated[int, Field(ge=0)]] = ()
    confidence: Share | None = None


class TranscriptStatus(StrEnum):
    """Where the transcript is."""

    READY = "ready"
    #: It follows later, in an event `job.enriched`.
    PENDING = "pending"
    #: The video has no sound, or nobody speaks.
    NO_SPEECH = "no_speech"
    UNAVAILABLE = "unavailable"


class TranscriptWay(StrEnum):
    """How the words were had: a matter of price and time."""

    #: In a batch, fetched later: the cheapest.
    BATCH = "batch"
    #: At once, within the job's deadline.
    FAST = "fast"
    #: Streamed: for very short clips.
    STREAMED = "streamed"


class TranscriptPhrase(WireModel):
    """One phrase with its place in the video."""

    start_seconds: Seconds
    end_seconds: Seconds
    text: str


class Transcript(WireModel):
    """What is said in the video."""

    status: TranscriptStatus
    #: BCP 47 language, such as `en-US`.
    language: str | None = None
    text: str = ""
    phrases: Sequence[TranscriptPhrase] = ()
    #: How the words were had; absent while there are none.
    way: TranscriptWay | None = None


class Advice(WireModel):
    """One thing the creator can do to present this video better."""

    #: What it is about: `title`, `caption`, `hook`, `length`, `price`, `posting_time`, …
    topic: Annotated[str, Field(min_length=1, max_length=60)]
    text: Annotated[str, Field(min_length=1, max_length=1_000)]
    #: Index into `scenes` of the scene that the advice is about.
    scene: Annotated[int, Field(ge=0)] | None = None


class Thumbnail(WireModel):
    """The frame to show before the video plays."""

    url: str
    at_seconds: Seconds
    width: Annotated[int, Field(gt=0)]
    height: Annotated[int, Field(gt=0)]
    #: Why this frame was chosen.
    reason: str | None = None
    #: How sharp and well lit it is, and whether somebody looks at you, 0 to 1.
    score: Share | None = None
    #: How many faces were found.
    faces: Annotated[int, Field(ge=0)] | None = None


class CompressedCopy(WireModel):
    """A smaller copy of the video, for delivery."""

    url: str
    size_bytes: Annotated[int, Field(ge=0)]
    width: Annotated[int, Field(gt=0)]
    height: Annotated[int, Field(gt=0)]


class Damage(WireModel):
    """What is broken in the file; the rest was analysed."""

    #: The share of the frames looked at that could not be decoded cleanly.
    corrupt_frames: Share = 0.0
    #: Where the readable part ends, if that is before the stated duration.
    ends_at_seconds: Seconds | None = None


class Part(StrEnum):
    """A part of the analysis that may be left out."""

    SCENES = "scenes"
    OBJECTS = "objects"
    TRANSCRIPT = "transcript"
    ADVICE = "advice"
    THUMBNAIL = "thumbnail"
    COMPRESSED_COPY = "compressed_copy"
    #: All that only a look at the pictures tells: descriptions, people, text, mood, safety.
    VISION = "vision"
    #: All that is written about the video as a whole: summary, caption, cuts, advice.
    SYNTHESIS = "synthesis"


class Skipped(WireModel):
    """A part of the analysis that is missing, and why."""

    part: Part
    reason: Annotated[str, Field(min_length=1, max_length=300)]


class VideoResult(WireModel):
    """The result of a `video.analysis` job; it may be partial, and then says what was skipped."""

    video: VideoFacts
    summary: str | None = None
    #: In order, without gaps.
    scenes: Sequence[Scene] = ()
    objects: Sequence[DetectedObject] = ()
    transcript: Transcript | None = None
    advice: Sequence[Advice] = ()
    thumbnail: Thumbnail | None = None
    #: Absent when the original is small enough already.
    compressed_copy: CompressedCopy | None = None
    damage: Damage | None = None
    skipped: Sequence[Skipped] = ()
    #: The deployment that described the scenes; absent when no model was asked.
    model: str | None = None
    #: The most people that are seen at once.
    people_count: Annotated[int, Field(ge=0)] | None = None
    #: Where it takes place.
    setting: str | None = None
    text_on_screen: Sequence[ScreenText] = ()
    mood: str | None = None
    style: str | None = None
    hook: Hook | None = None
    safety: Sequence[SafetyFinding] = ()
    timeline: Sequence[TimelineEntry] = ()
    sentiment: Sentiment | None = None
    topics: Sequence[str] = ()
    #: A caption that can be posted as it stands.
    caption: str | None = None
    cuts: Sequence[SuggestedCut] = ()
    virality: Virality | None = None
    #: The best first; `thumbnail` is the one that was chosen among them.
    thumbnail_candidates: Sequence[Thumbnail] = ()
    #: Numbered key frames in one picture each: what the model was shown.
    contact_sheet_urls: Sequence[str] = ()
    technical: TechnicalReport | None = None
    #: BCP 47 language of summary, caption and advice.
    language: str | None = None
    #: The deployment that wrote summary, caption and advice.
    synthesis_model: str | None = None
    costs: Costs | None = None
