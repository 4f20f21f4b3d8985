"""What each kind of job's payload has to be: an operator's replays and edits are held to it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from shared.contracts import JobType
from shared.errors import InvalidPayloadError

if TYPE_CHECKING:
    from pydantic import BaseModel


def check_payload(job_type: JobType, payload: Mapping[str, Any]) -> None:
    """Check that a worker would take the payload.

    Raises:
        InvalidPayloadError: it would not; the reason names fields and never quotes values.
    """
    from pydantic import ValidationError

    from shared.messaging.refusals import reason

    try:
        _contracts()[job_type].model_validate(payload)
    except ValidationError as error:
        raise InvalidPayloadError(reason(error)) from None


@cache
def _contracts() -> Mapping[JobType, type[BaseModel]]:
    from workers.chat_suggestions.messages import ChatPayload
    from workers.content_analysis.messages import ContentAnalysisPayload
    from workers.content_suggestions.messages import ContentSuggestionsPayload
    from workers.video_analysis.copies import CopyPayload
    from workers.video_analysis.messages import VideoPayload
    from workers.video_analysis.transcripts import TranscriptPayload

    return {
        JobType.VIDEO_ANALYSIS: VideoPayload,
        JobType.CHAT_SUGGEST: ChatPayload,
        JobType.CONTENT_SUGGEST: ContentSuggestionsPayload,
        JobType.CONTENT_ANALYZE: ContentAnalysisPayload,
        JobType.VIDEO_TRANSCRIPT: TranscriptPayload,
        JobType.VIDEO_COMPRESS: CopyPayload,
    }
