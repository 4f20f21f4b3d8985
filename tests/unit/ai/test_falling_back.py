"""The rules for falling back, and the errors they end in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from shared.ai.breaker import CircuitOpenError
from shared.ai.deployment import Deployment, Wire
from shared.ai.failures import DeploymentError, ModelFailure, failure_of
from shared.ai.falling_back import conclusion, flaw, may_be_passed_on, may_help, try_seconds
from shared.ai.port import FinishReason, ModelReply, ModelRequest, Usage
from shared.errors import (
    ContentFilteredError,
    JobError,
    JobTimeoutError,
    ModelError,
    NetworkError,
    RateLimitError,
)

Ask = Callable[..., ModelRequest]

ONE = Deployment(
    name="one",
    input_usd_micros_per_million_tokens=1,
    output_usd_micros_per_million_tokens=1,
    max_output_tokens=100,
)
GONE = DeploymentError(failure=ModelFailure.GONE)
UNAUTHORIZED = DeploymentError("Check AZURE_AI_KEY.", failure=ModelFailure.UNAUTHORIZED)


@pytest.mark.parametrize(
    ("remaining", "left", "seconds"),
    [(90, 3, 45), (45, 2, 22.5), (22.5, 1, 22.5), (3, 2, 2), (1, 3, 1), (-1, 2, -1)],
)
def test_each_try_leaves_time_for_the_next(remaining: float, left: int, seconds: float) -> None:
    assert try_seconds(remaining, left) == seconds


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (ModelFailure.RATE_LIMITED, True),
        (ModelFailure.UNAVAILABLE, True),
        (ModelFailure.TIMED_OUT, True),
        (ModelFailure.GONE, True),
        (ModelFailure.UNAUTHORIZED, True),
        (ModelFailure.TRUNCATED, True),
        (ModelFailure.UNUSABLE, True),
        (ModelFailure.REFUSED, False),
        (ModelFailure.FILTERED, False),
        (ModelFailure.UNKNOWN, False),
    ],
)
def test_an_equal_deployment_helps_against_what_is_the_deployments_own(
    failure: ModelFailure, *, expected: bool
) -> None:
    assert may_help(failure, ONE, replace(ONE, name="two")) is expected


def test_every_failure_has_been_thought_of() -> None:
    """One that is added must be put on one of the two lists above."""
    assert len(ModelFailure) == 10


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"context_tokens": 256_000}, True),
        ({"wire": Wire.OPENAI_V1}, True),
        ({"json_mode": True}, True),
        ({"temperature": False}, True),
        ({"images": True}, True),
        ({"context_tokens": 8_000}, False),
        ({"max_concurrent_calls": 1}, False),
    ],
)
def test_a_refused_request_is_for_a_deployment_that_takes_others(
    changes: Mapping[str, Any], *, expected: bool
) -> None:
    assert may_help(ModelFailure.REFUSED, ONE, replace(ONE, **changes)) is expected


@pytest.mark.parametrize("failure", ModelFailure)
def test_what_no_other_may_be_asked_after(failure: ModelFailure) -> None:
    never = {ModelFailure.FILTERED, ModelFailure.UNKNOWN}
    assert may_be_passed_on(failure) is (failure not in never)


def _reply(text: str, finish_reason: FinishReason) -> ModelReply:
    usage = Usage(input_tokens=1, output_tokens=1)
    return ModelReply(
        text=text, deployment="one", finish_reason=finish_reason, usage=usage, cost_usd_micros=1
    )


STOP, LENGTH, FILTER = FinishReason.STOP, FinishReason.LENGTH, FinishReason.CONTENT_FILTER


@pytest.mark.parametrize(
    ("text", "finish_reason", "accepts", "expected"),
    [
        ("fine", STOP, None, None),
        ("fine", STOP, "fine", None),
        ("fine", LENGTH, "fine", None),
        ("fine", LENGTH, None, ModelFailure.TRUNCATED),
        ("bad", STOP, "fine", ModelFailure.UNUSABLE),
        ("bad", LENGTH, "fine", ModelFailure.TRUNCATED),
        (" \n", STOP, None, ModelFailure.UNUSABLE),
        ("", STOP, "", ModelFailure.UNUSABLE),
        ("", LENGTH, None, ModelFailure.TRUNCATED),
        ("", FILTER, None, None),
        ("bad", FILTER, "fine", None),
    ],
)
def test_what_is_wrong_with_an_answer(
    ask: Ask, text: str, finish_reason: FinishReason, accepts: str | None, expected: ModelFailure | None
) -> None:
    request = ask(accepts=None if accepts is None else accepts.__eq__)
    assert flaw(_reply(text, finish_reason), request) is expected


def _circuit(failure: ModelFailure, seconds: float) -> CircuitOpenError:
    return CircuitOpenError(failure=failure, retry_after_seconds=seconds)


@pytest.mark.parametrize(
    ("failures", "kind", "retry_after"),
    [
        ([RateLimitError(retry_after_seconds=9), RateLimitError(retry_after_seconds=3)], RateLimitError, 3),
        ([RateLimitError(), RateLimitError()], RateLimitError, None),
        ([GONE, RateLimitError(retry_after_seconds=9)], RateLimitError, 9),
        ([NetworkError(retry_after_seconds=1), RateLimitError(retry_after_seconds=9)], RateLimitError, 9),
        ([JobTimeoutError(), NetworkError()], JobTimeoutError, None),
        ([NetworkError(), UNAUTHORIZED], NetworkError, None),
        ([_circuit(ModelFailure.RATE_LIMITED, 7), GONE], RateLimitError, 7),
        ([_circuit(ModelFailure.RATE_LIMITED, 7)], RateLimitError, 7),
        ([_circuit(ModelFailure.UNAVAILABLE, 7)], NetworkError, 7),
        ([GONE, GONE], DeploymentError, None),
        ([UNAUTHORIZED, GONE], DeploymentError, None),
    ],
)
def test_the_most_telling_failure_is_the_creators(
    failures: list[JobError], kind: type[JobError], retry_after: float | None
) -> None:
    error = conclusion({f"model-{number}": error for number, error in enumerate(failures)})
    assert type(error) is kind
    assert isinstance(error, ModelError | RateLimitError | NetworkError | JobTimeoutError)
    assert error.retry_after_seconds == retry_after


def test_the_operator_reads_which_one_failed_how_and_keeps_every_cause() -> None:
    failures: dict[str, JobError] = {
        "one": RateLimitError(retry_after_seconds=2.5),
        "two": NetworkError(),
        "three": GONE,
    }
    error = conclusion(failures)
    assert error.message == (
        "No AI deployment gave a usable answer (one rate limited for 2.5 s, two unavailable, three gone)."
    )
    assert isinstance(error.__cause__, ExceptionGroup)
    assert list(error.__cause__.exceptions) == list(failures.values())


def test_what_is_retired_is_never_called_rate_limited() -> None:
    error = conclusion({"one": GONE, "two": _circuit(ModelFailure.GONE, 80_000)})
    assert failure_of(error) is ModelFailure.GONE
    assert "retired" in error.message
    assert "AZURE_AI_DEPLOYMENT_" in error.message


@pytest.mark.parametrize("error", [UNAUTHORIZED, GONE, RateLimitError("x"), ContentFilteredError()])
def test_a_single_failure_keeps_its_own_words(error: JobError) -> None:
    assert conclusion({"one": error}) is error
