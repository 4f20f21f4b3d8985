"""What a `content.analyze` job carries and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from shared.contracts import WireModel

#: A presigned S3 URL with a session token has some 2,000 characters; browsers stop at twice that.
MAX_URL_CHARACTERS = 4_096

Score = Annotated[int, Field(ge=0, le=100)]
Sentence = Annotated[str, Field(min_length=1, max_length=500)]


class ContentAnalysisPayload(WireModel):
    """The payload of a `content.analyze` job."""

    #: The front end's identifier of the content, for its own use.
    content_id: str | int | None = None
    #: What the URL leads to: `photo`, `video`, `post`, …
    content_type: Annotated[str, Field(min_length=1, max_length=60, strict=True)]
    #: Where the content can be read, usually a presigned URL; it must outlive the job's deadline.
    content_url: Annotated[str, Field(min_length=1, max_length=MAX_URL_CHARACTERS, strict=True)]
    #: What to look at, such as `quality` or `engagement`; everything when absent.
    analysis_type: Annotated[str, Field(min_length=1, max_length=60, strict=True)] | None = None


class Aspect(WireModel):
    """One side of the content, judged."""

    #: `composition`, `lighting`, `wording`, `engagement`, …
    name: Annotated[str, Field(min_length=1, max_length=60)]
    #: 100 is the best.
    score: Score
    reason: Sentence


class ContentAnalysisResult(WireModel):
    """The result of a `content.analyze` job."""

    summary: Annotated[str, Field(min_length=1, max_length=2_000)]
    #: The whole, 100 being the best.
    score: Score
    aspects: Sequence[Aspect] = ()
    strengths: Sequence[Sentence] = ()
    #: What to change, the most useful first.
    improvements: Sequence[Sentence] = ()
    tags: Sequence[Annotated[str, Field(min_length=1, max_length=60)]] = ()
    #: What a platform's rules may object to; empty when nothing was found.
    warnings: Sequence[Sentence] = ()
    #: BCP 47 language of the texts.
    language: str
    #: The deployment that judged.
    model: str
    #: Whether it was served again without asking the model.
    cached: bool = False
