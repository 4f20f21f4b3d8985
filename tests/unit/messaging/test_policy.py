"""What becomes of a failed job, by table."""

from __future__ import annotations

import pytest

from shared.contracts import JobType
from shared.errors import (
    BudgetExceededError,
    ContentFilteredError,
    ForbiddenUrlError,
    InternalError,
    InvalidPayloadError,
    JobError,
    JobTimeoutError,
    ModelError,
    NetworkError,
    PoisonError,
    RateLimitError,
    UnsupportedMediaError,
    VideoNotFoundError,
)
from shared.messaging.policy import POLICIES, Fail, Retry, as_job_error, decide
from shared.persistence.port import JobState

FAILED, TIMED_OUT = Fail(JobState.FAILED), Fail(JobState.TIMEOUT)


@pytest.mark.parametrize(
    "error",
    [
        InvalidPayloadError(),
        VideoNotFoundError(),
        UnsupportedMediaError(),
        ContentFilteredError(),
        ForbiddenUrlError(),
        PoisonError(),
    ],
    ids=lambda error: error.code,
)
@pytest.mark.parametrize("job_type", JobType)
def test_a_permanent_error_fails_at_once(error: JobError, job_type: JobType) -> None:
    """Trying again would fail again."""
    assert decide(error, 0, POLICIES[job_type]) == FAILED


@pytest.mark.parametrize(
    ("job_type", "delays_seconds"),
    [
        (JobType.VIDEO_ANALYSIS, [15, 45, 120]),
        (JobType.CHAT_SUGGEST, [3, 10, 30, 120]),
        (JobType.CONTENT_SUGGEST, [3, 10, 30, 120]),
        (JobType.CONTENT_ANALYZE, [3, 10, 30, 120]),
    ],
)
@pytest.mark.parametrize(
    ("error", "end"),
    [
        (RateLimitError(), FAILED),
        (NetworkError(), FAILED),
        (ModelError(), FAILED),
        (BudgetExceededError(), FAILED),
        (InternalError(), FAILED),
        (JobTimeoutError(), TIMED_OUT),
    ],
    ids=lambda value: getattr(value, "code", ""),
)
def test_a_transient_error_is_tried_again_while_delays_last(
    job_type: JobType, delays_seconds: list[float], error: JobError, end: Fail
) -> None:
    """The contract's delays, in order, and then the end."""
    policy = POLICIES[job_type]
    decisions = [decide(error, attempt, policy) for attempt in range(len(delays_seconds) + 2)]
    assert decisions == [*map(Retry, delays_seconds), end, end]


@pytest.mark.parametrize(
    ("asked_seconds", "pause_seconds"),
    [
        (None, 3),
        (0, 3),
        (2.5, 3),
        (20, 20),
        (600, 600),
        (601, 3),
        (-1, 3),
        (float("nan"), 3),
        (float("inf"), 3),
    ],
)
def test_a_service_may_ask_for_a_longer_pause(asked_seconds: float | None, pause_seconds: float) -> None:
    """Never for a shorter one, and not for one that nobody would wait for."""
    error = RateLimitError(retry_after_seconds=asked_seconds)
    assert decide(error, 0, POLICIES[JobType.CHAT_SUGGEST]) == Retry(pause_seconds)


@pytest.mark.parametrize(
    ("raised", "code"),
    [
        (ModelError(), "MODEL_ERROR"),
        (TimeoutError(), "TIMEOUT"),
        (ValueError("secret"), "INTERNAL_ERROR"),
        (MemoryError(), "INTERNAL_ERROR"),
        (RecursionError(), "INTERNAL_ERROR"),
    ],
)
def test_every_exception_has_a_code(raised: BaseException, code: str) -> None:
    """And its own text goes no further."""
    error = as_job_error(raised)
    assert error.code == code
    assert "secret" not in error.message
