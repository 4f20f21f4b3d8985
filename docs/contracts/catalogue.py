"""Gathers what is published: the jobs with their payloads and results, and the error codes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel

from docs.contracts.topology import Subscription, subscriptions
from shared.contracts import PUBLISHED_JOB_TYPES, JobType
from shared.errors import JobError, PermanentError
from shared.messaging.policy import POLICIES, JobPolicy
from workers.chat_suggestions.messages import ChatPayload, ChatResult
from workers.content_analysis.messages import ContentAnalysisPayload, ContentAnalysisResult
from workers.content_suggestions.messages import ContentSuggestionsPayload, ContentSuggestionsResult
from workers.video_analysis.messages import VideoPayload, VideoResult

#: What each kind of job carries and answers.
MESSAGES: dict[JobType, tuple[type[BaseModel], type[BaseModel]]] = {
    JobType.VIDEO_ANALYSIS: (VideoPayload, VideoResult),
    JobType.CHAT_SUGGEST: (ChatPayload, ChatResult),
    JobType.CONTENT_SUGGEST: (ContentSuggestionsPayload, ContentSuggestionsResult),
    JobType.CONTENT_ANALYZE: (ContentAnalysisPayload, ContentAnalysisResult),
}


@dataclass(frozen=True, kw_only=True)
class JobContract:
    """One kind of job, as published."""

    job_type: JobType
    payload: type[BaseModel]
    result: type[BaseModel]
    policy: JobPolicy
    subscription: Subscription

    @property
    def package(self) -> str:
        """The worker's package under `workers/`."""
        return self.payload.__module__.split(".")[1]


@dataclass(frozen=True, kw_only=True)
class ErrorCode:
    """One value of `error.code`."""

    code: str
    meaning: str
    permanent: bool


def job_contracts() -> tuple[JobContract, ...]:
    """Return every kind of job that the front end may ask for, in the order of `JobType`."""
    takes = {subscription.job_type: subscription for subscription in subscriptions()}
    return tuple(
        JobContract(
            job_type=job_type,
            payload=MESSAGES[job_type][0],
            result=MESSAGES[job_type][1],
            policy=POLICIES[job_type],
            subscription=takes[job_type.value],
        )
        for job_type in PUBLISHED_JOB_TYPES
    )


def error_codes() -> tuple[ErrorCode, ...]:
    """Return every code of the error tree, permanent ones first, in the order of their classes."""
    found = [
        ErrorCode(code=error.code, meaning=summary(error), permanent=issubclass(error, PermanentError))
        for error in _descendants(JobError)
        if "code" in vars(error)
    ]
    return tuple(sorted(found, key=lambda entry: not entry.permanent))


def summary(documented: object) -> str:
    """Return the first line of a docstring."""
    return (documented.__doc__ or "").strip().partition("\n")[0]


def _descendants(error: type[JobError]) -> Iterator[type[JobError]]:
    for child in error.__subclasses__():
        yield child
        yield from _descendants(child)
