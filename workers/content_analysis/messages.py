"""What a `content.analyze` job carries and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from shared.contracts import WireModel
from workers.content_analysis.findings import (
    ContentKind,
    Costs,
    Engagement,
    MeasuredMetric,
    MediaFacts,
    Recommendation,
    SafetyFinding,
    Score,
    Sentence,
    Sentiment,
    Skipped,
)

#: A presigned S3 URL with a session token has some 2,000 characters; browsers stop at twice that.
MAX_URL_CHARACTERS = 4_096
MAX_TEXT_CHARACTERS = 50_000


class ContentAnalysisPayload(WireModel):
    """The payload of a `content.analyze` job: a URL, a text, or both."""

    #: The front end's identifier of the content, for its own use.
    content_id: str | int | None = None
    #: What it is to the creator: `photo`, `video`, `post`, `ppv`, … The file itself tells how it is read.
    content_type: Annotated[str, Field(min_length=1, max_length=60, strict=True)]
    #: The content itself where it is a text, such as a post or a message.
    text: Annotated[str, Field(max_length=MAX_TEXT_CHARACTERS, strict=True)] | None = None
    #: What is published beside a picture or a video.
    caption: Annotated[str, Field(max_length=MAX_TEXT_CHARACTERS, strict=True)] | None = None
    #: Where the content can be read, usually a presigned URL; it must outlive the job's deadline. A job
    #: without it needs a `text` or a `caption`, else it fails with `INVALID_PAYLOAD`.
    content_url: Annotated[str, Field(min_length=1, max_length=MAX_URL_CHARACTERS, strict=True)] | None = None
    #: What to look at, such as `quality` or `engagement`; everything when absent. `deep` is thought through
    #: at length, `quick` never.
    analysis_type: Annotated[str, Field(min_length=1, max_length=60, strict=True)] | None = None
    #: Figures such as views, likes, comments or revenue: of this content, once it is published, by their
    #: names; of past content as a list, here or under `past`.
    metrics: dict[str, Any] | list[dict[str, Any]] | None = None
    #: What the front end knows of the content (title, platform, language, price, …); context for the model.
    metadata: dict[str, Any] | None = None


class Aspect(WireModel):
    """One side of the content, judged."""

    #: `composition`, `lighting`, `wording`, `engagement`, …
    name: Annotated[str, Field(min_length=1, max_length=60)]
    #: 100 is the best.
    score: Score
    reason: Sentence


class ContentAnalysisResult(WireModel):
    """The result of a `content.analyze` job; it may be partial, and then says what was skipped."""

    summary: Annotated[str, Field(min_length=1, max_length=2_000)]
    #: The whole, 100 being the best.
    score: Score
    aspects: Sequence[Aspect] = ()
    strengths: Sequence[Sentence] = ()
    #: What to change, the most useful first: the texts of `recommendations`.
    improvements: Sequence[Sentence] = ()
    tags: Sequence[Annotated[str, Field(min_length=1, max_length=60)]] = ()
    #: What a platform's rules may object to: the notes of `safety`; empty when nothing was found.
    warnings: Sequence[Sentence] = ()
    #: BCP 47 language of the texts.
    language: str
    #: The deployment that judged; `rules` when no model could be asked.
    model: str
    #: Whether it was served again without asking the model.
    cached: bool = False
    #: What the content turned out to be.
    content_kind: ContentKind | None = None
    sentiment: Sentiment | None = None
    #: What is seen, in English.
    description: str | None = None
    engagement: Engagement | None = None
    #: The figures that came with the job, computed.
    metrics: Sequence[MeasuredMetric] = ()
    safety: Sequence[SafetyFinding] = ()
    #: The most useful first.
    recommendations: Sequence[Recommendation] = ()
    media: MediaFacts | None = None
    #: The deployment that looked at the pictures; absent when none was asked.
    vision_model: str | None = None
    #: Whether it was thought through at length.
    deep: bool = False
    skipped: Sequence[Skipped] = ()
    costs: Costs | None = None
