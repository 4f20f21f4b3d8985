"""What becomes of a job that failed: a pure function from the error and the attempt to a decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.contracts import MAX_DEADLINE_MS, JobType
from shared.errors import InternalError, JobError, JobTimeoutError, PermanentError, TransientError
from shared.persistence.port import JobState

#: A service that asks for a longer pause than this is not waited for; the normal delays go on.
MAX_RETRY_AFTER_SECONDS = 600.0


@dataclass(frozen=True, kw_only=True)
class JobPolicy:
    """How patient a kind of job is. The figures are the contract's (`infra/topology.json` has the rest)."""

    #: The job's deadline when its message names none.
    deadline_ms: int
    #: The pause before each further attempt; when they are used up, the job has failed.
    retry_delays_seconds: tuple[float, ...]
    #: Nobody waits for it: each attempt has its whole deadline, however late it is started.
    in_background: bool = False


_SUGGESTION = JobPolicy(deadline_ms=90_000, retry_delays_seconds=(3, 10, 30, 120))

POLICIES: Mapping[JobType, JobPolicy] = {
    JobType.VIDEO_ANALYSIS: JobPolicy(deadline_ms=120_000, retry_delays_seconds=(15, 45, 120)),
    JobType.CHAT_SUGGEST: _SUGGESTION,
    JobType.CONTENT_SUGGEST: _SUGGESTION,
    JobType.CONTENT_ANALYZE: JobPolicy(deadline_ms=120_000, retry_delays_seconds=(3, 10, 30, 120)),
    # Asks whether the transcript is ready, for a day: Azure Speech promises a batch no sooner.
    JobType.VIDEO_TRANSCRIPT: JobPolicy(
        deadline_ms=60_000, retry_delays_seconds=(60,) * 10 + (600,) * 143, in_background=True
    ),
    JobType.VIDEO_COMPRESS: JobPolicy(
        deadline_ms=MAX_DEADLINE_MS, retry_delays_seconds=(60, 300), in_background=True
    ),
}


@dataclass(frozen=True)
class Retry:
    """Try again after a pause."""

    delay_seconds: float


@dataclass(frozen=True)
class Fail:
    """Give up."""

    state: JobState


def decide(error: JobError, attempt: int, policy: JobPolicy) -> Retry | Fail:
    """Return what follows from an error on an attempt (0 is the first)."""
    if isinstance(error, PermanentError):
        return Fail(JobState.FAILED)
    if attempt < len(policy.retry_delays_seconds):
        return Retry(_pause_seconds(error, policy.retry_delays_seconds[attempt]))
    return Fail(JobState.TIMEOUT if isinstance(error, JobTimeoutError) else JobState.FAILED)


def as_job_error(error: BaseException) -> JobError:
    """Give every exception that a handler may raise its place in the tree; a bug may be gone by the retry."""
    if isinstance(error, JobError):
        return error
    return JobTimeoutError() if isinstance(error, TimeoutError) else InternalError()


def _pause_seconds(error: JobError, delay_seconds: float) -> float:
    asked = error.retry_after_seconds if isinstance(error, TransientError) else None
    if asked is None or not delay_seconds < asked <= MAX_RETRY_AFTER_SECONDS:
        return delay_seconds
    return asked
