"""What S3's refusals mean for a job."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from shared.errors import InternalError, JobError, NetworkError, RateLimitError, VideoNotFoundError

R = TypeVar("R")

_ARCHIVES = frozenset({"GLACIER", "DEEP_ARCHIVE"})
#: Our own keys are wrong, expired or missing: no property of the video.
_CREDENTIALS = frozenset(
    {"ExpiredToken", "InvalidAccessKeyId", "InvalidToken", "RequestTimeTooSkewed", "SignatureDoesNotMatch"}
)
_THROTTLED = frozenset(
    {"SlowDown", "Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequests"}
)
_ABSENT, _CHANGED, _TOO_MANY, _UNAVAILABLE = frozenset({404, 405, 410}), 412, 429, 503
_FORBIDDEN, _BAD_REQUEST, _SERVER = 403, 400, 500


def translated(work: Callable[[], R]) -> R:
    """Do something with S3, and raise what its failure means.

    Raises:
        JobError: see `ObjectStore`.
    """
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

    try:
        return work()
    except ClientError as error:
        raise _meant(error.response) from None
    except (NoCredentialsError, PartialCredentialsError):
        raise InternalError("The workers have no key for the storage.") from None
    except BotoCoreError:  # could not connect, no answer in time, broke off
        raise NetworkError("The storage could not be reached.") from None


def readable_now(head: Mapping[str, Any]) -> bool:
    """Tell if an object can be read without being restored from an archive first."""
    archived = head.get("StorageClass") in _ARCHIVES or "ArchiveStatus" in head
    return not archived or 'ongoing-request="false"' in head.get("Restore", "")


def _meant(answer: Mapping[str, Any]) -> JobError:
    code = str(answer.get("Error", {}).get("Code", ""))
    metadata = answer.get("ResponseMetadata", {})
    status = int(metadata.get("HTTPStatusCode", 0))
    if code in _CREDENTIALS:
        return InternalError("The storage refused the workers' key.")
    if code in _THROTTLED or status in {_TOO_MANY, _UNAVAILABLE}:
        return RateLimitError(
            "The storage asks to slow down.", retry_after_seconds=_seconds(metadata.get("HTTPHeaders", {}))
        )
    if code == "InvalidObjectState":
        return VideoNotFoundError("The video is archived.")
    return _by_status(status)


def _by_status(status: int) -> JobError:
    if status in _ABSENT:
        return VideoNotFoundError("The video does not exist.")
    if status == _FORBIDDEN:  # also said of what is not there, to who may not list
        return VideoNotFoundError("The video does not exist or is not readable.")
    if status == _CHANGED:
        return VideoNotFoundError("The video was replaced while it was read.")
    if status == _BAD_REQUEST:
        return VideoNotFoundError("The storage knows no such video or version.")
    if status >= _SERVER:
        return NetworkError("The storage failed.")
    return InternalError(f"The storage answered with status {status}.")


def _seconds(headers: Mapping[str, str]) -> float | None:
    value = headers.get("retry-after", "")
    return float(value) if value.isdecimal() else None
