"""Every way a job can fail, in one tree.

The branches say what the *engine* must do; the leaves say what the *creator* is told::

    HuntazeError
    ├── JobError                      ends up as `error.code` on an event
    │   ├── PermanentError            the same input will fail again: the job is failed at once
    │   │   ├── InvalidPayloadError       INVALID_PAYLOAD
    │   │   ├── VideoNotFoundError        VIDEO_NOT_FOUND
    │   │   ├── UnsupportedMediaError     UNSUPPORTED_MEDIA
    │   │   ├── ContentFilteredError      CONTENT_FILTERED
    │   │   ├── ForbiddenUrlError         FORBIDDEN_URL
    │   │   ├── PoisonError               POISON_MESSAGE
    │   │   └── JobCancelledError         CANCELLED
    │   └── TransientError            may work later: a delayed copy is scheduled while attempts last
    │       ├── RateLimitError            RATE_LIMIT
    │       ├── JobTimeoutError           TIMEOUT
    │       │   └── TranscriptPendingError    TIMEOUT, in the end; until then to be asked again
    │       ├── NetworkError              NETWORK_ERROR
    │       ├── ModelError                MODEL_ERROR
    │       ├── BudgetExceededError       BUDGET_EXCEEDED
    │       └── InternalError             INTERNAL_ERROR
    ├── LeaseLostError                another worker owns the job: stop, write nothing
    ├── StoreUnavailableError         PostgreSQL did not answer: nothing is known, the broker delivers again
    ├── BrokerUnavailableError        Service Bus did not take a message: the outbox keeps it
    ├── JobFailedError                recorded as failed: the message belongs in the dead-letter queue
    ├── RequestError                  an operator's HTTP request can't be met; the answer says why
    │   └── AccessDeniedError         the operator's key is missing, or its role does not suffice
    ├── MailError                     a letter did not leave, or may not have
    │   ├── MailDeferredError             it was not sent for now: later may work
    │   ├── MailRefusedError              it was not sent and never will be
    │   └── MailUncertainError            nobody knows whether it was sent: shown, not sent again blindly
    └── ConfigurationError            a setting is missing or wrong: the operator must act

A class's docstring is its default message. Messages are shown to creators and operators, so they never
quote a payload, a prompt, a URL's query or a secret.
"""

from __future__ import annotations

from typing import ClassVar


class HuntazeError(Exception):
    """Something went wrong in the workers."""

    def __init__(self, message: str | None = None) -> None:
        self.message = message or (type(self).__doc__ or type(self).__name__).strip().splitlines()[0]
        super().__init__(self.message)


class JobError(HuntazeError):
    """The job failed."""

    code: ClassVar[str]


class PermanentError(JobError):
    """The job can't succeed as it stands."""


class InvalidPayloadError(PermanentError):
    """The job's message is not valid."""

    code = "INVALID_PAYLOAD"


class VideoNotFoundError(PermanentError):
    """The video does not exist or is not readable."""

    code = "VIDEO_NOT_FOUND"


class UnsupportedMediaError(PermanentError):
    """The media's format or size is not supported."""

    code = "UNSUPPORTED_MEDIA"


class ContentFilteredError(PermanentError):
    """The AI provider's content filter refused this content."""

    code = "CONTENT_FILTERED"


class ForbiddenUrlError(PermanentError):
    """The URL is not one that the workers may fetch."""

    code = "FORBIDDEN_URL"


class PoisonError(PermanentError):
    """The job stopped its worker several times and is not tried again."""

    code = "POISON_MESSAGE"


class JobCancelledError(PermanentError):
    """The job was cancelled."""

    code = "CANCELLED"


class TransientError(JobError):
    """The job failed for a reason that may pass."""

    def __init__(self, message: str | None = None, *, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        #: How long the failing service asked us to wait, if it said so.
        self.retry_after_seconds = retry_after_seconds


class RateLimitError(TransientError):
    """The AI provider is limiting our requests."""

    code = "RATE_LIMIT"


class JobTimeoutError(TransientError):
    """The job did not finish before its deadline."""

    code = "TIMEOUT"


class TranscriptPendingError(JobTimeoutError):
    """The transcription has not ended yet."""


class NetworkError(TransientError):
    """A service could not be reached."""

    code = "NETWORK_ERROR"


class ModelError(TransientError):
    """The AI model gave no usable answer."""

    code = "MODEL_ERROR"


class BudgetExceededError(TransientError):
    """The AI budget is used up for now."""

    code = "BUDGET_EXCEEDED"


class InternalError(TransientError):
    """The worker failed unexpectedly."""

    code = "INTERNAL_ERROR"


class LeaseLostError(HuntazeError):
    """Another worker owns this job now."""


class StoreUnavailableError(HuntazeError):
    """The database did not answer."""


class BrokerUnavailableError(HuntazeError):
    """The message broker did not take the message."""


class JobFailedError(HuntazeError):
    """The job is recorded as failed; its message goes to the dead-letter queue."""


class RequestError(HuntazeError):
    """The request can't be met."""

    def __init__(self, message: str | None = None, *, status: int, code: str) -> None:
        super().__init__(message)
        #: The HTTP status of the answer.
        self.status = status
        #: Tells programs why; stable.
        self.code = code


class AccessDeniedError(RequestError):
    """The operator may not do this."""


class MailError(HuntazeError):
    """A letter did not leave, or may not have."""


class MailDeferredError(MailError):
    """The letter was not sent for now."""

    def __init__(self, message: str | None = None, *, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        #: How long the mail service asked us to wait, if it said so.
        self.retry_after_seconds = retry_after_seconds


class MailRefusedError(MailError):
    """The letter was refused for good."""


class MailUncertainError(MailError):
    """Nobody knows whether the letter was sent."""


class ConfigurationError(HuntazeError):
    """A setting is missing or wrong."""
