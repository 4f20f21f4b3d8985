"""What a deployment's failure means to those who decide what to do next.

The engine knows a failed call by its `JobError`, which is what a creator is told. The policies around a call
have to know more: whether another try may help, whether another deployment may, whether this one is ill.
"""

from __future__ import annotations

from enum import StrEnum

from shared.errors import (
    ContentFilteredError,
    JobError,
    JobTimeoutError,
    ModelError,
    NetworkError,
    RateLimitError,
)


class ModelFailure(StrEnum):
    """Why a deployment gave no usable answer."""

    #: 429.
    RATE_LIMITED = "rate_limited"
    #: 5xx, 408, or it could not be reached.
    UNAVAILABLE = "unavailable"
    #: No answer in time.
    TIMED_OUT = "timed_out"
    #: 404: retired, or never deployed.
    GONE = "gone"
    #: 401 or 403: our key, not our request.
    UNAUTHORIZED = "unauthorized"
    #: 400 or 422: this request, not the deployment.
    REFUSED = "refused"
    #: Prompt or answer fell to the provider's filter.
    FILTERED = "filtered"
    #: Cut off at its limit, thinking included.
    TRUNCATED = "truncated"
    #: Empty, unreadable, or not what the schema asks for.
    UNUSABLE = "unusable"
    UNKNOWN = "unknown"


class DeploymentError(ModelError):
    """The AI model gave no usable answer."""

    def __init__(
        self,
        message: str | None = None,
        *,
        failure: ModelFailure,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(message, retry_after_seconds=retry_after_seconds)
        self.failure = failure


_FAILURES: dict[type[JobError], ModelFailure] = {
    RateLimitError: ModelFailure.RATE_LIMITED,
    NetworkError: ModelFailure.UNAVAILABLE,
    JobTimeoutError: ModelFailure.TIMED_OUT,
    ContentFilteredError: ModelFailure.FILTERED,
}


def failure_of(error: JobError) -> ModelFailure:
    """Return what kind of failure an error stands for."""
    if isinstance(error, DeploymentError):
        return error.failure
    return _FAILURES.get(type(error), ModelFailure.UNKNOWN)
