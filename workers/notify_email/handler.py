"""From an event to what its creator is told by mail, or to the decision to tell nothing.

What is worth a mail: a failure, since somebody has to do something, and a video's analysis, since nobody
stays and watches it for minutes; both at once, unless the creator got a letter a moment before. The results
of seconds (ideas, analyses of a post or a picture) are gathered: the creator is looking at them on the
screen. Chat suggestions never mail, whatever became of them: hundreds a day, each obsolete in a minute. Nor
do progress, parts that follow later, and jobs that only the workers ask for.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from pydantic import ValidationError

from shared.contracts import JobEvent, JobStatus, JobType
from shared.errors import InvalidPayloadError, JobCancelledError
from shared.mail.notices import Notice, NoticeKind
from shared.mail.posting import PostOffice
from shared.messaging.refusals import reason
from workers.notify_email.summaries import summary_of

logger = logging.getLogger(__name__)

_TOLD = frozenset({JobType.VIDEO_ANALYSIS, JobType.CONTENT_SUGGEST, JobType.CONTENT_ANALYZE})
_FAILURES = frozenset({JobStatus.FAILED, JobStatus.TIMEOUT})
#: Whoever cancelled a job knows.
_WISHED = frozenset({JobCancelledError.code})


async def notify(body: bytes, *, office: PostOffice) -> None:
    """Tell an event's creator, if it is worth a mail.

    Args:
        body: of the event's message.
        office: keeps the notice and sends the letter.

    Raises:
        InvalidPayloadError: it is no event.
        StoreUnavailableError: it may not be kept; the broker delivers it again.
    """
    if notice := notice_of(_event(body)):
        await office.tell(notice)


def notice_of(event: JobEvent) -> Notice | None:
    """Return what is told of an event; `None` if nothing is.

    Its id names the job and what became of it, never the attempt or the epoch: neither a redelivery nor a
    replay that ends as the job had ended tells it twice.
    """
    if event.creator_id is None or event.job_type not in _TOLD:
        return None
    if event.event_type == "job.completed":
        return Notice(
            notice_id=f"{event.job_id}:completed",
            recipient=event.creator_id,
            kind=NoticeKind.COMPLETED,
            body={"jobId": event.job_id, "jobType": event.job_type, **summary_of(event)},
            happened_at=_happened_at(event),
            urgent=event.job_type == JobType.VIDEO_ANALYSIS,
        )
    code = event.error.code if event.error else event.status.value.upper()
    if event.status in _FAILURES and code not in _WISHED:
        return Notice(
            notice_id=f"{event.job_id}:failed",
            recipient=event.creator_id,
            kind=NoticeKind.FAILED,
            body={"jobId": event.job_id, "jobType": event.job_type, "code": code},
            happened_at=_happened_at(event),
        )
    return None


def _event(body: bytes) -> JobEvent:
    try:
        return JobEvent.model_validate_json(body)
    except ValidationError as error:
        why = reason(error)
        logger.warning("A message is no event.", extra={"action": "event_refused", "reason": why})
        raise InvalidPayloadError(why) from None


def _happened_at(event: JobEvent) -> datetime:
    try:
        at = datetime.fromisoformat(event.updated_at)
    except ValueError:
        return datetime.now(UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
